import Dispatch
import SQLite
import Store
import Support
import Synchronization
import Testing

@Suite("Group commit", .timeLimit(.minutes(2)))
struct GroupCommitTests {
  private let database: TemporaryDatabase
  private let listener = LampListener()
  private let store: Store

  init() throws {
    database = try TemporaryDatabase(migrations: Migration.fixture)
    store = try database.store(listeners: [listener])
  }

  @Test("of many writers at once, those that fail undo their own work and nobody else's")
  func independence() async throws {
    let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
      for number in 0..<300 {
        group.addTask { [store] in
          do {
            try await store.write { transaction in
              try transaction.insertLamp("lamp \(number)", status: "ON")
              if number % 3 == 0 { throw Refusal() }
            }
            return (number, true)
          } catch { return (number, false) }
        }
      }
      return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
    }
    let expected = (0..<300).filter { $0 % 3 != 0 }
    #expect(outcomes.filter(\.value).keys.sorted() == expected)
    let ids = try await store.read { try $0.rows("SELECT id FROM lamps") { $0.text(0) } }
    #expect(Set(ids) == Set(expected.map { "lamp \($0)" }))
    #expect(try await store.read { try $0.outbox() }.count == expected.count)
    #expect(listener.committed.count == expected.count)
    // Two hundred bodies were announced in far fewer commits.
    #expect(listener.told.withLock { $0.committed.count } < expected.count)
  }

  @Test("bodies that arrive while the writer is busy share commits, at most 64 each")
  func grouping() async throws {
    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
    let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
    let gate = DispatchSemaphore(value: 0)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [store] in
        try? await store.write { _ in
          enter.yield()
          #expect(gate.wait(timeout: .now() + 30) == .success)
        }
      }
      for await _ in entered { break }
      for number in 0..<100 {
        group.addTask { [store] in
          arrive.yield()
          try? await store.write { try $0.insertLamp("\(number)") }
        }
      }
      var arrived = 0
      for await _ in arrivals {
        arrived += 1
        if arrived == 100 { break }
      }
      gate.signal()
    }
    let sizes = listener.told.withLock { $0.committed.map(\.count) }
    #expect(sizes.reduce(0, +) == 100)
    #expect(sizes.allSatisfy { $0 <= 64 })
    #expect(sizes.count < 50)
  }

  @Test("a body is not run twice and none is lost when the writer's line is long")
  func counting() async throws {
    try await store.write { try $0.insertLamp("counter") }
    try await store.write { try $0.execute("UPDATE lamps SET note = '0'") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<500 {
        group.addTask { [store] in
          try await store.write { transaction in
            let note = try transaction.first("SELECT note FROM lamps") { $0.text(0) } ?? ""
            try transaction.execute("UPDATE lamps SET note = ?", String((Int(note) ?? 0) + 1))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.read { try $0.first("SELECT note FROM lamps") { $0.text(0) } } == "500")
  }

  @Test("another process that keeps the lock makes writes fail, and they work when it lets go")
  func foreignLock() async throws {
    let shell = try Connection(path: database.path, mode: .writing)
    try shell.run("BEGIN IMMEDIATE")
    let impatient = try database.store(change: { $0.busyTimeout = .milliseconds(5) })
    let error = await #expect(throws: SQLiteError.self) { try await impatient.write { try $0.insertLamp("a") } }
    #expect(error?.isBusy == true)
    try shell.run("ROLLBACK")
    try await impatient.write { try $0.insertLamp("a") }
    #expect(try await impatient.read { try $0.lamps() } == ["a OFF"])
  }
}
