import Logging
import Model
import SQLite
import Store
import Support
import Testing

@Suite("The schema of QoS", .timeLimit(.minutes(2)))
struct QoSMigrationTests {
  private static let network = UUID("00000000-0000-4000-8000-000000000001")!
  private static let port = UUID("00000000-0000-4000-8000-000000000101")!
  private static let policy = UUID("00000000-0000-4000-8000-000000000201")!
  private static let time = Timestamp(microseconds: 1)

  @Test("a database with networks and ports of before keeps them, and they have no policy")
  func migration() async throws {
    let all = Migration.carried
    let database = try TemporaryDatabase(migrations: all.filter { $0.version < 13 })
    let before = try database.store()
    try await before.write { try Self.fill($0) }
    await before.close()
    _ = try Migrator(path: database.path, migrations: all).up()

    let after = try Store(
      path: database.path, options: Store.Options(), listeners: [], clock: Timestamp.systemNow,
      logger: Logger(label: "test"))
    let network = try await after.read { try $0.network(Self.network) }
    let port = try await after.read { try $0.port(Self.port) }
    #expect(network?.name == "n" && network?.qosPolicyID == nil)
    #expect(port?.name == "p" && port?.qosPolicyID == nil && port?.qosNetworkPolicyID == nil)
    #expect(try await after.read { try $0.rows("PRAGMA foreign_key_check") { row in row.text(0) } } == [])
    // What was there can be given a policy, which then stays.
    try await after.write { try Self.assign($0) }
    let assigned = try await after.read { try $0.port(Self.port) }
    #expect(assigned?.qosPolicyID == nil && assigned?.qosNetworkPolicyID == Self.policy)
    await #expect(throws: ConstraintViolation.self) {
      try await after.write { try $0.deleteQoSPolicy(Self.policy) }
    }
    await after.close()
  }

  @Test("the schema itself refuses a second rule of a direction, a second default and numbers that are none")
  func constraints() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    let policy = QoSPolicy(
      id: Self.policy, projectID: "p", isDefault: true, createdAt: Self.time, updatedAt: Self.time)
    let rule = QoSBandwidthLimitRule(id: UUID(), policyID: policy.id, limit: BandwidthLimit(maxKbps: 1))
    try await store.write { try $0.insert(policy) }
    try await store.write { try $0.insert(rule) }
    var (second, negative, other) = (rule, rule, policy)
    (second.id, negative.id, other.id) = (UUID(), UUID(), UUID())
    (negative.direction, negative.limit.maxKbps) = (.ingress, -1)
    let (wrong, twin) = ([second, negative], other)
    for rule in wrong {
      await #expect(throws: ConstraintViolation.self) { try await store.write { try $0.insert(rule) } }
    }
    await #expect(throws: ConstraintViolation.self) { try await store.write { try $0.insert(twin) } }
    #expect(try await store.read { try $0.qosPolicy(policy.id)?.rules } == [rule])
    // With a policy go its rules.
    try await store.write { try $0.deleteQoSPolicy(policy.id) }
    #expect(try await store.read { try $0.qosRule(rule.id) } == nil)
    await store.close()
  }

  @Test("a host's ports with a policy are found by pages, those of networks that have it included")
  func users() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    try await store.write { transaction in
      try Self.fill(transaction)
      try Self.assign(transaction)
    }
    let ports = try await store.read {
      try $0.ports(withQoSPolicy: Self.policy, onHost: "h1", after: nil, limit: 10)
    }
    #expect(ports == [Self.port])
    let rest = try await store.read {
      try $0.ports(withQoSPolicy: Self.policy, onHost: "h1", after: Self.port, limit: 10)
    }
    #expect(rest == [])
    #expect(
      try await store.read { try $0.ports(withQoSPolicy: Self.policy, onHost: "h2", after: nil, limit: 10) } == [])
    #expect(try await store.read { try $0.userOfQoSPolicy(Self.policy) } == .network(Self.network))
    #expect(try await store.read { try $0.isQoSPolicyUsed(Self.policy, outsideProject: "p") } == false)
    #expect(try await store.read { try $0.isQoSPolicyUsed(Self.policy, outsideProject: "q") })
    await store.close()
  }

  /// By statements of the schema before.
  private static func fill(_ transaction: Transaction) throws {
    try transaction.execute(
      "INSERT INTO networks (id, project_id, name, mtu, created_at, updated_at) VALUES (?, 'p', 'n', 1500, ?, ?)",
      network, time, time)
    try transaction.execute("INSERT INTO network_segments (network_id, network_type) VALUES (?, 'local')", network)
    try transaction.execute(
      """
      INSERT INTO ports (id, project_id, network_id, name, mac_address, created_at, updated_at)
      VALUES (?, 'p', ?, 'p', 'fa:16:3e:00:00:01', ?, ?)
      """,
      port, network, time, time)
    try transaction.execute("INSERT INTO port_bindings (port_id, host) VALUES (?, 'h1')", port)
  }

  private static func assign(_ transaction: Transaction) throws {
    try transaction.insert(QoSPolicy(id: policy, projectID: "p", createdAt: time, updatedAt: time))
    try transaction.execute("UPDATE networks SET qos_policy_id = ? WHERE id = ?", policy, network)
  }
}
