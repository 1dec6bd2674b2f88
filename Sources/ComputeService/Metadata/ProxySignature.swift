import Crypto

/// How the metadata agents show that a request comes from them: HMAC-SHA256 of the instance's id with
/// `metadata_proxy_shared_secret`, in hexadecimal digits.
struct ProxySignature: Sendable {
  private let key: SymmetricKey

  init(secret: String) {
    key = SymmetricKey(data: Array(secret.utf8))
  }

  /// Whether the signature is that of the id; it takes as long whatever the answer.
  func admits(_ signature: String, of id: String) -> Bool {
    guard let code = Self.bytes(of: signature) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array(id.utf8), using: key)
  }

  /// The bytes of 64 lower-case hexadecimal digits.
  private static func bytes(of text: String) -> [UInt8]? {
    let digits = text.utf8.map { digit -> UInt8? in
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
