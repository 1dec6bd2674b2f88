import Crypto
import JSON
package import Model

/// Makes tokens that say themselves what they stand for, and reads them: JSON and an HMAC-SHA256 over it, both in
/// base64 for URLs with a dot between. Nothing is stored for a token.
package struct TokenSigner: Sendable {
  private let key: SymmetricKey

  /// - Parameter key: 32 random bytes. Whoever has them can be anybody.
  package init(key: [UInt8]) {
    precondition(key.count >= 32, "a token key has 32 bytes")
    self.key = SymmetricKey(data: key)
  }

  /// - Parameter methods: How the user has proved who it is, Keystone's `methods`.
  package func text(for token: AuthToken, methods: [String]) -> String {
    var writer = JSONWriter(reservingCapacity: 320)
    writer.object {
      $0.member("u", token.userID)
      $0.member("n", token.userName)
      if let projectID = token.projectID { $0.member("p", projectID) }
      if let projectName = token.projectName { $0.member("pn", projectName) }
      $0.member("r") { $0.array(token.roles) { $0.value($1) } }
      $0.member("i", Int(token.issuedAt.microseconds))
      $0.member("e", Int(token.expiresAt.microseconds))
      $0.member("a", token.auditID)
      $0.member("m") { $0.array(methods) { $0.value($1) } }
    }
    let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key)
    return "\(Base64URL.encoded(writer.bytes)).\(Base64URL.encoded(code))"
  }

  /// What the token stands for, if it is one of ours, expired or not. Else `nil`.
  package func read(_ text: String) -> SignedToken? {
    let halves = text.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count == 2, let payload = Base64URL.decoded(halves[0]), let code = Base64URL.decoded(halves[1]),
      HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: key),
      let json = try? JSONValue(parsing: payload)
    else { return nil }
    return SignedToken(json)
  }
}

/// A token whose signature was right.
package struct SignedToken: Hashable, Sendable {
  package let token: AuthToken
  /// How the user proved who it is.
  package let methods: [String]

  fileprivate init?(_ json: JSONValue) {
    guard let userID = json["u"]?.string, let userName = json["n"]?.string, let issued = json["i"]?.integer,
      let expires = json["e"]?.integer, let auditID = json["a"]?.string
    else { return nil }
    token = AuthToken(
      userID: userID, userName: userName, projectID: json["p"]?.string, projectName: json["pn"]?.string,
      roles: (json["r"]?.array ?? []).compactMap(\.string), issuedAt: Timestamp(microseconds: issued),
      expiresAt: Timestamp(microseconds: expires), auditID: auditID)
    methods = (json["m"]?.array ?? []).compactMap(\.string)
  }
}
