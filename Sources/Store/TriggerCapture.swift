import SQLite

/// Captures changes with temporary triggers, for a SQLite library without the preupdate hook.
///
/// Each trigger belongs to the writer's connection alone and copies old and new values to a temporary table. That table
/// is part of the transaction: what a failed statement or `ROLLBACK TO` undoes disappears from it as well. It costs
/// an insert a change, so the hook is preferred where there is one.
final class TriggerCapture: ChangeCapture {
  private static let log = "temp.captured_changes"
  private let connection: Connection
  private let watched: [WatchedTable]

  init(_ watched: [WatchedTable], on connection: Connection) throws {
    self.connection = connection
    self.watched = watched
    // Without it, rows that OR REPLACE removes call no trigger.
    try connection.run("PRAGMA recursive_triggers = ON")
    let widest = watched.map(\.columns.count).max() ?? 0
    let values = (0..<widest).map { ", old_\($0), new_\($0)" }.joined()
    try connection.run(
      """
      CREATE TEMP TABLE captured_changes (
        sequence INTEGER PRIMARY KEY, listener INTEGER NOT NULL, kind TEXT NOT NULL, row_id INTEGER NOT NULL\(values))
      """)
    for table in watched {
      for kind in ["insert", "update", "delete"] { try connection.run(Self.trigger(kind, on: table)) }
    }
  }

  private static func trigger(_ kind: String, on table: WatchedTable) -> String {
    let sides = ["old", "new"].filter { !($0 == "old" && kind == "insert") && !($0 == "new" && kind == "delete") }
    let pairs = table.columns.enumerated().flatMap { number, column in
      sides.map { side in (target: "\(side)_\(number)", source: "\(side).\(quoted(column))") }
    }
    return """
      CREATE TEMP TRIGGER capture_\(kind)_\(table.listener) AFTER \(kind) ON main.\(quoted(table.table)) BEGIN
        INSERT INTO captured_changes (\((["listener", "kind", "row_id"] + pairs.map(\.target)).joined(separator: ", ")))
        VALUES (\((["\(table.listener)", "'\(kind)'", "\(kind == "delete" ? "old" : "new").rowid"]
          + pairs.map(\.source)).joined(separator: ", ")));
      END
      """
  }

  private static func quoted(_ name: String) -> String {
    "\"" + String(name.flatMap { $0 == "\"" ? "\"\"" : "\($0)" }) + "\""
  }

  func begin() throws {
    try connection.run("DELETE FROM \(Self.log)")
  }

  /// Numbers are given out without gaps, since an undone row gives its number back.
  func count() throws -> Int {
    try connection.first("SELECT max(sequence) FROM \(Self.log)") { $0.integer(0) } ?? 0
  }

  func changes(since mark: Int) throws -> [CapturedChange] {
    let columns = (0..<(watched.map(\.columns.count).max() ?? 0)).map { ", old_\($0), new_\($0)" }.joined()
    let widths = Dictionary(uniqueKeysWithValues: watched.map { ($0.listener, $0.columns.count) })
    return try connection.rows(
      "SELECT listener, kind, row_id\(columns) FROM \(Self.log) WHERE sequence > ? ORDER BY sequence", [mark]
    ) { row in
      let listener = row.integer(0)
      let places = 0..<(widths[listener] ?? 0)
      let kind: RowChange.Kind = row.text(1) == "insert" ? .insert : row.text(1) == "update" ? .update : .delete
      let change = RowChange(
        kind: kind, rowID: Int64(row.integer(2)), old: places.map { row.value(3 + 2 * $0) },
        new: places.map { row.value(4 + 2 * $0) })
      return CapturedChange(listener: listener, change: change)
    }
  }

  /// `ROLLBACK TO` has done it.
  func forget(since mark: Int) {}

  func settle() {}
}
