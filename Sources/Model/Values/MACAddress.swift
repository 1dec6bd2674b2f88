/// A 48-bit Ethernet address.
package struct MACAddress: Hashable, Sendable {
  /// The address in the low 48 bits, first octet highest.
  package let bits: UInt64

  package init(bits: UInt64) {
    self.bits = bits & 0xFFFF_FFFF_FFFF
  }

  /// Reads six two-digit octets with `:` or `-` between them. Else `nil`.
  package init?(_ text: some StringProtocol) {
    let text = String(text)
    self.init(ascii: text.utf8.span)
  }

  /// Reads the same from bytes, such as those of a column, without making a text of them.
  package init?(ascii text: borrowing Span<UInt8>) {
    guard text.count == 17 else { return nil }
    var bits: UInt64 = 0
    for octet in 0..<6 {
      guard let high = text[octet * 3].hexadecimalDigit, let low = text[octet * 3 + 1].hexadecimalDigit else {
        return nil
      }
      if octet < 5, text[octet * 3 + 2] != UInt8(ascii: ":"), text[octet * 3 + 2] != UInt8(ascii: "-") { return nil }
      bits = bits << 8 | UInt64(high << 4 | low)
    }
    self.bits = bits
  }

  /// The six octets in the order of the wire.
  package var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * $0)) } }

  /// The twelve digits without separators, as the Linux bridge agent's id `lb...` has them.
  package var hex: String {
    var line = ASCIILine()
    line.append(hexadecimal: bits, width: 12)
    return line.text
  }
}

extension MACAddress: CustomStringConvertible {
  /// `fa:16:3e:5b:95:3c`
  package var description: String {
    var line = ASCIILine()
    for octet in 0..<6 {
      if octet > 0 { line.append(":") }
      line.append(hexadecimal: bits >> UInt64(40 - 8 * octet), width: 2)
    }
    return line.text
  }
}
