package import Model
package import SQLite

/// A body's part of a write transaction: what ``Store/write(_:)`` lends it.
///
/// It is a savepoint of its own, so a body that throws undoes what it did and nothing else.
package final class Transaction: Snapshot {
  /// The time of everything that the body writes.
  package let now: Timestamp
  /// What the body's changes are put down to; listeners read it.
  package var cause: ChangeCause = .unspecified

  init(_ connection: Connection, now: Timestamp) {
    self.now = now
    super.init(connection)
  }

  /// Runs a statement to its end.
  ///
  /// - Returns: how many rows it inserted, updated or deleted, without those that foreign keys and triggers changed.
  /// - Throws: ``ConstraintViolation`` when the schema refuses the change; the statement has then changed nothing, and
  ///   the body may go on.
  @discardableResult
  package func execute(_ sql: String, _ arguments: any SQLBindable...) throws -> Int {
    try execute(sql, arguments: arguments)
  }

  /// Runs a statement whose arguments are put together at run time.
  @discardableResult
  package func execute(_ sql: String, arguments: [any SQLBindable]) throws -> Int {
    try performing { try connection.run(sql, arguments) }
  }

  /// The rowid of the row that was inserted last.
  package var lastInsertRowID: Int64 { connection.lastInsertRowID }

  override func performing<T>(_ statement: () throws -> T) throws -> T {
    do {
      return try statement()
    } catch let error as SQLiteError {
      throw ConstraintViolation(error) ?? error
    }
  }
}
