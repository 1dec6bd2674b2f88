import Model
import SQLite

// ip_free_ranges is kept by the triggers of ip_allocations; here it is made when a subnet gets its pools.

extension Transaction {
  /// Adds the pools of a subnet and what is free of them. Nothing of a new subnet is taken; the pools of an old one are
  /// walked once, which is the only thing about addresses that costs more in a subnet with many of them.
  func insertPools(of subnet: Subnet, isNew: Bool) throws {
    for pool in subnet.allocationPools {
      let (first, last) = (AddressNumbers(pool.first), AddressNumbers(pool.last))
      try execute(
        """
        INSERT INTO ip_allocation_pools (subnet_id, first_ip, last_ip, first_high, first_number, last_high, last_number)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        subnet.id, pool.first.description, pool.last.description, first.high, first.number, last.high, last.number)
      for part in pool.parts {
        try execute(isNew ? Self.wholeRange : Self.gaps, subnet.id, part.first.high, part.first.number, part.last)
      }
    }
  }

  private static let wholeRange =
    "INSERT INTO ip_free_ranges (subnet_id, ip_high, first_number, last_number) VALUES (?1, ?2, ?3, ?4)"

  /// The gap before the first allocation, and the gap behind each.
  private static let gaps = """
    WITH taken AS (
      SELECT ip_number, lead(ip_number) OVER (ORDER BY ip_number) AS next FROM ip_allocations
      WHERE subnet_id = ?1 AND ip_high = ?2 AND ip_number BETWEEN ?3 AND ?4
    )
    INSERT INTO ip_free_ranges (subnet_id, ip_high, first_number, last_number)
    SELECT ?1, ?2, ?3, coalesce((SELECT min(ip_number) - 1 FROM taken), ?4)
    WHERE NOT EXISTS (SELECT 1 FROM taken WHERE ip_number = ?3)
    UNION ALL
    SELECT ?1, ?2, ip_number + 1, coalesce(next - 1, ?4) FROM taken
    WHERE ip_number < coalesce(next - 1, ?4)
    """
}

extension AllocationPool {
  /// The pool, cut where the upper half of an IPv6 address changes. Two parts hold 2⁶⁴ addresses at least if there are
  /// so many, which nobody uses up.
  fileprivate var parts: [(first: AddressNumbers, last: Int)] {
    let (start, end) = (AddressNumbers(first), AddressNumbers(last))
    if start.high == end.high { return [(start, end.number)] }
    let next = AddressNumbers(high: start.high + 1, number: .min)
    return [(start, .max), (next, next.high == end.high ? end.number : .max)]
  }
}
