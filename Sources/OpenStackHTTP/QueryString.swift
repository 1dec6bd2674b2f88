import Model

/// The query of a request: names with their values in the order they were sent. A name may come more than once.
package struct QueryString: Sendable {
  package struct Item: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  package let items: [Item]

  /// Reads what stands behind the `?`: percent escapes are decoded and `+` is a space. Bytes that are not UTF-8 become
  /// replacement characters, which match nothing.
  package init(_ text: String?) {
    guard let text, !text.isEmpty else {
      items = []
      return
    }
    items = text.split(separator: "&").map { pair in
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Item(name: Self.decoded(halves[0]), value: halves.count > 1 ? Self.decoded(halves[1]) : "")
    }
  }

  package var isEmpty: Bool { items.isEmpty }

  /// The first value under that name.
  package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  /// Every value under that name.
  package func values(_ name: String) -> [String] {
    items.compactMap { $0.name == name ? $0.value : nil }
  }

  /// A part of a path without percent escapes; `+` is itself there.
  package static func unescaped(_ text: some StringProtocol) -> String {
    decoded(Substring(text), space: UInt8(ascii: "%"))
  }

  private static func decoded(_ text: Substring, space: UInt8 = UInt8(ascii: "+")) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
        let high = digit(bytes[position + 1]), let low = digit(bytes[position + 2])
      {
        result.append(high << 4 | low)
        position += 3
      } else {
        let byte = bytes[position]
        result.append(byte == space && byte != UInt8(ascii: "%") ? UInt8(ascii: " ") : byte)
        position += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? { byte.hexadecimalDigit }

  /// Escapes what must not stand in a value of a query (RFC 3986, 3.4).
  package static func encoded(_ text: some StringProtocol) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) {
        result.append(byte)
      } else {
        result.append(UInt8(ascii: "%"))
        result.append(upperCaseDigit(byte >> 4))
        result.append(upperCaseDigit(byte & 0xF))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func upperCaseDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }
}
