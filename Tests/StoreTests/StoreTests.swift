import Model
import SQLite
import Store
import Support
import Synchronization
import Testing

@Suite("Writing and reading", .timeLimit(.minutes(2)))
struct StoreTests {
  private let database: TemporaryDatabase
  private let store: Store

  init() throws {
    database = try TemporaryDatabase(migrations: Migration.fixture)
    store = try database.store(clock: { Timestamp(microseconds: 1) })
  }

  @Test("what a body has written is there for whoever reads after it was answered")
  func writeThenRead() async throws {
    let count = try await store.write { transaction in
      try transaction.insertLamp("a")
      return try transaction.execute("UPDATE lamps SET status = 'ON'")
    }
    #expect(count == 1)
    #expect(try await store.read { try $0.lamps() } == ["a ON"])
  }

  @Test("a body that throws has written nothing, and its caller gets its error")
  func failingBody() async throws {
    await #expect(throws: Refusal.self) {
      try await store.write { transaction in
        try transaction.insertLamp("a")
        throw Refusal()
      }
    }
    #expect(try await store.read { try $0.lamps() } == [])
  }

  @Test("a statement that the schema refuses tells which kind of rule it was")
  func constraints() async throws {
    let kinds = try await store.write { transaction -> [ConstraintViolation.Kind?] in
      try transaction.insertLamp("a", name: "lamp")
      let statements = [
        "INSERT INTO lamps (id, status) VALUES ('a', 'OFF')",
        "INSERT INTO lamps (id, status, name) VALUES ('b', 'OFF', 'lamp')",
        "INSERT INTO bulbs (lamp_id) VALUES ('nowhere')",
        "INSERT INTO lamps (id, status) VALUES ('b', 'BROKEN')",
        "INSERT INTO lamps (id) VALUES ('b')",
        "UPDATE lamps SET name = x'00'",
      ]
      return statements.map { statement in
        do {
          try transaction.execute(statement)
          return nil
        } catch { return (error as? ConstraintViolation)?.kind }
      }
    }
    #expect(kinds == [.unique, .unique, .foreignKey, .check, .notNull, .check])
    // The body went on after each refusal, and what it had written before is there.
    #expect(try await store.read { try $0.lamps() } == ["a OFF"])
  }

  @Test("a violation names its columns")
  func violationColumns() async throws {
    try await store.write { try $0.insertLamp("a", name: "lamp") }
    let violation = await #expect(throws: ConstraintViolation.self) {
      try await store.write { try $0.insertLamp("b", name: "lamp") }
    }
    #expect(violation?.concerns("lamps.name") == true)
    #expect(violation?.concerns("lamps.id") == false)
  }

  @Test("a reference that is put off until the commit fails the body that made it, and not those beside it")
  func deferredReferences() async throws {
    let violation = await #expect(throws: ConstraintViolation.self) {
      try await store.write { try $0.execute("INSERT INTO promises (lamp_id) VALUES ('nowhere')") }
    }
    #expect(violation?.kind == .foreignKey)
    try await store.write { transaction in
      try transaction.execute("INSERT INTO promises (lamp_id) VALUES ('a')")
      try transaction.insertLamp("a")
    }
    #expect(try await store.read { try $0.lamps() } == ["a OFF"])
  }

  @Test("identifiers and times are text in the database, and a column that holds neither is an error")
  func values() async throws {
    let id = UUID()
    try await store.write { transaction in
      try transaction.execute("INSERT INTO lamps (id, status, note) VALUES (?, 'OFF', ?)", id, transaction.now)
    }
    let row = try await store.read { snapshot in
      try snapshot.first("SELECT id, note, typeof(id), typeof(note), name FROM lamps") { row in
        (try row.uuid(0), try row.timestamp(1), row.text(2), row.text(3), try row.optionalUUID(4))
      }
    }
    #expect(row?.0 == id && row?.1 == Timestamp(microseconds: 1) && row?.2 == "text" && row?.3 == "text")
    #expect(row?.4 == nil)
    let error = await #expect(throws: UnreadableColumn.self) {
      try await store.read { try $0.first("SELECT status FROM lamps") { try $0.uuid(0) } }
    }
    #expect(error?.description == "column status holds 'OFF' and not a UUID")
  }

  @Test("a read sees one moment, whatever is written meanwhile")
  func snapshots() async throws {
    try await store.write { try $0.insertLamp("a") }
    let other = try Connection(path: database.path, mode: .writing)
    try other.run("PRAGMA foreign_keys = ON")
    let path = database.path
    let seen = try await store.read { snapshot -> [[String]] in
      let before = try snapshot.lamps()
      let writer = try Connection(path: path, mode: .writing)
      try writer.run("INSERT INTO lamps (id, status) VALUES ('b', 'OFF')")
      return [before, try snapshot.lamps()]
    }
    #expect(seen == [["a OFF"], ["a OFF"]])
    #expect(try await store.read { try $0.lamps() } == ["a OFF", "b OFF"])
  }

  @Test("a reader cannot write, not even through a query")
  func readersAreReadOnly() async throws {
    await #expect(throws: SQLiteError.self) {
      try await store.read {
        try $0.first("INSERT INTO lamps (id, status) VALUES ('x', 'ON') RETURNING id") { $0.text(0) }
      }
    }
  }

  private static let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

  @Test("a cancelled task's query is stopped where it is, and its reader serves the next one")
  func cancellation() async throws {
    let small = try database.store(change: { $0.readerLimit = 1 })
    let rows = Mutex(0)
    let query = Mutex<Task<Bool, Never>?>(nil)
    let (ready, go) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      for await _ in ready { break }
      do {
        _ = try await small.read { snapshot in
          try snapshot.rows(Self.endless) { row in
            rows.withLock { $0 += 1 }
            if row.integer(0) == 10 { query.withLock { $0?.cancel() } }
          }
        }
        return false
      } catch { return error is CancellationError }
    }
    query.withLock { $0 = task }
    go.yield()
    #expect(await task.value)
    #expect(rows.withLock { $0 } == 10)
    #expect(try await small.read { try $0.lamps() } == [])
  }

  @Test("a read that takes longer than a read may is stopped, so that it does not keep a thread for ever")
  func readLimit() async throws {
    let hasty = try database.store(change: { $0.longestRead = .zero })
    let error = await #expect(throws: StoreError.self) {
      try await hasty.read { try $0.rows("SELECT max(i) FROM (\(Self.endless))") { $0.integer(0) } }
    }
    #expect(error?.code == .waitedTooLong)
  }

  @Test("a read is refused when all readers are lent, and a reader whose body failed comes back")
  func readerLimit() async throws {
    let none = try database.store(change: { $0.readerLimit = 0 })
    let error = await #expect(throws: StoreError.self) { try await none.read { try $0.lamps() } }
    #expect(error?.code == .readersBusy)
    let one = try database.store(change: { $0.readerLimit = 1 })
    for _ in 0..<3 {
      await #expect(throws: Refusal.self) { try await one.read { _ in throw Refusal() } }
    }
    #expect(try await one.read { try $0.lamps() } == [])
  }

  @Test("a closed store refuses, and one opened after it has everything")
  func closing() async throws {
    try await store.write { try $0.insertLamp("a") }
    await store.close()
    let refusals = [
      await #expect(throws: StoreError.self) { try await store.write { try $0.insertLamp("b") } },
      await #expect(throws: StoreError.self) { try await store.read { try $0.lamps() } },
    ]
    #expect(refusals.map { $0?.code } == [.closed, .closed])
    #expect(try await database.store().read { try $0.lamps() } == ["a OFF"])
  }

  @Test("the writer is durable, in WAL mode and with foreign keys on")
  func pragmas() async throws {
    let settings = try await store.write { transaction in
      try ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store"].map { name in
        try transaction.first("PRAGMA \(name)") { $0.text(0) }
      }
    }
    #expect(settings == ["wal", "2", "1", "5000", "2"])
  }
}
