import Model
import Testing

@Suite("Base64")
struct Base64Tests {
  /// RFC 4648, section 10.
  static let vectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ]

  @Test("the RFC's examples go both ways", arguments: vectors)
  func vector(_ plain: String, _ encoded: String) {
    #expect(Base64.encoded(Array(plain.utf8)) == encoded)
    #expect(Base64.decoded(encoded) == Array(plain.utf8))
  }

  @Test("all bytes come back")
  func everyByte() {
    let bytes = (0..<1024).map { UInt8(truncatingIfNeeded: $0 * 7) }
    #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
  }

  @Test("line breaks are let through, and what is not base64 is not read")
  func others() {
    #expect(Base64.decoded("Zm9v\nYmFy\r\n") == Array("foobar".utf8))
    for text in ["Zg", "Zg=", "Zg===", "Z===", "Zm9v!A==", "Zg==Zg==", "====", "Zm 9v"] {
      #expect(Base64.decoded(text) == nil, "\(text)")
    }
  }
}
