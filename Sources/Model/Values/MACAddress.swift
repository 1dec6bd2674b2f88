/// A 48-bit Ethernet address.
package struct MACAddress: Hashable, Sendable {
  /// The address in the low 48 bits, first octet highest.
  package let bits: UInt64

  package init(bits: UInt64) {
    self.bits = bits & 0xFFFF_FFFF_FFFF
  }

  /// Reads six two-digit octets with `:` or `-` between them. Else `nil`.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 17 else { return nil }
    var bits: UInt64 = 0
    for octet in 0..<6 {
      guard let high = bytes[octet * 3].hexadecimalDigit, let low = bytes[octet * 3 + 1].hexadecimalDigit else {
        return nil
      }
      if octet < 5, bytes[octet * 3 + 2] != UInt8(ascii: ":"), bytes[octet * 3 + 2] != UInt8(ascii: "-") { return nil }
      bits = bits << 8 | UInt64(high << 4 | low)
    }
    self.bits = bits
  }

  /// A random address below Neutron's default `base_mac` `fa:16:3e:00:00:00`, whose last three octets are free.
  package static func random(using generator: inout some RandomNumberGenerator) -> MACAddress {
    MACAddress(bits: 0xFA16_3E00_0000 | UInt64.random(in: 0...0xFF_FFFF, using: &generator))
  }

  /// The six octets in the order of the wire.
  package var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * $0)) } }

  /// The twelve digits without separators, as the Linux bridge agent's id `lb...` has them.
  package var hex: String {
    String(decoding: octets.flatMap { [UInt8(hexadecimalDigit: $0 >> 4), UInt8(hexadecimalDigit: $0)] }, as: UTF8.self)
  }
}

extension MACAddress: CustomStringConvertible {
  /// `fa:16:3e:5b:95:3c`
  package var description: String {
    var text: [UInt8] = []
    for octet in octets {
      if !text.isEmpty { text.append(UInt8(ascii: ":")) }
      text.append(UInt8(hexadecimalDigit: octet >> 4))
      text.append(UInt8(hexadecimalDigit: octet))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
