/// Consecutive addresses that a subnet hands out, both ends included.
package struct AllocationPool: Hashable, Sendable {
  package var first: IPv4Address
  package var last: IPv4Address

  /// `first` must not be above `last`.
  package init(first: IPv4Address, last: IPv4Address) {
    precondition(first <= last, "a pool's first address is not above its last")
    self.first = first
    self.last = last
  }

  package var count: Int { Int(last.bits) - Int(first.bits) + 1 }

  package func contains(_ address: IPv4Address) -> Bool { first <= address && address <= last }

  package func overlaps(_ other: AllocationPool) -> Bool { first <= other.last && other.first <= last }
}

extension IPv4Network {
  /// The addresses that a host can have: without the network's and the broadcast address, except in a /31 or /32,
  /// which have none (RFC 3021).
  package var hosts: AllocationPool {
    guard prefixLength < 31 else { return AllocationPool(first: address, last: last) }
    return AllocationPool(first: IPv4Address(bits: address.bits + 1), last: IPv4Address(bits: last.bits - 1))
  }

  /// The pools of a subnet that names none: all hosts except the gateway, which may cut them in two.
  package func defaultPools(without gateway: IPv4Address?) -> [AllocationPool] {
    let hosts = hosts
    guard let gateway, hosts.contains(gateway) else { return [hosts] }
    var pools: [AllocationPool] = []
    if hosts.first < gateway {
      pools.append(AllocationPool(first: hosts.first, last: IPv4Address(bits: gateway.bits - 1)))
    }
    if gateway < hosts.last {
      pools.append(AllocationPool(first: IPv4Address(bits: gateway.bits + 1), last: hosts.last))
    }
    return pools
  }
}
