import Logging
import Model
import SQLite
import Store
import Support
import Testing

@Suite("The schema of policies and segments", .timeLimit(.minutes(2)))
struct NetworkMigrationTests {
  private static let time = "2026-11-23T01:29:33.000000Z"
  private static let ids = (1...3).map { "00000000-0000-4000-8000-00000000000\($0)" }

  @Test("in a database of before, what was shared or external is so by a policy, and taken segments stay taken")
  func migration() async throws {
    let database = try TemporaryDatabase(migrations: Migration.carried.filter { $0.version < 9 })
    let before = try database.store()
    try await before.write { transaction in
      for (index, id) in Self.ids.enumerated() {
        try transaction.execute(
          """
          INSERT INTO networks (id, project_id, name, shared, external, mtu, created_at, updated_at)
          VALUES (?, 'p', 'n', ?, ?, 1450, ?, ?)
          """,
          id, index > 0, index > 1, Self.time, Self.time)
        try transaction.execute(
          "INSERT INTO network_segments (network_id, network_type, segmentation_id) VALUES (?, 'vxlan', ?)", id,
          index + 1)
      }
    }
    await before.close()
    _ = try Migrator(path: database.path, migrations: Migration.carried).up()
    let after = try Store(
      path: database.path, options: Store.Options(), listeners: [], clock: Timestamp.systemNow,
      logger: Logger(label: "test"))
    let networks = try await after.read { snapshot in
      try Self.ids.map { id in try snapshot.network(UUID(id) ?? UUID(), seenBy: "other") }
    }
    #expect(networks.map { $0?.access } == [[], .shared, [.shared, .external]])
    #expect(networks.map { $0?.isExternal } == [false, false, true])
    let policies = try await after.read { try $0.rbacPolicies(ListQuery()) }
    #expect(policies.count == 3 && Set(policies.map(\.id)).count == 3)
    #expect(policies.allSatisfy { $0.targetProject == "*" && $0.projectID == "p" })
    let free = try await after.write { transaction in
      var generator = SystemRandomNumberGenerator()
      return try transaction.freeSegment(in: SegmentPool(type: .vxlan, ranges: [1...4]), using: &generator)
    }
    #expect(free == 4)
    await after.close()
  }
}
