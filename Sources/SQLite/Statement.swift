import CSQLite

/// A prepared statement. It is finalized when nobody holds it any more.
///
/// Used through ``Connection`` only: it lends a ``Row`` at a time and resets the statement on every way out.
final class Statement {
  let sql: String
  /// Somebody is stepping through it, so nobody else may have it.
  var isInUse = false
  /// When it was last asked for, in the cache's own count.
  var lastUse = 0
  /// Where the connection's change log stood when the statement was begun.
  var mark = 0

  /// Valid as long as this object: `deinit` alone finalizes it, and it never leaves this file and ``Row``.
  let handle: OpaquePointer
  private let connection: OpaquePointer

  /// Compiles the one statement in `sql`; blanks and semicolons may follow it, a second statement may not.
  convenience init(_ sql: String, on connection: OpaquePointer) throws {
    var rest = Substring(sql)
    let compiled = try Self.compile(&rest, on: connection)
    guard let compiled else { throw SQLiteError(code: SQLITE_MISUSE, message: "there is no statement", sql: sql) }
    self.init(sql, handle: compiled, connection: connection)
    guard rest.utf8.allSatisfy({ $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: ";") }) else {
      throw SQLiteError(code: SQLITE_MISUSE, message: "more than one statement", sql: sql)
    }
  }

  /// Compiles the first statement of `text` and cuts it off; `nil` when nothing but blanks and comments is left.
  static func first(of text: inout Substring, on connection: OpaquePointer) throws -> Statement? {
    while !text.isEmpty {
      let before = text
      if let handle = try compile(&text, on: connection) {
        let sql = String(before.dropLast(text.count))
        return Statement(sql, handle: handle, connection: connection)
      }
    }
    return nil
  }

  /// The line of a text, from 1, on which the first statement of its end `rest` begins, after blanks and comments.
  static func line(of rest: Substring, in text: String) -> Int {
    var lines = rest.split(separator: "\n", omittingEmptySubsequences: false)[...]
    let before = text.split(separator: "\n", omittingEmptySubsequences: false).count - lines.count
    let isVoid = { (line: Substring) in
      let content = line.drop { $0 == " " || $0 == "\t" }
      return content.isEmpty || content.hasPrefix("--")
    }
    while let line = lines.first, lines.count > 1, isVoid(line) { lines = lines.dropFirst() }
    return before + lines.startIndex + 1
  }

  private init(_ sql: String, handle: OpaquePointer, connection: OpaquePointer) {
    self.sql = sql
    self.handle = handle
    self.connection = connection
  }

  /// What `sqlite3_prepare_v3` makes of the beginning of `text`, which is cut off; `nil` for a comment.
  private static func compile(_ text: inout Substring, on connection: OpaquePointer) throws -> OpaquePointer? {
    var handle: OpaquePointer?
    var used = 0
    let result = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        var tail: UnsafePointer<CChar>?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = sqlite3_prepare_v3(connection, bytes.baseAddress, Int32(bytes.count), flags, &handle, &tail)
        if let tail, let start = bytes.baseAddress { used = tail - start }
        return result
      }
    }
    guard result == SQLITE_OK else { throw SQLiteError(connection, code: result, sql: String(text)) }
    text = handle == nil && used == 0 ? "" : text[text.utf8.index(text.startIndex, offsetBy: used)...]
    return handle
  }

  deinit {
    // The connection is closed with sqlite3_close_v2, which waits for its last statement: this is safe in any order.
    sqlite3_finalize(handle)
  }

  func bind(_ arguments: [any SQLBindable]) throws {
    let expected = Int(sqlite3_bind_parameter_count(handle))
    guard arguments.count == expected else {
      let message = "\(expected) arguments are needed, \(arguments.count) were given"
      throw SQLiteError(code: SQLITE_RANGE, message: message, sql: sql)
    }
    for (index, argument) in arguments.enumerated() {
      let result = bind(argument.sqlValue, at: Int32(index + 1))
      guard result == SQLITE_OK else { throw SQLiteError(connection, code: result, sql: sql) }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null:
      return sqlite3_bind_null(handle, index)
    case .integer(let integer):
      return sqlite3_bind_int64(handle, index, integer)
    case .real(let real):
      return sqlite3_bind_double(handle, index, real)
    case .text(var text):
      return text.withUTF8 { bytes in
        // An empty string may have no address, and SQLite takes a null pointer for NULL.
        guard let start = bytes.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, Self.copied) }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
          sqlite3_bind_text(handle, index, $0, Int32(bytes.count), Self.copied)
        }
      }
    case .blob(let blob):
      guard !blob.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
      return blob.withUnsafeBytes { sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.copied) }
    }
  }

  /// `SQLITE_TRANSIENT`, a cast that Swift does not import: SQLite copies the bytes before the call returns, so that
  /// no pointer into a Swift value outlives its closure.
  private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

  /// Goes to the next row; `false` when there is none.
  func step() throws -> Bool {
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    if result == SQLITE_DONE { return false }
    throw SQLiteError(connection, code: result, sql: sql)
  }

  /// The steps that SQLite's virtual machine has made for this statement, its triggers and its foreign keys included,
  /// since the last call.
  func takeStepCount() -> Int { Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 1)) }

  /// Lets go of the row and the arguments, so that the statement can wait in the cache without keeping a snapshot open.
  func reset() {
    // The result repeats the failure of the last step, which has been thrown already.
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }
}
