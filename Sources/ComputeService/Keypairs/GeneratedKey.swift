import Crypto
import Model

/// A new ed25519 key pair in the forms of OpenSSH. The private half is told once and kept nowhere.
struct GeneratedKey {
  /// A line of an `authorized_keys` file.
  let publicKey: String
  /// A file as `ssh-keygen` writes it, without a passphrase (PROTOCOL.key of OpenSSH).
  let privateKey: String

  init() {
    let key = Curve25519.Signing.PrivateKey()
    let publicBytes = Array(key.publicKey.rawRepresentation)
    let type = Array("ssh-ed25519".utf8)
    let publicBlob = PublicKey.field(type) + PublicKey.field(publicBytes)
    publicKey = "ssh-ed25519 \(Base64.encoded(publicBlob)) Generated-by-Nova"
    // The same number twice shows a reader that it has decrypted rightly.
    let check = UInt32.random(in: .min ... .max)
    let checks = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: check >> $0) }
    var secret = checks + checks + publicBlob
    secret += PublicKey.field(Array(key.rawRepresentation) + publicBytes) + PublicKey.field([])
    for padding in 1...8 where secret.count % 8 != 0 { secret.append(UInt8(padding)) }
    let none = PublicKey.field(Array("none".utf8))
    var file = Array("openssh-key-v1".utf8) + [0]
    file += none + none + PublicKey.field([]) + [0, 0, 0, 1]
    file += PublicKey.field(publicBlob) + PublicKey.field(secret)
    privateKey =
      "-----BEGIN OPENSSH PRIVATE KEY-----\n" + Self.lines(Base64.encoded(file))
      + "-----END OPENSSH PRIVATE KEY-----\n"
  }

  private static func lines(_ text: String) -> String {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count, by: 70).map { start in
      String(decoding: digits[start..<min(start + 70, digits.count)], as: UTF8.self) + "\n"
    }.joined()
  }
}
