import PacketTable
import Testing

extension PacketScene {
  static func fill(_ bench: PacketBench) async throws {
    for (id, rules) in groups { bench.setGroup(id, rules) }
    try await bench.plug(ports)
  }
}

extension PacketBench {
  /// Sends every packet of the table.
  func checkTable(_ table: [PacketCase] = PacketScene.table) async throws {
    for row in table {
      // Each row is judged for itself, not as a part of what a row before began.
      try await forgetConnections()
      let passed = try passes(row.frames(), from: row.from, to: row.to, looking: row.token)
      #expect(passed == row.passes, "\(row.name)")
    }
  }
}

@Suite("Packets between guests", .timeLimit(.minutes(5)))
struct PacketTests {
  @Test("what the rules say is what passes")
  func table() async throws {
    #expect(PacketScene.table.count >= 40)
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    try await bench.checkTable()
  }

  @Test("an agent that was killed and starts again leaves every rule as it is")
  func restart() async throws {
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    let before = try await bench.ruleset()
    bench.restart()
    try await bench.checkTable()
    try await bench.prepare(PacketScene.ports.map(\.name))
    #expect(try await bench.ruleset() == before)
    try await bench.checkTable()
  }
}
