import CSQLite

/// The row that a statement stands on, lent to a decoding closure.
///
/// Do not keep it: after the closure it shows another row or none. Columns are counted from 0. A column of another kind
/// than asked for is converted as SQLite does it (`NULL` becomes 0 or an empty text): the schema's `STRICT` tables see
/// to it that this does not happen unnoticed.
package struct Row {
  private let statement: Statement

  init(_ statement: Statement) {
    self.statement = statement
  }

  private var handle: OpaquePointer { statement.handle }

  /// How many columns the query has.
  package var count: Int { Int(sqlite3_column_count(handle)) }

  /// The column's name in the query's result.
  package func name(_ index: Int) -> String {
    sqlite3_column_name(handle, Int32(index)).map { String(cString: $0) } ?? ""
  }

  /// Whether the column is `NULL`, which the functions that return no optional read as empty text, an empty blob or 0.
  package func isNull(_ index: Int) -> Bool { sqlite3_column_type(handle, Int32(index)) == SQLITE_NULL }

  /// The column's text; a number is converted to text, and `NULL` is empty.
  package func text(_ index: Int) -> String {
    // The order is SQLite's: the text first, since it may convert, then its length in bytes. Text may contain NUL.
    guard let start = sqlite3_column_text(handle, Int32(index)) else { return "" }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(index))))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Lends the UTF-8 of the column's text to `body`, so that a value can be read from it without a text between; `NULL`
  /// is empty.
  package func withText<T>(_ index: Int, _ body: (borrowing Span<UInt8>) throws -> T) rethrows -> T {
    // The bytes stay where they are until the statement goes on, which it does not while the row is lent.
    let start = sqlite3_column_text(handle, Int32(index))
    let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(index)))
    return try body(UnsafeBufferPointer(start: start, count: count).span)
  }

  /// The column's text; `nil` for `NULL`.
  package func optionalText(_ index: Int) -> String? { isNull(index) ? nil : text(index) }

  /// The column's integer; 0 for `NULL` and for text that is no number.
  package func integer(_ index: Int) -> Int { Int(sqlite3_column_int64(handle, Int32(index))) }

  /// The column's integer; `nil` for `NULL`.
  package func optionalInteger(_ index: Int) -> Int? { isNull(index) ? nil : integer(index) }

  /// Any integer but 0 is true.
  package func bool(_ index: Int) -> Bool { sqlite3_column_int64(handle, Int32(index)) != 0 }

  /// The column's truth value; `nil` for `NULL`.
  package func optionalBool(_ index: Int) -> Bool? { isNull(index) ? nil : bool(index) }

  /// The column's number; 0 for `NULL`.
  package func double(_ index: Int) -> Double { sqlite3_column_double(handle, Int32(index)) }

  /// The column's number; `nil` for `NULL`.
  package func optionalDouble(_ index: Int) -> Double? { isNull(index) ? nil : double(index) }

  /// The column's bytes; `NULL` has none.
  package func blob(_ index: Int) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, Int32(index)) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(index)))))
  }

  /// The column's bytes; `nil` for `NULL`.
  package func optionalBlob(_ index: Int) -> [UInt8]? { isNull(index) ? nil : blob(index) }

  /// The column as it is stored, whatever its kind.
  package func value(_ index: Int) -> SQLValue {
    switch sqlite3_column_type(handle, Int32(index)) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, Int32(index)))
    case SQLITE_FLOAT: .real(double(index))
    case SQLITE_TEXT: .text(text(index))
    case SQLITE_BLOB: .blob(blob(index))
    default: .null
    }
  }
}
