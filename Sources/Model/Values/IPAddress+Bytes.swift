extension IPAddress {
  /// Reads what ``init(_:)`` reads from bytes, such as those of a column, without making a text of an IPv4 address.
  package init?(ascii text: borrowing Span<UInt8>) {
    if let address = IPv4Address(ascii: text) {
      self = .v4(address)
      return
    }
    do {
      self.init(String(copying: try UTF8Span(validating: text.extracting(0..<text.count))))
    } catch {
      return nil
    }
  }
}

extension IPv4Address {
  /// Reads what ``init(_:)`` reads: four decimal octets with dots between, none with a leading zero.
  package init?(ascii text: borrowing Span<UInt8>) {
    var bits: UInt32 = 0
    var octets = 0
    var octet: UInt32 = 0
    var digits = 0
    for position in 0...text.count {
      let isEnd = position == text.count
      if isEnd || text[position] == UInt8(ascii: ".") {
        guard digits > 0, octet < 256, octets < 4 else { return nil }
        bits = bits << 8 | octet
        octets += 1
        octet = 0
        digits = 0
        continue
      }
      let digit = text[position] &- UInt8(ascii: "0")
      guard digit < 10, digits < 3, !(digits > 0 && octet == 0) else { return nil }
      octet = octet * 10 + UInt32(digit)
      digits += 1
    }
    guard octets == 4 else { return nil }
    self.init(bits: bits)
  }
}
