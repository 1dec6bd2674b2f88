import CSQLite
import Glibc

/// A row that is about to change, lent to a preupdate hook: nothing of it may be kept after the closure returns.
package struct PreupdateChange {
  package let operation: RowOperation
  /// The rowid before the change; 0 in a `WITHOUT ROWID` table, meaningless for an insert.
  package let oldRowID: Int64
  /// The rowid after the change; 0 in a `WITHOUT ROWID` table, meaningless for a delete.
  package let newRowID: Int64

  // All of these belong to SQLite and are valid only during the hook's call.
  let connection: OpaquePointer
  let databaseName: UnsafePointer<CChar>
  let tableName: UnsafePointer<CChar>
  let functions: PreupdateFunctions

  package var table: String { String(cString: tableName) }

  /// Whether the row is one of `table` in the main database, told without making a string: temporary tables, attached
  /// files and the shadow tables of full-text search call the hook as well.
  package func isInMain(_ table: String) -> Bool {
    strcmp(databaseName, "main") == 0 && strcmp(tableName, table) == 0
  }

  /// 0 for a statement's own change, more for those made by its triggers and foreign keys.
  package var depth: Int { Int(functions.depth(connection)) }

  /// The value of a column before the change; `nil` for an insert or a column that is not there.
  package func old(_ column: Int) -> SQLValue? {
    operation == .insert ? nil : value(functions.old, column)
  }

  /// The value of a column after the change; `nil` for a delete or a column that is not there.
  package func new(_ column: Int) -> SQLValue? {
    operation == .delete ? nil : value(functions.new, column)
  }

  private func value(_ function: PreupdateFunctions.Value, _ column: Int) -> SQLValue? {
    var value: OpaquePointer?
    guard function(connection, Int32(column), &value) == SQLITE_OK, let value else { return nil }
    return SQLValue(protected: value)
  }
}

extension SQLValue {
  /// Copies an `sqlite3_value` that SQLite keeps unchanged during the call.
  init(protected value: OpaquePointer) {
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER:
      self = .integer(sqlite3_value_int64(value))
    case SQLITE_FLOAT:
      self = .real(sqlite3_value_double(value))
    case SQLITE_TEXT:
      let start = sqlite3_value_text(value)
      let bytes = UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
      self = .text(String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      let start = sqlite3_value_blob(value)
      let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
      self = .blob([UInt8](bytes))
    default:
      self = .null
    }
  }
}
