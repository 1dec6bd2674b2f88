/// A prefix of either version such as `10.101.0.0/24` or `2001:db8::/64`, its host bits zero.
package struct IPNetwork: Hashable, Sendable {
  /// The lowest address.
  package let address: IPAddress
  package let prefixLength: Int

  /// Reads `address/length`. `nil` if it is malformed; host bits that are set are cleared, as Neutron does.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let length = Int(parts[1]), (0...address.version.width).contains(length)
    else { return nil }
    self.init(address: address, prefixLength: length)
  }

  /// Clears the host bits of `address`.
  package init(address: IPAddress, prefixLength: Int) {
    let width = address.version.width
    precondition((0...width).contains(prefixLength), "a prefix is no longer than an address")
    self.prefixLength = prefixLength
    let hostBits = UInt128(width - prefixLength)
    // Shifting by all 128 bits gives 0 in Swift, which is what ::/0 needs.
    self.address = IPAddress(version: address.version, bits: (address.bits >> hostBits) << hostBits)
  }

  package init(_ network: IPv4Network) {
    self.init(address: .v4(network.address), prefixLength: network.prefixLength)
  }

  package var version: IPVersion { address.version }

  /// The highest address, which is the broadcast address of an IPv4 prefix up to /30.
  package var last: IPAddress {
    let hostBits = UInt128(version.width - prefixLength)
    return IPAddress(version: version, bits: address.bits | ~(UInt128.max << hostBits))
  }

  package func contains(_ other: IPAddress) -> Bool { other.version == version && address <= other && other <= last }

  /// Whether every address of `other` is one of this prefix.
  package func contains(_ other: IPNetwork) -> Bool { contains(other.address) && prefixLength <= other.prefixLength }

  package func overlaps(_ other: IPNetwork) -> Bool { contains(other.address) || other.contains(address) }

  /// All addresses, those that no host can have included.
  package var addresses: AllocationPool { AllocationPool(first: address, last: last) }
}

extension IPNetwork: CustomStringConvertible {
  /// The canonical form, `2001:db8::/64`.
  package var description: String { "\(address)/\(prefixLength)" }
}
