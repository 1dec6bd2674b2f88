/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable {
  /// The address as a number, first octet highest.
  package let bits: UInt32

  package init(bits: UInt32) {
    self.bits = bits
  }

  /// Reads four decimal octets with dots between; leading zeros are refused, since some readers take them as octal.
  package init?(_ text: some StringProtocol) {
    var bits: UInt32 = 0
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.utf8.count == 1 || part.utf8.first != 48, let octet = UInt8(part)
      else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    self.bits = bits
  }

  package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

extension IPv4Address: CustomStringConvertible {
  package var description: String {
    "\(bits >> 24).\(bits >> 16 & 0xFF).\(bits >> 8 & 0xFF).\(bits & 0xFF)"
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
