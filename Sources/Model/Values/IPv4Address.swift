/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable {
  /// The address as a number, first octet highest.
  package let bits: UInt32

  package init(bits: UInt32) {
    self.bits = bits
  }

  /// Reads four decimal octets with dots between; leading zeros are refused, since some readers take them as octal.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 15 else { return nil }
    var bits: UInt32 = 0
    var octets = 0
    var start = 0
    while octets < 4 {
      var octet = 0
      var end = start
      while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) {
        octet = octet * 10 + Int(bytes[end] - UInt8(ascii: "0"))
        end += 1
      }
      guard (1...3).contains(end - start), octet < 256, end - start == 1 || bytes[start] != UInt8(ascii: "0") else {
        return nil
      }
      bits = bits << 8 | UInt32(octet)
      octets += 1
      guard octets == 4 || (end < bytes.count && bytes[end] == UInt8(ascii: ".")) else { return nil }
      start = octets == 4 ? end : end + 1
    }
    guard start == bytes.count else { return nil }
    self.bits = bits
  }

  package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

extension IPv4Address: CustomStringConvertible {
  package var description: String {
    var line = ASCIILine()
    for octet in 0..<4 {
      if octet > 0 { line.append(".") }
      line.append(Int64(bits >> UInt32(24 - 8 * octet) & 0xFF), width: 1)
    }
    return line.text
  }
}

/// An IPv4 prefix such as `10.101.0.0/24`, its host bits zero.
package struct IPv4Network: Hashable, Sendable {
  package let address: IPv4Address
  package let prefixLength: Int

  /// Reads `address/length`. `nil` if it is malformed; host bits that are set are cleared, as Neutron does.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv4Address(parts[0]), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let length = Int(parts[1]), (0...32).contains(length)
    else { return nil }
    self.init(address: address, prefixLength: length)
  }

  package init(address: IPv4Address, prefixLength: Int) {
    precondition((0...32).contains(prefixLength), "an IPv4 prefix has 0 to 32 bits")
    self.prefixLength = prefixLength
    self.address = IPv4Address(bits: address.bits & Self.mask(prefixLength))
  }

  /// The highest address, which is the broadcast address for prefixes up to /30.
  package var last: IPv4Address { IPv4Address(bits: address.bits | ~Self.mask(prefixLength)) }

  package func contains(_ other: IPv4Address) -> Bool { other.bits & Self.mask(prefixLength) == address.bits }

  package func overlaps(_ other: IPv4Network) -> Bool { contains(other.address) || other.contains(address) }

  private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }
}

extension IPv4Network: CustomStringConvertible {
  package var description: String { "\(address)/\(prefixLength)" }
}
