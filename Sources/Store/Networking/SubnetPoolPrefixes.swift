package import Model
import SQLite

// What is free of a subnet pool is kept in halves: a prefix that is too large is cut in two until one part fits, and what
// comes back joins its other half again. A subnet costs as many rows as an address has bits at most, however many others
// the pool has, and the result is what `netaddr.IPSet` gives upstream, which counts all of them each time.

extension Transaction {
  /// Takes a prefix of this length: the first of the smallest that are free and large enough, as upstream does.
  ///
  /// - Returns: The prefix, or `nil` if there is none.
  package func takePrefix(ofLength length: Int, fromSubnetPool id: UUID) throws -> IPNetwork? {
    let free = try first(
      """
      SELECT cidr FROM subnetpool_prefixes WHERE subnetpool_id = ? AND is_free = 1 AND prefixlen <= ?
      ORDER BY prefixlen DESC, base LIMIT 1
      """,
      id, length
    ) { row in try row.prefix(0) }
    guard let free else { return nil }
    let prefix = IPNetwork(address: free.address, prefixLength: length)
    try take(prefix, outOf: free, ofSubnetPool: id)
    return prefix
  }

  /// Takes this very prefix.
  ///
  /// - Returns: Whether it is the pool's and all of it was free.
  package func takePrefix(_ prefix: IPNetwork, fromSubnetPool id: UUID) throws -> Bool {
    // Free prefixes do not overlap, so that only the nearest below can hold it.
    let below = try first(
      """
      SELECT cidr FROM subnetpool_prefixes WHERE subnetpool_id = ? AND is_free = 1 AND base <= ?
      ORDER BY base DESC LIMIT 1
      """,
      id, prefix.base
    ) { row in try row.prefix(0) }
    guard let below, below.contains(prefix) else { return false }
    try take(prefix, outOf: below, ofSubnetPool: id)
    return true
  }

  private func take(_ prefix: IPNetwork, outOf free: IPNetwork, ofSubnetPool id: UUID) throws {
    _ = try remove(free, ofSubnetPool: id)
    for rest in free.without(prefix) { try insert(rest, ofSubnetPool: id, isFree: true) }
  }

  /// Makes a prefix free, and joins it with its other half as often as that is free too.
  func returnPrefix(_ prefix: IPNetwork, toSubnetPool id: UUID) throws {
    var prefix = prefix
    while let neighbour = prefix.neighbour, let enclosing = prefix.enclosing, try remove(neighbour, ofSubnetPool: id) {
      prefix = enclosing
    }
    try insert(prefix, ofSubnetPool: id, isFree: true)
  }

  func insert(_ prefix: IPNetwork, ofSubnetPool id: UUID, isFree: Bool) throws {
    try execute(
      "INSERT INTO subnetpool_prefixes (subnetpool_id, is_free, cidr, prefixlen, base) VALUES (?, ?, ?, ?, ?)",
      id, isFree, prefix.description, prefix.prefixLength, prefix.base)
  }

  /// - Returns: Whether just this prefix was free.
  private func remove(_ prefix: IPNetwork, ofSubnetPool id: UUID) throws -> Bool {
    try execute(
      """
      DELETE FROM subnetpool_prefixes WHERE subnetpool_id = ? AND is_free = 1 AND base = ? AND prefixlen = ?
      """,
      id, prefix.base, prefix.prefixLength) > 0
  }
}

extension IPNetwork {
  /// The first address in hexadecimal digits, eight or thirty-two, which sort as the addresses do.
  fileprivate var base: String {
    let digits = String(address.bits, radix: 16)
    return String(repeating: "0", count: version.width / 4 - digits.utf8.count) + digits
  }
}
