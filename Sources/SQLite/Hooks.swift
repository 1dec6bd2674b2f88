import CSQLite

/// What happens to a row.
package enum RowOperation: Sendable {
  case insert
  case update
  case delete

  init?(_ code: Int32) {
    switch code {
    case SQLITE_INSERT: self = .insert
    case SQLITE_UPDATE: self = .update
    case SQLITE_DELETE: self = .delete
    default: return nil
    }
  }
}

/// Keeps what hooks have captured, and can forget the end of it.
package protocol ChangeLog: AnyObject {
  /// How much has been captured.
  var mark: Int { get }
  /// Forgets what was captured after `mark`: SQLite has undone it without calling a hook.
  func cut(to mark: Int)
}

/// The closures that SQLite's hooks call. Set through ``Connection``.
final class ConnectionHooks {
  var update: ((RowOperation, _ table: String, _ rowID: Int64) -> Void)?
  var preupdate: ((PreupdateChange) -> Void)?
  var commit: (() -> Bool)?
  var rollback: (() -> Void)?
  /// When statements have to stop; looked at while they run.
  var deadline: ContinuousClock.Instant?

  var isLate: Bool { deadline.map { $0 < .now } ?? false }

  /// The object behind a hook's context pointer. The connection owns the object and takes its hooks off before it lets
  /// go, so the pointer is valid whenever SQLite hands it back; hooks run on the thread that uses the connection.
  static func behind(_ context: UnsafeMutableRawPointer?) -> ConnectionHooks? {
    context.map { Unmanaged<ConnectionHooks>.fromOpaque($0).takeUnretainedValue() }
  }
}

// SQLite forbids any use of the connection inside a hook, and nothing stops one who tries: a hook only captures.
// What fires when, and what does not, is in docs/database.md.
extension Connection {
  /// Whether the library in use has the preupdate hook at all.
  package static var hasPreupdateHook: Bool { PreupdateFunctions.ofLibrary != nil }

  private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(hooks).toOpaque() }

  /// Called after a row of a rowid table was inserted, updated or deleted, except rows that `OR REPLACE` removes and
  /// rows that `DELETE` without `WHERE` removes at one stroke. Replaces the closure that was set before.
  package func onUpdate(_ closure: ((RowOperation, _ table: String, _ rowID: Int64) -> Void)?) {
    hooks.update = closure
    guard closure != nil else {
      _ = sqlite3_update_hook(handle, nil, nil)
      return
    }
    _ = sqlite3_update_hook(
      handle,
      { context, code, _, table, rowID in
        guard let operation = RowOperation(code), let table else { return }
        ConnectionHooks.behind(context)?.update?(operation, String(cString: table), rowID)
      }, context)
  }

  /// Called before each row of an ordinary table changes, with access to its old and new values, in every case that
  /// ``onUpdate(_:)`` misses too. Returns `false`, and does nothing, when the library has no such hook.
  @discardableResult
  package func onPreupdate(_ closure: ((PreupdateChange) -> Void)?) -> Bool {
    guard let functions = PreupdateFunctions.ofLibrary else { return false }
    hooks.preupdate = closure
    guard closure != nil else {
      _ = functions.hook(handle, nil, nil)
      return true
    }
    _ = functions.hook(
      handle,
      { context, connection, code, database, table, oldRowID, newRowID in
        guard let functions = PreupdateFunctions.ofLibrary, let operation = RowOperation(code),
          let connection, let database, let table
        else { return }
        let change = PreupdateChange(
          operation: operation, oldRowID: oldRowID, newRowID: newRowID, connection: connection, databaseName: database,
          tableName: table, functions: functions)
        ConnectionHooks.behind(context)?.preupdate?(change)
      }, context)
    return true
  }

  /// Called when COMMIT is about to happen; answering `false` makes it a ROLLBACK, and COMMIT fails.
  package func onCommit(_ closure: (() -> Bool)?) {
    hooks.commit = closure
    guard closure != nil else {
      _ = sqlite3_commit_hook(handle, nil, nil)
      return
    }
    _ = sqlite3_commit_hook(handle, { ConnectionHooks.behind($0)?.commit?() == false ? 1 : 0 }, context)
  }

  /// Called when a whole transaction is rolled back; not for `ROLLBACK TO` and not for a failed statement.
  package func onRollback(_ closure: (() -> Void)?) {
    hooks.rollback = closure
    guard closure != nil else {
      _ = sqlite3_rollback_hook(handle, nil, nil)
      return
    }
    _ = sqlite3_rollback_hook(handle, { ConnectionHooks.behind($0)?.rollback?() }, context)
  }

  func removeHooks() {
    onUpdate(nil)
    onPreupdate(nil)
    onCommit(nil)
    onRollback(nil)
    sqlite3_progress_handler(handle, 0, nil, nil)
  }
}
