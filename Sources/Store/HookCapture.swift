import SQLite

/// Captures changes with SQLite's preupdate hook, which sees every change of an ordinary table: also rows that
/// `OR REPLACE` removes, that a `DELETE` without `WHERE` removes, and that foreign keys and triggers change.
///
/// The hook is called before the row changes, and nothing is said when a statement that fails, or `ROLLBACK TO`, undoes
/// it. So the connection cuts the log back when a statement fails, and the writer when a body does.
final class HookCapture: ChangeCapture, ChangeLog {
  private let watched: [WatchedTable]
  private var changes: [CapturedChange] = []
  /// How many of them their listeners have been given.
  private var settled = 0

  /// - Returns: `nil` when the library in use has no preupdate hook.
  init?(_ watched: [WatchedTable], on connection: Connection) {
    self.watched = watched
    guard connection.onPreupdate({ [unowned self] change in capture(change) }) else { return nil }
    connection.onRollback { [unowned self] in begin() }
    // Nothing is committed unannounced, whatever mistake the writer makes.
    connection.onCommit { [unowned self] in settled == changes.count }
    connection.changeLog = self
  }

  private func capture(_ change: PreupdateChange) {
    for table in watched where change.isInMain(table.table) {
      let old = table.positions.map { change.old($0) ?? .null }
      let new = table.positions.map { change.new($0) ?? .null }
      let rowID = change.operation == .delete ? change.oldRowID : change.newRowID
      let row = RowChange(kind: RowChange.Kind(change.operation), rowID: rowID, old: old, new: new)
      changes.append(CapturedChange(listener: table.listener, change: row))
    }
  }

  func begin() {
    changes.removeAll(keepingCapacity: true)
    settled = 0
  }

  func count() -> Int { changes.count }

  func changes(since mark: Int) -> [CapturedChange] { Array(changes.dropFirst(mark)) }

  func forget(since mark: Int) { cut(to: mark) }

  func settle() { settled = changes.count }

  var mark: Int { changes.count }

  func cut(to mark: Int) {
    // The rollback hook may have emptied the log already.
    if changes.count > mark { changes.removeLast(changes.count - mark) }
    settled = min(settled, changes.count)
  }
}

extension RowChange.Kind {
  init(_ operation: RowOperation) {
    switch operation {
    case .insert: self = .insert
    case .update: self = .update
    case .delete: self = .delete
    }
  }
}
