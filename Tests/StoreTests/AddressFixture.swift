import Model
import SQLite
import Store
import Support

/// A database with one network, on which subnets and ports are made without a service.
struct AddressFixture {
  let database: TemporaryDatabase
  let store: Store
  let network = UUID()

  private static let time = Timestamp(microseconds: 1)

  init() async throws {
    database = try TemporaryDatabase()
    store = try database.store()
    let network = network
    try await store.write { transaction in
      try transaction.execute(
        "INSERT INTO networks (id, project_id, mtu, created_at, updated_at) VALUES (?, 'p', 1500, ?, ?)",
        network, Self.time, Self.time)
    }
  }

  /// Adds a subnet; without pools it has the default ones.
  func subnet(_ cidr: String, pools: [(String, String)]? = nil) async throws -> Subnet {
    guard let prefix = IPNetwork(cidr) else { throw BadAddress(text: cidr) }
    let subnet = Subnet(
      id: UUID(), networkID: network, projectID: "p", cidr: prefix, gatewayIP: nil,
      allocationPools: try pools?.map { try Self.pool($0.0, $0.1) } ?? prefix.defaultPools(without: nil),
      createdAt: Self.time, updatedAt: Self.time)
    try await store.write { try $0.insert(subnet) }
    return subnet
  }

  static func pool(_ first: String, _ last: String) throws -> AllocationPool {
    guard let first = IPAddress(first), let last = IPAddress(last) else { throw BadAddress(text: "\(first)-\(last)") }
    return AllocationPool(first: first, last: last)
  }

  /// Adds a port without addresses.
  func port() async throws -> UUID {
    let network = network
    return try await store.write { try $0.insertPort(ofNetwork: network) }
  }

  /// Gives the port every address of the pools that is not left out, in one statement.
  func fill(_ subnet: Subnet, port: UUID, except free: [UInt32] = []) async throws {
    guard let pool = subnet.allocationPools.first else { return }
    try await store.write { transaction in
      try transaction.execute("DELETE FROM ip_free_ranges WHERE subnet_id = ?", subnet.id)
      try transaction.execute(
        """
        WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
        INSERT INTO ip_allocations (port_id, subnet_id, ip_address, ip_high, ip_number) SELECT ?3, ?4, n, 0, n FROM numbers
        """,
        Int(pool.first.bits), Int(pool.last.bits), port, subnet.id)
      for number in free {
        try transaction.execute(
          "DELETE FROM ip_allocations WHERE subnet_id = ? AND ip_high = 0 AND ip_number = ?", subnet.id, Int(number))
      }
    }
  }

  /// The free ranges as text, in order.
  func freeRanges(_ subnet: Subnet) async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows(
        """
        SELECT ip_high, first_number, last_number FROM ip_free_ranges WHERE subnet_id = ?
        ORDER BY ip_high, first_number
        """,
        subnet.id
      ) { row in
        let high = subnet.version == .v4 ? 0 : UInt128(UInt(bitPattern: row.integer(0)) ^ 1 << 63) << 64
        return [row.integer(1), row.integer(2)].map { number in
          let low = subnet.version == .v4 ? UInt128(number) : UInt128(UInt(bitPattern: number) ^ 1 << 63)
          return IPAddress(version: subnet.version, bits: high | low).description
        }.joined(separator: "-")
      }
    }
  }

  struct BadAddress: Error { let text: String }
}

extension Transaction {
  /// Adds a port without addresses and bindings.
  func insertPort(ofNetwork network: UUID) throws -> UUID {
    let id = UUID()
    try execute(
      """
      INSERT INTO ports (id, project_id, network_id, mac_address, created_at, updated_at) VALUES (?, 'p', ?, ?, ?, ?)
      """,
      id, network, "\(MACAddress(bits: UInt64.random(in: 0...UInt64.max)))", now, now)
    return id
  }
}
