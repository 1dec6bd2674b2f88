import Logging
import Model
import SQLite
import Store
import Support
import Testing

@Suite("The schema of addresses", .timeLimit(.minutes(2)))
struct AddressMigrationTests {
  private static let network = "00000000-0000-4000-8000-000000000001"
  private static let subnet = "00000000-0000-4000-8000-000000000002"
  private static let time = "2026-11-23T01:29:33.000000Z"
  /// 10.0.0.0
  private static let base = 167_772_160

  @Test("a database with ports of before keeps everything, and knows what is free of its pools")
  func migration() async throws {
    let all = Migration.carried
    let database = try TemporaryDatabase(migrations: all.filter { $0.version < 12 })
    let before = try database.store()
    try await before.write { try Self.fill($0) }
    await before.close()
    _ = try Migrator(path: database.path, migrations: all).up()

    let after = try Store(
      path: database.path, options: Store.Options(), listeners: [], clock: Timestamp.systemNow,
      logger: Logger(label: "test"))
    let id = try #require(UUID(Self.subnet))
    let subnet = try await after.read { try $0.subnet(id) }
    #expect(subnet?.version == .v4 && subnet?.tags == #"["a"]"# && subnet?.dnsNameservers.count == 1)
    #expect(
      subnet?.allocationPools.map { "\($0.first)-\($0.last)" } == ["10.0.0.10-10.0.0.99", "10.0.0.200-10.0.0.201"])
    #expect(subnet?.serviceTypes == [] && subnet?.ipv6RAMode == nil && subnet?.subnetPoolID == nil)
    #expect(subnet?.hostRoutes.first?.destination.description == "10.9.0.0/16")
    let addresses = try await after.read { snapshot in
      try snapshot.rows("SELECT id, ip_addresses, network FROM v_ports ORDER BY id") { "\($0.text(1)) \($0.text(2))" }
    }
    #expect(addresses == Self.taken.map { "10.0.0.\($0) n" })
    #expect(try await Self.freeRanges(after) == ["12-49", "51-98"])
    let orphans = try await after.read { try $0.rows("PRAGMA foreign_key_check") { row in row.text(0) } }
    #expect(orphans == [])
    // The rowids, and with them the order of a port's addresses, are those of before.
    let numbers = try await after.read {
      try $0.rows("SELECT id FROM ip_allocations ORDER BY ip_number") { $0.integer(0) }
    }
    #expect(numbers == [1, 2, 3, 7, 4, 5, 6])
    // What the listeners hang on is still there: a port's deletion frees its address.
    try await after.write { try $0.execute("DELETE FROM ports WHERE name = '50'") }
    #expect(try await Self.freeRanges(after) == ["12-98"])
    await after.close()
  }

  private static let taken = [5, 10, 11, 99, 200, 201, 50]

  private static func fill(_ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO networks (id, project_id, name, mtu, created_at, updated_at) VALUES (?, 'p', 'n', 1500, ?, ?)",
      network, time, time)
    try transaction.execute("INSERT INTO network_segments (network_id, network_type) VALUES (?, 'local')", network)
    try transaction.execute(
      """
      INSERT INTO subnets (id, network_id, project_id, cidr, gateway_ip, dns_nameservers, host_routes, tags, created_at,
        updated_at)
      VALUES (?, ?, 'p', '10.0.0.0/24', '10.0.0.1', '["10.0.0.2"]',
        '[{"destination": "10.9.0.0/16", "nexthop": "10.0.0.1"}]', '["a"]', ?, ?)
      """,
      subnet, network, time, time)
    for (first, last) in [("10.0.0.10", "10.0.0.99"), ("10.0.0.200", "10.0.0.201")] {
      try transaction.execute(
        "INSERT INTO ip_allocation_pools (subnet_id, first_ip, last_ip) VALUES (?, ?, ?)", subnet, first, last)
    }
    for (index, number) in taken.enumerated() {
      let port = "00000000-0000-4000-8000-00000000010\(index)"
      try transaction.execute(
        """
        INSERT INTO ports (id, project_id, network_id, name, mac_address, created_at, updated_at)
        VALUES (?, 'p', ?, ?, ?, ?, ?)
        """,
        port, network, "\(number)", "fa:16:3e:00:00:0\(index)", time, time)
      try transaction.execute("INSERT INTO port_bindings (port_id) VALUES (?)", port)
      try transaction.execute(
        "INSERT INTO ip_allocations (port_id, subnet_id, ip_address, ip_number) VALUES (?, ?, ?, ?)",
        port, subnet, "10.0.0.\(number)", base + number)
    }
  }

  private static func freeRanges(_ store: Store) async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows("SELECT first_number, last_number FROM ip_free_ranges ORDER BY 1") { row in
        "\(row.integer(0) - base)-\(row.integer(1) - base)"
      }
    }
  }
}
