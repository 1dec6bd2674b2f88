import SQLite

/// Captures changes with SQLite's hooks, which play the parts of SQLAlchemy's listeners:
///
///     preupdate hook   before the row changes: its old and new values     the "set" listener
///     update hook      the row has been inserted, updated or deleted      the "after_insert", "after_update" listener
///
/// A change that the preupdate hook has seen is only announced; the update hook makes it count. Nothing is said when a
/// statement that fails, or `ROLLBACK TO`, undoes it. So the connection cuts the log back when a statement fails, and
/// the writer when a body does.
final class HookCapture: ChangeCapture, ChangeLog {
  private let watched: [WatchedTable]
  private var changes: [CapturedChange] = []
  /// Changes of which only the preupdate hook has told. More than one at a time, since a row may change others through
  /// foreign keys and triggers before it is changed itself.
  private var announced: [CapturedChange] = []
  /// How many of the changes their listeners have been given.
  private var settled = 0

  /// - Returns: `nil` when the library in use has no preupdate hook.
  init?(_ watched: [WatchedTable], on connection: Connection) {
    self.watched = watched
    guard connection.onPreupdate({ [unowned self] change in announce(change) }) else { return nil }
    connection.onUpdate { [unowned self] in confirm($0, table: $1, rowID: $2) }
    connection.onRollback { [unowned self] in begin() }
    // Nothing is committed unannounced, whatever mistake the writer makes.
    connection.onCommit { [unowned self] in settled == changes.count && announced.isEmpty }
    connection.changeLog = self
  }

  private func announce(_ change: PreupdateChange) {
    for table in watched where change.isInMain(table.table) {
      let old = table.positions.map { change.old($0) ?? .null }
      let new = table.positions.map { change.new($0) ?? .null }
      let rowID = change.operation == .delete ? change.oldRowID : change.newRowID
      let row = RowChange(kind: RowChange.Kind(change.operation), rowID: rowID, old: old, new: new)
      announced.append(CapturedChange(listener: table.listener, change: row))
    }
  }

  /// Other tables and files have rows with the same rowid, so a change counts for the listeners of its own table only.
  private func confirm(_ operation: RowOperation, table: String, rowID: Int64) {
    guard !announced.isEmpty else { return }
    let kind = RowChange.Kind(operation)
    for listener in watched where listener.table == table {
      let index = announced.lastIndex {
        $0.listener == listener.listener && $0.change.rowID == rowID && $0.change.kind == kind
      }
      if let index { changes.append(announced.remove(at: index)) }
    }
  }

  func begin() {
    changes.removeAll(keepingCapacity: true)
    announced.removeAll()
    settled = 0
  }

  func count() -> Int { changes.count }

  /// - Throws: ``StoreError`` when a row was to change and the update hook has not said that it did. The row that gives
  ///   way to another by SQLite's REPLACE conflict resolution is such a one, so a watched table is never written so.
  func changes(since mark: Int) throws -> [CapturedChange] {
    if let lost = announced.first {
      let table = watched[lost.listener].table
      throw StoreError(.schema, "A row of \(table) gave way to another: a watched table is written by upsert.")
    }
    return Array(changes.dropFirst(mark))
  }

  func forget(since mark: Int) { cut(to: mark) }

  func settle() { settled = changes.count }

  var mark: Int { changes.count }

  func cut(to mark: Int) {
    // The rollback hook may have emptied the log already.
    if changes.count > mark { changes.removeLast(changes.count - mark) }
    announced.removeAll()
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
