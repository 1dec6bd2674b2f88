package import SQLite

/// The database at one moment: what a body of ``Store/read(_:)`` reads from.
///
/// Repositories are extensions of it, in the folders beside this file. It is not `Sendable`, so it cannot leave its
/// body.
package class Snapshot {
  let connection: Connection

  init(_ connection: Connection) {
    self.connection = connection
  }

  /// The steps that SQLite's virtual machine has made on this connection, for a test that two things cost the same.
  final package var stepCount: Int { connection.stepCount }

  /// All rows of a query, decoded one by one while the statement stands on them.
  final package func rows<T>(
    _ sql: String, _ arguments: any SQLBindable..., decode: (Row) throws -> T
  ) throws -> [T] {
    try rows(sql, arguments: arguments, decode: decode)
  }

  /// All rows of a query whose arguments are put together at run time, as a filter's are.
  final package func rows<T>(
    _ sql: String, arguments: [any SQLBindable], decode: (Row) throws -> T
  ) throws -> [T] {
    try performing { try connection.rows(sql, arguments, decode: decode) }
  }

  /// The first row of a query; `nil` when there is none.
  final package func first<T>(
    _ sql: String, _ arguments: any SQLBindable..., decode: (Row) throws -> T
  ) throws -> T? {
    try first(sql, arguments: arguments, decode: decode)
  }

  /// The first row of a query whose arguments are put together at run time; `nil` when there is none.
  final package func first<T>(
    _ sql: String, arguments: [any SQLBindable], decode: (Row) throws -> T
  ) throws -> T? {
    try performing { try connection.first(sql, arguments, decode: decode) }
  }

  /// Runs one statement. A reader looks first whether its task was cancelled: `sqlite3_interrupt` stops a statement
  /// under way, but has no effect between two.
  func performing<T>(_ statement: () throws -> T) throws -> T {
    try Task.checkCancellation()
    return try statement()
  }
}
