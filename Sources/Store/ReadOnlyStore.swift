import SQLite

/// The database for a program that only looks at it, beside a server that may be writing.
package struct ReadOnlyStore: Sendable {
  private let reader: Reader

  /// - Throws: ``StoreError`` if the file cannot be opened, ``SchemaError`` when its schema is not this program's.
  package init(path: String) throws {
    do {
      let connection = try Connection(path: path, mode: .reading)
      try SchemaHistory.requireCurrent(connection, migrations: Migration.carried, path: path)
      reader = try Reader(path: path)
    } catch let error as SQLiteError {
      throw StoreError(.unusable, "The database cannot be opened: \(error.message).")
    }
  }

  /// Runs `body` on one snapshot of the database. One body at a time.
  package func read<T: Sendable>(_ body: @Sendable (Snapshot) throws -> T) throws -> T {
    try reader.snapshot(body)
  }
}
