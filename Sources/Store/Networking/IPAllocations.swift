package import Model
import SQLite

// Which addresses are taken is what the unique index over (subnet_id, ip_high, ip_number) says, and nothing else: an
// address is taken by inserting it. What is free of the pools is kept by the table's triggers in ip_free_ranges, so that
// a port costs the same in an empty subnet and in one of a hundred thousand addresses of which one is left.

extension Transaction {
  /// Gives the address to the port.
  ///
  /// - Returns: Whether it was free.
  package func allocate(_ address: IPAddress, of subnetID: UUID, toPort portID: UUID) throws -> Bool {
    let numbers = AddressNumbers(address)
    return try execute(
      """
      INSERT INTO ip_allocations (port_id, subnet_id, ip_address, ip_high, ip_number) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (subnet_id, ip_high, ip_number) DO NOTHING
      """,
      portID, subnetID, address.description, numbers.high, numbers.number) > 0
  }

  /// Gives the port a free address out of the subnet's pools: one of the first few of a free range near a random place.
  ///
  /// - Parameter isLowest: Whether it is the lowest free address instead, as upstream has it for DHCP's ports.
  /// - Returns: The address, or `nil` if all are taken.
  package func allocateAddress(
    of subnet: Subnet, toPort portID: UUID, isLowest: Bool = false, using generator: inout some RandomNumberGenerator
  ) throws -> IPAddress? {
    let start = isLowest ? nil : subnet.allocationPools.randomAddress(using: &generator)
    guard let range = try freeRange(of: subnet.id, near: start) else { return nil }
    // A few steps of chance keep an address that was just given back from being the next one to be handed out.
    let (width, isHuge) = range.last.subtractingReportingOverflow(range.first.number)
    let offset = isLowest ? 0 : Int.random(in: 0...(isHuge ? 15 : min(width, 15)), using: &generator)
    let numbers = AddressNumbers(high: range.first.high, number: range.first.number + offset)
    let address = numbers.address(subnet.version)
    guard try allocate(address, of: subnet.id, toPort: portID) else {
      throw UnreadableColumn(
        name: "first_number", text: address.description, expected: "the beginning of a range that is free")
    }
    return address
  }

  /// Takes addresses away from a port.
  package func releaseAddresses(_ addresses: [FixedIP], ofPort portID: UUID) throws {
    for fixedIP in addresses {
      let numbers = AddressNumbers(fixedIP.address)
      try execute(
        "DELETE FROM ip_allocations WHERE port_id = ? AND subnet_id = ? AND ip_high = ? AND ip_number = ?",
        portID, fixedIP.subnetID, numbers.high, numbers.number)
    }
  }

  /// Takes all addresses of a subnet away from whatever ports have them, and counts the ports' revisions up.
  package func releaseAddresses(ofSubnet id: UUID) throws {
    try execute(
      """
      UPDATE ports SET updated_at = ?, revision_number = revision_number + 1
      WHERE id IN (SELECT port_id FROM ip_allocations WHERE subnet_id = ?)
      """,
      now, id)
    try execute("DELETE FROM ip_allocations WHERE subnet_id = ?", id)
  }
}

extension Snapshot {
  /// The free range that holds `start` or lies below it, or else the lowest one: two look-ups in an index at most,
  /// however many addresses are taken and however the free ones are scattered.
  fileprivate func freeRange(of subnetID: UUID, near start: IPAddress?) throws -> (first: AddressNumbers, last: Int)? {
    if let start {
      let numbers = AddressNumbers(start)
      let below = try first(
        """
        SELECT ip_high, first_number, last_number FROM ip_free_ranges
        WHERE subnet_id = ? AND (ip_high, first_number) <= (?, ?)
        ORDER BY ip_high DESC, first_number DESC LIMIT 1
        """,
        subnetID, numbers.high, numbers.number
      ) { row in (AddressNumbers(high: row.integer(0), number: row.integer(1)), row.integer(2)) }
      if let below { return below }
    }
    return try first(
      """
      SELECT ip_high, first_number, last_number FROM ip_free_ranges WHERE subnet_id = ?
      ORDER BY ip_high, first_number LIMIT 1
      """,
      subnetID
    ) { row in (AddressNumbers(high: row.integer(0), number: row.integer(1)), row.integer(2)) }
  }

  /// A port that has an address of the subnet and none of the owners, whose addresses go with the subnet.
  package func portWithAddress(ofSubnet id: UUID, exceptOwners owners: [String]) throws -> UUID? {
    try first(
      """
      SELECT ports.id FROM ip_allocations JOIN ports ON ports.id = ip_allocations.port_id
      WHERE subnet_id = ? AND device_owner NOT IN (\(placeholders(owners.count))) LIMIT 1
      """,
      arguments: [id] + owners
    ) { row in try row.uuid(0) }
  }

  /// A port of one of the owners that has an address of the subnet: this one, if it is given.
  package func portWithAddress(ofSubnet id: UUID, owners: [String], address: IPAddress? = nil) throws -> UUID? {
    var arguments: [any SQLBindable] = [id]
    if let address {
      let numbers = AddressNumbers(address)
      arguments += [numbers.high, numbers.number]
    }
    return try first(
      """
      SELECT ports.id FROM ip_allocations JOIN ports ON ports.id = ip_allocations.port_id
      WHERE subnet_id = ? \(address == nil ? "" : "AND ip_high = ? AND ip_number = ?")
        AND device_owner IN (\(placeholders(owners.count))) LIMIT 1
      """,
      arguments: arguments + owners
    ) { row in try row.uuid(0) }
  }

  /// The ports that have an address of the subnet.
  package func portIDs(withAddressOfSubnet id: UUID) throws -> [UUID] {
    try rows("SELECT DISTINCT port_id FROM ip_allocations WHERE subnet_id = ?", id) { row in try row.uuid(0) }
  }

  /// Up to `limit` ports of a network behind `marker` in the order of their ids: what an automatic address is made of.
  package func macAddresses(
    ofNetwork id: UUID, after marker: UUID?, limit: Int
  ) throws -> [(portID: UUID, macAddress: MACAddress, deviceOwner: String)] {
    try rows(
      "SELECT id, mac_address, device_owner FROM ports WHERE network_id = ? AND id > ? ORDER BY id LIMIT ?",
      id, marker?.description ?? "", limit
    ) { row in (try row.uuid(0), try row.macAddress(1), row.text(2)) }
  }
}

func placeholders(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

extension [AllocationPool] {
  /// An address of any of the pools, each address as likely as another; `nil` if there is no pool.
  fileprivate func randomAddress(using generator: inout some RandomNumberGenerator) -> IPAddress? {
    let total = reduce(UInt128(0)) { sum, pool in
      let (more, isTooMuch) = sum.addingReportingOverflow(pool.count)
      return isTooMuch ? .max : more
    }
    guard total > 0 else { return nil }
    var offset = UInt128.random(in: 0..<total, using: &generator)
    for pool in self {
      if offset < pool.count { return IPAddress(version: pool.version, bits: pool.first.bits + offset) }
      offset -= pool.count
    }
    return nil
  }
}
