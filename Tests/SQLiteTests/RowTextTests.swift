import SQLite
import Testing

@Suite("Text of rows, and the cache of statements")
struct RowTextTests {
  @Test("the bytes of a text are lent as they are stored, and NULL is empty")
  func lentText() throws {
    let connection = try Connection(path: ":memory:", mode: .creating)
    let lent = try connection.rows("SELECT 'abc', 'é', '', NULL, 12, 'a' || char(0) || 'b'") { row in
      (0..<row.count).map { index in
        row.withText(index) { text in (0..<text.count).map { text[$0] } }
      }
    }
    #expect(lent == [[[97, 98, 99], [0xC3, 0xA9], [], [], [49, 50], [97, 0, 98]]])
  }

  @Test("statements of the same length and end are told apart")
  func similarStatements() throws {
    let connection = try Connection(path: ":memory:", mode: .creating)
    try connection.run("CREATE TABLE t (a INTEGER, b INTEGER) STRICT")
    try connection.run("INSERT INTO t VALUES (1, 2)")
    for _ in 0..<3 {
      for (column, value) in [("a", 1), ("b", 2)] {
        let filler = String(repeating: " ", count: 500)
        let found = try connection.first("SELECT\(filler)\(column)\(filler)FROM t WHERE ? = 1", [1]) { $0.integer(0) }
        #expect(found == value)
      }
    }
    #expect(connection.cachedStatementCount == 4)
  }
}
