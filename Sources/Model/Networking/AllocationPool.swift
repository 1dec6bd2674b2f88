/// Consecutive addresses of one version that a subnet hands out, both ends included.
package struct AllocationPool: Hashable, Sendable {
  package let first: IPAddress
  package let last: IPAddress

  /// `first` must not be above `last`, and both of the same version.
  package init(first: IPAddress, last: IPAddress) {
    precondition(first.version == last.version, "a pool's addresses are of one version")
    precondition(first <= last, "a pool's first address is not above its last")
    self.first = first
    self.last = last
  }

  package var version: IPVersion { first.version }

  /// How many addresses there are; all 2¹²⁸ count as one less.
  package var count: UInt128 {
    let (count, isAll) = (last.bits - first.bits).addingReportingOverflow(1)
    return isAll ? .max : count
  }

  package func contains(_ address: IPAddress) -> Bool { first <= address && address <= last }

  package func overlaps(_ other: AllocationPool) -> Bool { first <= other.last && other.first <= last }

  /// What is left without one address: none, one or two pools.
  package func without(_ address: IPAddress) -> [AllocationPool] {
    guard contains(address) else { return [self] }
    var pools: [AllocationPool] = []
    if first < address {
      pools.append(AllocationPool(first: first, last: IPAddress(version: version, bits: address.bits - 1)))
    }
    if address < last {
      pools.append(AllocationPool(first: IPAddress(version: version, bits: address.bits + 1), last: last))
    }
    return pools
  }
}

extension IPNetwork {
  /// The addresses that a host can have. IPv4: without the network's and the broadcast address, except in a /31 or /32,
  /// which have none (RFC 3021). IPv6: without the first, which is every router's (RFC 4291 section 2.6.1), except in a
  /// /128. Upstream counts the same (`neutron/ipam/utils.py`).
  package var hosts: AllocationPool {
    let hostBits = version.width - prefixLength
    guard hostBits > (version == .v4 ? 1 : 0) else { return addresses }
    let last = version == .v4 ? IPAddress(version: .v4, bits: last.bits - 1) : last
    return AllocationPool(first: IPAddress(version: version, bits: address.bits + 1), last: last)
  }

  /// The pools of a subnet that names none: all hosts except the gateway, which may cut them in two. The one address of
  /// a /32 or /128 is handed out even if it is the gateway, as upstream does.
  package func defaultPools(without gateway: IPAddress?) -> [AllocationPool] {
    guard let gateway, address != last else { return [hosts] }
    return hosts.without(gateway)
  }
}
