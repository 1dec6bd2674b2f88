import CSQLite

/// What SQLite answered when it did not do what it was asked.
///
/// Branch on ``code`` or ``primaryCode``; ``message`` is for the person who reads the log.
package struct SQLiteError: Error, Equatable, Sendable {
  /// The extended result code (`SQLITE_CONSTRAINT_UNIQUE`, `SQLITE_IOERR_FSYNC`, ...),
  /// <https://sqlite.org/rescode.html>.
  package let code: Int32
  /// SQLite's own words, such as `UNIQUE constraint failed: ports.mac_address`.
  package let message: String
  /// The statement that failed; `nil` when the call had none (opening a file).
  package let sql: String?

  package init(code: Int32, message: String, sql: String?) {
    self.code = code
    self.message = message
    self.sql = sql
  }

  /// The low eight bits of ``code``: the kind of failure without its detail.
  package var primaryCode: Int32 { code & 0xFF }

  /// A constraint of the schema refused the change.
  package var isConstraintViolation: Bool { primaryCode == SQLITE_CONSTRAINT }

  /// Another process holds the lock, and the busy timeout ran out.
  package var isBusy: Bool { primaryCode == SQLITE_BUSY }

  /// ``Interrupter/interrupt()`` stopped the statement.
  package var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }

  /// The file is not a SQLite database.
  package var isNotADatabase: Bool { primaryCode == SQLITE_NOTADB }
}

extension SQLiteError {
  package static let uniqueCodes: Set<Int32> = [
    sqliteConstraint(8), sqliteConstraint(6), sqliteConstraint(10),
  ]
  package static let foreignKeyCode = sqliteConstraint(3)
  package static let notNullCode = sqliteConstraint(5)

  /// The extended code of the `detail`th kind of constraint: the header's macros have a shift in them, which Swift
  /// does not import.
  private static func sqliteConstraint(_ detail: Int32) -> Int32 { SQLITE_CONSTRAINT | detail << 8 }
}

extension SQLiteError: CustomStringConvertible {
  package var description: String {
    guard let sql else { return "SQLite \(code): \(message)" }
    return "SQLite \(code): \(message), in: \(sql)"
  }
}

extension SQLiteError {
  /// What the connection says about the call on it that failed last.
  init(_ connection: OpaquePointer?, code: Int32, sql: String?) {
    // The message belongs to SQLite and lasts only until the next call on the connection, so it is copied here.
    let message = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
    self.init(code: code, message: message.map { String(cString: $0) } ?? "unknown error", sql: sql)
  }
}
