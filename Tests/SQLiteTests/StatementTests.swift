import CSQLite
import SQLite
import Testing

@Suite("Statements and rows")
struct StatementTests {
  private let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:", mode: .creating, cachedStatements: 4)
    try connection.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB, c REAL, d INTEGER) STRICT")
  }

  @Test("every kind of value comes back as it went in")
  func roundTrip() throws {
    let arguments: [any SQLBindable] = ["text", [1, 0, 255] as [UInt8], 1.5, Int64.min]
    try connection.run("INSERT INTO t (a, b, c, d) VALUES (?, ?, ?, ?)", arguments)
    let row = try connection.first("SELECT a, b, c, d FROM t") { row in
      (row.text(0), row.blob(1), row.double(2), row.integer(3), (0..<4).map { row.value($0) })
    }
    #expect(row?.0 == "text")
    #expect(row?.1 == [1, 0, 255])
    #expect(row?.2 == 1.5)
    #expect(row?.3 == Int(Int64.min))
    #expect(row?.4 == [.text("text"), .blob([1, 0, 255]), .real(1.5), .integer(.min)])
  }

  @Test("text keeps its NUL, its length and everything beyond ASCII", arguments: ["", "a\0b", "Grüße 🔌", "\u{FEFF}x"])
  func textByLength(text: String) throws {
    #expect(try connection.first("SELECT ?", [text]) { $0.text(0) } == text)
    #expect(try connection.first("SELECT length(CAST(? AS BLOB))", [text]) { $0.integer(0) } == text.utf8.count)
  }

  @Test("an empty text and an empty blob are not NULL, and nothing is")
  func emptiness() throws {
    let kinds = try connection.first(
      "SELECT typeof(?), typeof(?), typeof(?)", ["", [UInt8](), String?.none]
    ) { [$0.text(0), $0.text(1), $0.text(2)] }
    #expect(kinds == ["text", "blob", "null"])
    #expect(try connection.first("SELECT NULL") { $0.isNull(0) && $0.optionalText(0) == nil } == true)
    #expect(try connection.first("SELECT NULL") { $0.optionalInteger(0) == nil && $0.text(0) == "" } == true)
  }

  @Test("booleans are 0 and 1, and an enumeration is its raw value")
  func derivedValues() throws {
    enum Color: String, SQLBindable { case red }
    let row = try connection.first("SELECT ?, ?, ?", [true, false, Color.red]) { row in
      (row.bool(0), row.integer(1), row.text(2))
    }
    #expect(row?.0 == true && row?.1 == 0 && row?.2 == "red")
  }

  @Test("an error carries the extended code, SQLite's words and the statement")
  func errors() throws {
    try connection.run("CREATE UNIQUE INDEX u ON t (a)")
    try connection.run("INSERT INTO t (a) VALUES ('x')")
    let sql = "INSERT INTO t (a) VALUES (?)"
    let error = #expect(throws: SQLiteError.self) { try connection.run(sql, ["x"]) }
    #expect(error?.code == 2067)
    #expect(error?.primaryCode == SQLITE_CONSTRAINT)
    #expect(error?.message == "UNIQUE constraint failed: t.a")
    #expect(error?.sql == sql)
  }

  @Test("a wrong number of arguments, two statements in one, and none at all are refused")
  func misuse() throws {
    #expect(throws: SQLiteError.self) { try connection.run("SELECT ?", []) }
    #expect(throws: SQLiteError.self) { try connection.run("SELECT 1", [2]) }
    #expect(throws: SQLiteError.self) { try connection.run("SELECT 1; SELECT 2") }
    #expect(throws: SQLiteError.self) { try connection.run("-- nothing") }
    #expect(throws: SQLiteError.self) { try connection.run(#"SELECT "no such column""#) }
    try connection.run("SELECT 1; \n ;")
  }

  @Test("the cache keeps the statements used last, and no more than it may")
  func cacheIsBounded() throws {
    for number in 0..<20 { _ = try connection.first("SELECT \(number)") { $0.integer(0) } }
    #expect(connection.cachedStatementCount == 4)
    #expect(try connection.first("SELECT 3") { $0.integer(0) } == 3)
  }

  @Test("a query may be run again while its rows are decoded")
  func reentrance() throws {
    for id in 1...3 { try connection.run("INSERT INTO t (id) VALUES (?)", [id]) }
    let query = "SELECT id FROM t WHERE id <= ? ORDER BY id"
    let nested = try connection.rows(query, [3]) { row in
      let id = row.integer(0)
      return try connection.rows(query, [id]) { $0.integer(0) }
    }
    #expect(nested == [[1], [1, 2], [1, 2, 3]])
  }

  @Test("a decoding closure that throws leaves the statement ready for the next query")
  func throwingDecoder() throws {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) { try connection.rows("SELECT 1") { _ in throw Refusal() } }
    try connection.run("BEGIN")
    try connection.run("COMMIT")
    #expect(try connection.first("SELECT 1") { $0.integer(0) } == 1)
  }

  @Test("a statement tells how many rows it changed, also after one that changed others")
  func changedRows() throws {
    #expect(try connection.run("INSERT INTO t (id) VALUES (1), (2), (3)") == 3)
    #expect(connection.lastInsertRowID == 3)
    #expect(try connection.run("UPDATE t SET a = 'x' WHERE id > 1") == 2)
    #expect(try connection.run("UPDATE t SET a = 'x' WHERE id > 9") == 0)
    #expect(try connection.run("SELECT 1") == 0)
  }

  @Test("a script stops at the statement that fails and names its line")
  func scripts() throws {
    let error = #expect(throws: SQLiteError.self) {
      try connection.script(
        """
        CREATE TABLE s (x TEXT);

        -- a comment; with a semicolon
        INSERT INTO nowhere VALUES (1);
        """)
    }
    #expect(error?.message == "line 4: no such table: nowhere")
    #expect(try connection.first("SELECT count(*) FROM s") { $0.integer(0) } == 0)
  }
}
