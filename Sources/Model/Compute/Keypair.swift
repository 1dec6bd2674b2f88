/// A public key that a user can have put into servers.
package struct Keypair: Hashable, Sendable {
  /// The row's number, shown as the pair's `id`. Zero before the row exists.
  package var number: Int
  package var userID: String
  /// Unique among the user's.
  package var name: String
  /// `ssh`; upstream's other type, `x509`, is not taken.
  package var type: String
  /// As it was imported: a line of an `authorized_keys` file.
  package var publicKey: String
  /// MD5 of the key's bytes, in pairs of hexadecimal digits with colons between.
  package var fingerprint: String
  package var createdAt: Timestamp

  package init(
    number: Int = 0, userID: String, name: String, type: String = "ssh", publicKey: String, fingerprint: String,
    createdAt: Timestamp
  ) {
    (self.number, self.userID, self.name, self.type) = (number, userID, name, type)
    (self.publicKey, self.fingerprint, self.createdAt) = (publicKey, fingerprint, createdAt)
  }
}

/// The key pair that an instance was created with, as it was then: the pair itself may be deleted since.
package struct InstanceKey: Hashable, Sendable {
  package var name: String
  package var type: String
  package var publicKey: String

  package init(name: String, type: String, publicKey: String) {
    (self.name, self.type, self.publicKey) = (name, type, publicKey)
  }

  package init(_ pair: Keypair) {
    self.init(name: pair.name, type: pair.type, publicKey: pair.publicKey)
  }
}
