import Crypto
import Model

/// A line of an `authorized_keys` file: type, base64 of the key, comment.
struct PublicKey: Hashable, Sendable {
  /// As it is kept and put into guests.
  let text: String
  /// MD5 of the key's bytes, in pairs of hexadecimal digits with colons between.
  let fingerprint: String

  /// `nil` if the text is no such line: the key's own first field must be the type it is said to have (RFC 4253, 6.6).
  init?(_ text: String) {
    let parts = text.split(maxSplits: 2, whereSeparator: \.isWhitespace)
    guard parts.count >= 2, text.utf8.count <= Self.longest, !text.utf8.contains(0),
      !text.trailingLinesTrimmed.contains(where: \.isNewline), let blob = Base64.decoded(String(parts[1])),
      blob.starts(with: Self.field(Array(parts[0].utf8)))
    else { return nil }
    self.text = text
    fingerprint = Self.fingerprint(of: blob)
  }

  /// The longest key that is kept, in bytes: RSA with 16,384 bits takes less than a fifth of it.
  static let longest = 16384

  /// A string of the SSH protocol: its length in four bytes, then its bytes (RFC 4251, 5).
  static func field(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt32(bytes.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + bytes
  }

  private static func fingerprint(of blob: [UInt8]) -> String {
    Insecure.MD5.hash(data: blob).map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0\(digits)" : digits
    }.joined(separator: ":")
  }
}

extension String {
  fileprivate var trailingLinesTrimmed: Substring {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}
