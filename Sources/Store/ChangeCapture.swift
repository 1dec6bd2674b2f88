import SQLite

/// A change of a watched table, and which listener watches it (its place in the list).
struct CapturedChange {
  let listener: Int
  let change: RowChange
}

/// Gathers the changes that the writer's connection makes in the watched tables.
protocol ChangeCapture: AnyObject {
  /// A transaction has just begun: forgets what the one before it has left.
  func begin() throws
  /// How many changes of the transaction have been gathered and not been undone.
  func count() throws -> Int
  /// The changes from `mark`, an earlier ``count()``, on.
  func changes(since mark: Int) throws -> [CapturedChange]
  /// The body that began at `mark` has been rolled back.
  func forget(since mark: Int)
  /// All changes until now have been given to their listeners. A transaction with others must not be committed.
  func settle()
}

/// Where a listener's table and columns are in the schema.
struct WatchedTable {
  let listener: Int
  let table: String
  let columns: [String]
  /// The columns' places in the table, in the listener's order.
  let positions: [Int]

  /// Looks the listener's table and columns up.
  ///
  /// - Throws: ``StoreError`` when one of them is not there, or when the table is of a kind whose changes cannot be
  ///   captured truly.
  init(_ listener: any ChangeListener, number: Int, on connection: Connection) throws {
    let kind = try connection.first(
      "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", [listener.table]
    ) { (type: $0.text(0), isWithoutRowID: $0.bool(1)) }
    guard let kind, kind.type == "table", !kind.isWithoutRowID else {
      throw StoreError(.schema, "\(listener.table) is not a rowid table of the database, so it cannot be watched.")
    }
    let known = try connection.rows(
      "SELECT name, hidden FROM pragma_table_xinfo(?) ORDER BY cid", [listener.table]
    ) { (name: $0.text(0), isGenerated: $0.bool(1)) }
    guard !known.contains(where: \.isGenerated) else {
      // A virtual column has no place in the row, so the places that follow it mean something else to the hook.
      throw StoreError(.schema, "\(listener.table) has generated columns, so it cannot be watched.")
    }
    positions = try listener.columns.map { column in
      guard let position = known.firstIndex(where: { $0.name == column }) else {
        throw StoreError(.schema, "\(listener.table) has no column \(column) to watch.")
      }
      return position
    }
    self.listener = number
    table = listener.table
    columns = listener.columns
  }
}
