import SQLite
import Synchronization
import Testing

@Suite("Connections")
struct ConnectionTests {
  private let file = TemporaryFile()

  @Test("a reader refuses to write, and to make a file")
  func readers() throws {
    #expect(throws: SQLiteError.self) { try Connection(path: file.path, mode: .reading) }
    #expect(throws: SQLiteError.self) { try Connection(path: file.path, mode: .writing) }
    let writer = try Connection(path: file.path, mode: .creating)
    try writer.run("CREATE TABLE t (x TEXT)")
    let reader = try Connection(path: file.path, mode: .reading)
    #expect(throws: SQLiteError.self) { try reader.run("INSERT INTO t VALUES ('x')") }
    #expect(throws: SQLiteError.self) { try reader.run("CREATE TEMP TABLE u (x TEXT)") }
  }

  @Test("a lock that is not given back makes a statement fail as busy, and not wait for ever")
  func busy() throws {
    let holder = try Connection(path: file.path, mode: .creating)
    try holder.run("BEGIN EXCLUSIVE")
    let other = try Connection(path: file.path, mode: .writing, busyTimeout: .milliseconds(5))
    let error = #expect(throws: SQLiteError.self) { try other.run("BEGIN IMMEDIATE") }
    #expect(error?.isBusy == true)
  }

  @Test("an interrupt stops the running statement, and only while its user has armed it")
  func interrupt() throws {
    let connection = try Connection(path: ":memory:", mode: .creating)
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    let error = #expect(throws: SQLiteError.self) {
      try connection.interrupter.whileArmed {
        _ = try connection.rows(endless) { if $0.integer(0) == 1000 { connection.interrupter.interrupt() } }
      }
    }
    #expect(error?.isInterrupted == true)
    let rows = try connection.rows("SELECT value FROM json_each('[1,2,3]')") { row in
      connection.interrupter.interrupt()
      return row.integer(0)
    }
    #expect(rows == [1, 2, 3])
  }

  @Test("an interrupter that outlives its connection does nothing")
  func lateInterrupt() throws {
    let interrupter = try Connection(path: ":memory:", mode: .creating).interrupter
    interrupter.whileArmed { interrupter.interrupt() }
  }

  @Test("a file that is not a database is told as such")
  func notADatabase() throws {
    let connection = try Connection(path: "/etc/passwd", mode: .reading, busyTimeout: .zero)
    let error = #expect(throws: SQLiteError.self) { try connection.first("SELECT 1 FROM sqlite_schema") { _ in 1 } }
    #expect(error?.isNotADatabase == true)
  }

  @Test("a copy has what is committed, and is readable while the original is open")
  func copies() throws {
    let connection = try Connection(path: file.path, mode: .creating)
    try connection.script("PRAGMA journal_mode = WAL; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('x');")
    try connection.copy(to: file.path + ".copy")
    let copy = try Connection(path: file.path + ".copy", mode: .reading)
    #expect(try copy.rows("SELECT x FROM t") { $0.text(0) } == ["x"])
  }

  @Test("a migration may not end the transaction it runs in, nor reach for another file")
  func migrationScripts() throws {
    let connection = try Connection(path: file.path, mode: .creating)
    try connection.run("BEGIN")
    try connection.migrationScript("CREATE TABLE t (x TEXT);")
    for sql in ["COMMIT", "ROLLBACK", "BEGIN", "ATTACH ':memory:' AS other"] {
      #expect(throws: SQLiteError.self) { try connection.migrationScript(sql) }
    }
    #expect(!connection.isInAutocommit)
    try connection.run("COMMIT")
    #expect(connection.isInAutocommit)
  }
}
