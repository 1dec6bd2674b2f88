import CSQLite

/// An open database file, for one user at a time.
///
/// It is not `Sendable`: whoever holds it holds all of it. SQLite's own lock is off (`SQLITE_OPEN_NOMUTEX`) for that
/// reason. The file is closed when nobody holds the connection any more.
package final class Connection {
  /// What the connection may do with the file.
  package enum Mode: Sendable {
    /// Reads only: `query_only` refuses every change, a file that is not there is an error.
    case reading
    /// Reads and writes; a file that is not there is an error.
    case writing
    /// Reads and writes; a file that is not there is made.
    case creating
  }

  /// Stops what this connection does, from any thread.
  package let interrupter: Interrupter

  /// Valid until `deinit`, which alone closes it; it never leaves the types of this module.
  let handle: OpaquePointer
  /// What the hooks call. SQLite has its address, so it lives as long as the connection.
  let hooks = ConnectionHooks()
  /// Told of the rows that a failed statement changed and SQLite undid.
  package var changeLog: (any ChangeLog)?
  private var cache: StatementCache

  /// Opens the file at `path`.
  ///
  /// - Parameters:
  ///   - busyTimeout: how long a statement waits for another process's lock before it fails as busy.
  ///   - cachedStatements: how many compiled statements are kept.
  package init(
    path: String, mode: Mode, busyTimeout: Duration = .seconds(5), cachedStatements: Int = 256
  ) throws {
    let access =
      switch mode {
      case .reading: SQLITE_OPEN_READONLY
      case .writing: SQLITE_OPEN_READWRITE
      case .creating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    var handle: OpaquePointer?
    let result = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard result == SQLITE_OK, let handle else {
      let error = SQLiteError(handle, code: result, sql: nil)
      // A connection that failed to open must be closed as well.
      sqlite3_close_v2(handle)
      throw SQLiteError(code: error.code, message: "\(path): \(error.message)", sql: nil)
    }
    self.handle = handle
    interrupter = Interrupter(handle)
    cache = StatementCache(capacity: cachedStatements)
    let (seconds, attoseconds) = busyTimeout.components
    sqlite3_busy_timeout(handle, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
    guard plugboard_sqlite_refuse_quoted_strings(handle) == SQLITE_OK else {
      throw SQLiteError(handle, code: SQLITE_ERROR, sql: nil)
    }
    if mode == .reading { try run("PRAGMA query_only = ON") }
  }

  deinit {
    interrupter.forget()
    removeHooks()
    cache.removeAll()
    // _v2: a statement that somebody still holds keeps the file open until it is finalized, instead of dangling.
    sqlite3_close_v2(handle)
  }

  /// Runs a statement to its end and ignores its rows.
  ///
  /// - Returns: how many rows it inserted, updated or deleted, without those that foreign keys and triggers changed.
  @discardableResult
  package func run(_ sql: String, _ arguments: [any SQLBindable] = []) throws -> Int {
    let before = sqlite3_total_changes64(handle)
    try withStatement(sql, arguments) { statement in
      while try step(statement) {}
    }
    // `sqlite3_changes` speaks of the last statement that changed rows, which need not be this one.
    return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
  }

  /// All rows of a query, each decoded while the statement stands on it.
  package func rows<T>(
    _ sql: String, _ arguments: [any SQLBindable] = [], decode: (Row) throws -> T
  ) throws -> [T] {
    try withStatement(sql, arguments) { statement in
      var decoded: [T] = []
      while try step(statement) { decoded.append(try decode(Row(statement))) }
      return decoded
    }
  }

  /// The first row of a query, or `nil` when there is none.
  package func first<T>(
    _ sql: String, _ arguments: [any SQLBindable] = [], decode: (Row) throws -> T
  ) throws -> T? {
    try withStatement(sql, arguments) { statement in
      guard try step(statement) else { return nil }
      return try decode(Row(statement))
    }
  }

  /// Runs all statements of a text one after the other, such as a migration. It stops at the first that fails, and the
  /// message then begins with the line on which that statement does.
  package func script(_ sql: String) throws {
    var rest = Substring(sql)
    var statementStart = rest
    do {
      while let statement = try Statement.first(of: &rest, on: handle) {
        statement.mark = changeLog?.mark ?? 0
        while try step(statement) {}
        statementStart = rest
      }
    } catch let error as SQLiteError {
      let line = Statement.line(of: statementStart, in: sql)
      throw SQLiteError(code: error.code, message: "line \(line): \(error.message)", sql: nil)
    }
  }

  /// The rowid of the row that was inserted last on this connection.
  package var lastInsertRowID: Int64 { sqlite3_last_insert_rowid(handle) }

  /// No transaction is open. After a failure inside a transaction it tells that SQLite has rolled all of it back.
  package var isInAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// How many violations of `DEFERRABLE INITIALLY DEFERRED` foreign keys would make COMMIT fail now; SQLite counts them
  /// for the whole transaction.
  package var hasDeferredViolations: Bool { plugboard_sqlite_deferred_violations(handle) > 0 }

  /// Makes statements that run on after `deadline` fail with an error that ``SQLiteError/isInterrupted``. It replaces
  /// the deadline that was set before.
  package func stopStatements(after deadline: ContinuousClock.Instant) {
    // Looked at every 10,000 steps of SQLite's virtual machine, which is less than a millisecond.
    if hooks.deadline == nil {
      let context = Unmanaged.passUnretained(hooks).toOpaque()
      sqlite3_progress_handler(handle, 10_000, { ConnectionHooks.behind($0)?.isLate == true ? 1 : 0 }, context)
    }
    hooks.deadline = deadline
  }

  /// The steps that SQLite's virtual machine has made on this connection: what statements cost, whatever else the
  /// machine does.
  package private(set) var stepCount = 0

  /// How many compiled statements are kept at this moment.
  package var cachedStatementCount: Int { cache.count }

  private func withStatement<T>(
    _ sql: String, _ arguments: [any SQLBindable], _ body: (Statement) throws -> T
  ) throws -> T {
    let statement = try cache.take(sql) { sql in try Statement(sql, on: handle) }
    defer {
      stepCount += statement.takeStepCount()
      statement.reset()
      statement.isInUse = false
    }
    statement.mark = changeLog?.mark ?? 0
    try statement.bind(arguments)
    return try body(statement)
  }

  private func step(_ statement: Statement) throws -> Bool {
    do {
      return try statement.step()
    } catch {
      // SQLite has undone the rows that the statement changed before it failed, and calls no hook to say so.
      changeLog?.cut(to: statement.mark)
      throw error
    }
  }
}
