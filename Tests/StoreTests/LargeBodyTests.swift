import SQLite
import Store
import Support
import Testing

@Suite("Bodies that change much", .timeLimit(.minutes(2)))
struct LargeBodyTests {
  private static let rows = 6000
  private let database: TemporaryDatabase
  private let store: Store

  init() async throws {
    database = try TemporaryDatabase(migrations: Migration.fixture)
    store = try database.store()
    try await store.write { transaction in
      // A page has room for two such rows, so that all of them fill 12 MB.
      let text = String(repeating: "before", count: 300)
      for number in 0..<Self.rows { try transaction.execute("INSERT INTO outbox VALUES (?, ?)", number, text) }
    }
  }

  /// Gives every row another text, in an order in which the pages are not.
  private func rewrite(_ transaction: Transaction) throws {
    let text = String(repeating: "after!", count: 300)
    for number in 0..<Self.rows {
      try transaction.execute("UPDATE outbox SET text = ? WHERE id = ?", text, number * 7 % Self.rows)
    }
  }

  private func texts() async throws -> Set<String> {
    try await store.read { Set(try $0.rows("SELECT DISTINCT substr(text, 1, 6) FROM outbox") { $0.text(0) }) }
  }

  @Test("a body that throws after it has changed more than a savepoint keeps in memory has changed nothing")
  func undone() async throws {
    for _ in 0..<2 {
      await #expect(throws: Refusal.self) {
        try await store.write { transaction in
          try rewrite(transaction)
          throw Refusal()
        }
      }
      #expect(try await texts() == ["before"])
    }
    try await store.write { try rewrite($0) }
    #expect(try await texts() == ["after!"])
  }

  @Test("large bodies that share a transaction undo their own work and nobody else's")
  func several() async throws {
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<8 {
        group.addTask {
          do {
            try await store.write { transaction in
              try transaction.insertLamp("\(number)")
              if number % 2 == 0 { try rewrite(transaction) }
              if number % 4 == 0 { throw Refusal() }
            }
            return true
          } catch { return false }
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 }.count == 6)
    #expect(Set(try await store.read { try $0.lamps() }) == ["1 OFF", "2 OFF", "3 OFF", "5 OFF", "6 OFF", "7 OFF"])
    #expect(try await texts() == ["after!"])
  }
}
