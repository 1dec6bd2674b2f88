package import Model
import SQLite

// Which addresses are taken is what the unique index over (subnet_id, ip_number) says, and nothing else: an address is
// taken by inserting it. Nothing is read ahead, so that a port costs the same in a subnet of ten and of a hundred
// thousand.

extension Transaction {
  /// Gives the address to the port.
  ///
  /// - Returns: Whether it was free.
  package func allocate(_ address: IPv4Address, of subnetID: UUID, toPort portID: UUID) throws -> Bool {
    try execute(
      """
      INSERT INTO ip_allocations (port_id, subnet_id, ip_address, ip_number) VALUES (?, ?, ?, ?)
      ON CONFLICT (subnet_id, ip_number) DO NOTHING
      """,
      portID, subnetID, address.description, Int(address.bits)) > 0
  }

  /// Gives the port a free address out of the subnet's pools: a random one if a few attempts find it, else the first
  /// gap behind the last attempt, else the first gap at all.
  ///
  /// - Returns: The address, or `nil` if all are taken.
  package func allocateAddress(
    of subnet: Subnet, toPort portID: UUID, using generator: inout some RandomNumberGenerator
  ) throws -> IPv4Address? {
    guard var candidate = subnet.allocationPools.randomAddress(using: &generator) else { return nil }
    for _ in 0..<8 {
      if try allocate(candidate, of: subnet.id, toPort: portID) { return candidate }
      candidate = subnet.allocationPools.randomAddress(using: &generator) ?? candidate
    }
    let ranges = subnet.allocationPools.ranges(from: candidate)
    for range in ranges {
      guard let free = try firstFreeAddress(in: range, of: subnet.id) else { continue }
      if try allocate(free, of: subnet.id, toPort: portID) { return free }
    }
    return nil
  }

  /// Takes addresses away from a port: all, or those of `addresses`.
  package func releaseAddresses(_ addresses: [FixedIP], ofPort portID: UUID) throws {
    for address in addresses {
      try execute(
        "DELETE FROM ip_allocations WHERE port_id = ? AND subnet_id = ? AND ip_number = ?",
        portID, address.subnetID, Int(address.address.bits))
    }
  }

  private func firstFreeAddress(in range: AllocationPool, of subnetID: UUID) throws -> IPv4Address? {
    let isFirstTaken = try first(
      "SELECT 1 FROM ip_allocations WHERE subnet_id = ? AND ip_number = ?", subnetID, Int(range.first.bits)
    ) { _ in true }
    guard isFirstTaken != nil else { return range.first }
    return try first(
      """
      SELECT ip_number + 1 FROM ip_allocations AS taken
      WHERE subnet_id = ?1 AND ip_number >= ?2 AND ip_number < ?3
        AND NOT EXISTS (SELECT 1 FROM ip_allocations WHERE subnet_id = ?1 AND ip_number = taken.ip_number + 1)
      ORDER BY ip_number LIMIT 1
      """,
      subnetID, Int(range.first.bits), Int(range.last.bits)
    ) { row in IPv4Address(bits: UInt32(row.integer(0))) }
  }
}

extension [AllocationPool] {
  /// An address of any of the pools, each address as likely as another; `nil` if there is no pool.
  fileprivate func randomAddress(using generator: inout some RandomNumberGenerator) -> IPv4Address? {
    let total = reduce(0) { $0 + $1.count }
    guard total > 0 else { return nil }
    var offset = Int.random(in: 0..<total, using: &generator)
    for pool in self {
      if offset < pool.count { return IPv4Address(bits: pool.first.bits + UInt32(offset)) }
      offset -= pool.count
    }
    return nil
  }

  /// The pools in the order in which a search that begins at `start` walks them, the first of them cut at `start`.
  fileprivate func ranges(from start: IPv4Address) -> [AllocationPool] {
    guard let index = firstIndex(where: { $0.contains(start) }) else { return self }
    return [AllocationPool(first: start, last: self[index].last)] + self[(index + 1)...] + self[...index]
  }
}
