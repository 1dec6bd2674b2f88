import Logging
import Model
import SQLite
import Store
import Support
import Synchronization
import Testing

/// What listeners are told must not depend on how the changes are captured.
@Suite("Change listeners", .serialized, .timeLimit(.minutes(2)))
struct ChangeListenerTests {
  enum Capture: CaseIterable {
    case hooks
    case triggers
  }

  private let database: TemporaryDatabase
  private let lamps = LampListener()
  private let outbox = OutboxListener()

  init() throws {
    database = try TemporaryDatabase(migrations: Migration.fixture)
  }

  private func store(_ capture: Capture, listeners: [any ChangeListener]? = nil) throws -> Store {
    try database.store(
      listeners: listeners ?? [lamps, outbox], change: { $0.withoutPreupdateHook = capture == .triggers })
  }

  @Test(
    "a listener is told old and new values once the body is done, and its rows are in the same commit",
    arguments: Capture.allCases)
  func announcing(capture: Capture) async throws {
    let store = try store(capture)
    try await store.write { transaction in
      transaction.cause = ChangeCause(reason: "test")
      try transaction.insertLamp("a")
      try transaction.setStatus("ON", of: "a")
      #expect(try transaction.outbox() == [])
    }
    #expect(try await store.read { try $0.outbox() } == ["a none->OFF test", "a OFF->ON test"])
    #expect(
      lamps.committed == [
        RowChange(kind: .insert, rowID: 1, old: [.null, .null], new: [.text("a"), .text("OFF")]),
        RowChange(kind: .update, rowID: 1, old: [.text("a"), .text("OFF")], new: [.text("a"), .text("ON")]),
      ])
    #expect(outbox.texts.withLock { $0 } == ["a none->OFF test", "a OFF->ON test"])
  }

  @Test("a deletion is told with its old values, one by DELETE without WHERE too", arguments: Capture.allCases)
  func deletions(capture: Capture) async throws {
    let store = try store(capture)
    try await store.write { transaction in
      try transaction.insertLamp("a")
      try transaction.insertLamp("b")
    }
    try await store.write { try $0.execute("DELETE FROM lamps") }
    #expect(lamps.committed.suffix(2).map(\.kind) == [.delete, .delete])
    #expect(Set(lamps.committed.suffix(2).map { $0.oldText(0) }) == ["a", "b"])
    #expect(lamps.committed.suffix(2).allSatisfy { $0.new == [.null, .null] })
  }

  @Test("rows that a foreign key deletes are told", arguments: Capture.allCases)
  func cascades(capture: Capture) async throws {
    final class BulbListener: ChangeListener {
      let table = "bulbs"
      let columns = ["lamp_id"]
      let kinds = Mutex<[RowChange.Kind]>([])
      func changed(_ changes: [RowChange], in transaction: Transaction) throws {
        kinds.withLock { $0 += changes.map(\.kind) }
      }
    }
    let bulbs = BulbListener()
    let store = try store(capture, listeners: [lamps, bulbs])
    try await store.write { transaction in
      try transaction.insertLamp("a")
      try transaction.execute("INSERT INTO bulbs (lamp_id) VALUES ('a'), ('a')")
      try transaction.execute("DELETE FROM lamps WHERE id = 'a'")
    }
    #expect(bulbs.kinds.withLock { $0 } == [.insert, .insert, .delete, .delete])
  }

  @Test(
    "rows that triggers and foreign keys change in the same table are told once each, and none that was undone",
    arguments: Capture.allCases)
  func dependentRows(capture: Capture) async throws {
    let groups = GroupListener()
    let store = try store(capture, listeners: [groups])
    try await store.write { try $0.execute("INSERT INTO groups VALUES (1, NULL, 0), (2, 1, 1), (3, 1, 1)") }
    #expect(groups.takeTold() == ["insert 1", "insert 2", "insert 3"])
    try await store.write { try $0.execute("UPDATE groups SET level = 98 WHERE id = 1") }
    #expect(groups.takeTold() == ["update 1", "update 2", "update 3"])
    try await store.write { try $0.execute("UPDATE groups SET id = 9 WHERE id = 1") }
    #expect(groups.takeTold() == ["update 2", "update 3", "update 9"])
    // The first row is gone already when its children, which are kept, undo the statement.
    try await store.write { transaction in
      #expect(throws: ConstraintViolation.self) { try transaction.execute("DELETE FROM groups WHERE id = 9") }
      try transaction.execute("INSERT INTO groups VALUES (4, NULL, 0)")
    }
    #expect(groups.takeTold() == ["insert 4"])
    try await store.write { transaction in
      try transaction.execute("UPDATE groups SET level = 0 WHERE parent = 9")
      try transaction.execute("DELETE FROM groups WHERE id = 9")
    }
    #expect(groups.takeTold() == ["delete 2", "delete 3", "delete 9", "update 2", "update 3"])
  }

  @Test("the row that OR REPLACE removes is never lost in silence", arguments: Capture.allCases)
  func replacement(capture: Capture) async throws {
    let store = try store(capture)
    try await store.write { try $0.insertLamp("a", status: "ON") }
    let replace: @Sendable (Transaction) throws -> Void = { transaction in
      try transaction.execute("INSERT OR REPLACE INTO lamps (id, status) VALUES ('a', 'OFF')")
    }
    switch capture {
    case .hooks:
      // The update hook does not speak of it, so the write is refused, and nobody else's.
      await #expect { try await store.write(replace) } throws: { ($0 as? StoreError)?.code == .schema }
      try await store.write { try $0.setStatus("OFF", of: "a") }
      #expect(lamps.committed.map(\.kind) == [.insert, .update])
    case .triggers:
      try await store.write(replace)
      #expect(lamps.committed.map(\.kind) == [.insert, .delete, .insert])
    }
  }

  @Test(
    "no ghost: what a failed statement began, and what a failed body did, is told to nobody",
    arguments: Capture.allCases)
  func ghosts(capture: Capture) async throws {
    let store = try store(capture)
    try await store.write { transaction in
      try transaction.insertLamp("a", name: "taken")
      // The second row fails, and the first is undone with it.
      #expect(throws: ConstraintViolation.self) {
        try transaction.execute(
          "INSERT INTO lamps (id, status, name) VALUES ('ghost', 'ON', 'free'), ('b', 'ON', 'taken')")
      }
      #expect(throws: ConstraintViolation.self) {
        try transaction.rows(
          "UPDATE lamps SET status = 'ON', note = CASE id WHEN 'a' THEN x'00' END RETURNING id"
        ) { $0.text(0) }
      }
      try transaction.insertLamp("c")
    }
    await #expect(throws: Refusal.self) {
      try await store.write { transaction in
        try transaction.setStatus("ON", of: "a")
        throw Refusal()
      }
    }
    #expect(lamps.committed.map { $0.newText(0) } == ["a", "c"])
    #expect(try await store.read { try $0.outbox() } == ["a none->OFF unspecified", "c none->OFF unspecified"])
  }

  @Test("bodies that share a commit with a failing one are told of their own changes only", arguments: Capture.allCases)
  func ghostsInGroups(capture: Capture) async throws {
    let store = try store(capture)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          try? await store.write { transaction in
            try transaction.insertLamp("\(number)", status: "ON")
            if number.isMultiple(of: 2) { throw Refusal() }
          }
        }
      }
    }
    let expected = Set((0..<200).filter { !$0.isMultiple(of: 2) }.map(String.init))
    #expect(lamps.committed.count == 100)
    #expect(Set(lamps.committed.compactMap { $0.newText(0) }) == expected)
    #expect(try await store.read { try $0.outbox() }.count == 100)
  }

  @Test("a listener that throws fails the body whose change it was, and only it", arguments: Capture.allCases)
  func failingListener(capture: Capture) async throws {
    struct Censor: ChangeListener {
      let table = "outbox"
      let columns = ["text"]
      func changed(_ changes: [RowChange], in transaction: Transaction) throws {
        if changes.contains(where: { $0.newText(0)?.hasPrefix("bad") == true }) { throw Refusal() }
      }
    }
    let store = try store(capture, listeners: [lamps, Censor()])
    await withTaskGroup(of: Void.self) { group in
      for id in ["good 1", "bad", "good 2"] {
        group.addTask { try? await store.write { try $0.insertLamp(id) } }
      }
    }
    #expect(Set(try await store.read { try $0.lamps() }) == ["good 1 OFF", "good 2 OFF"])
    #expect(lamps.committed.count == 2)
  }

  @Test("listeners that answer each other for ever fail the body instead", arguments: Capture.allCases)
  func endlessListeners(capture: Capture) async throws {
    struct Echo: ChangeListener {
      let table = "outbox"
      let columns = ["text"]
      func changed(_ changes: [RowChange], in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO outbox (text) VALUES ('echo')")
      }
    }
    let store = try store(capture, listeners: [Echo()])
    let error = await #expect(throws: StoreError.self) {
      try await store.write { try $0.execute("INSERT INTO outbox (text) VALUES ('call')") }
    }
    #expect(error?.code == .listenersWithoutEnd)
    #expect(try await store.read { try $0.outbox() } == [])
  }

  @Test("a table that cannot be watched truly is refused when the store is opened")
  func unwatchableTables() throws {
    struct Watcher: ChangeListener {
      let table: String
      let columns: [String]
      func changed(_ changes: [RowChange], in transaction: Transaction) throws {}
    }
    for watcher in [
      Watcher(table: "bare", columns: ["id"]), Watcher(table: "nowhere", columns: []),
      Watcher(table: "lamps", columns: ["colour"]), Watcher(table: "derived", columns: ["id"]),
    ] {
      let error = #expect(throws: StoreError.self) { try database.store(listeners: [watcher]) }
      #expect(error?.code == .schema)
    }
  }

  @Test("a library without the preupdate hook is told in the log when the store is opened")
  func warning() throws {
    let lines = LogLines()
    _ = try database.store(
      listeners: [lamps], logger: Logger(label: "test") { _ in lines }, change: { $0.withoutPreupdateHook = true })
    #expect(lines.lines.withLock { $0 }.contains { $0.contains("SQLITE_ENABLE_PREUPDATE_HOOK") })
    #expect(Connection.hasPreupdateHook)
  }
}
