package import Model
package import SQLite

/// Somebody who is told of every change of a table, whoever made it, inside the transaction that makes it.
///
/// Listeners are given to ``Store/init(path:listeners:clock:logger:)`` in one visible list. Their table is a rowid
/// table of the main database that is never written with `OR REPLACE` or `OR FAIL`.
package protocol ChangeListener: Sendable {
  /// The table whose rows are watched.
  var table: String { get }
  /// The columns whose values the listener gets, in this order. Only those that matter: each costs time at each change.
  var columns: [String] { get }
  /// Called inside the body's savepoint after the body has returned, with all changes that it made. What is written
  /// here belongs to the same transaction, and its own changes are announced in turn. Throwing fails the body, and only
  /// it.
  func changed(_ changes: [RowChange], in transaction: Transaction) throws
  /// Called on the writer's thread after COMMIT with everything that the transaction has changed. Only to wake
  /// somebody: every other write waits for it.
  func committed(_ changes: [RowChange])
}

extension ChangeListener {
  package func committed(_ changes: [RowChange]) {}
}

/// What became of one row of a watched table.
package struct RowChange: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case insert
    case update
    case delete
  }

  package let kind: Kind
  /// The row's rowid after the change, or before it when the row was deleted.
  package let rowID: Int64
  /// The values of the listener's columns before the change; all `NULL` for a new row.
  package let old: [SQLValue]
  /// The values of the listener's columns after the change; all `NULL` for a deleted row.
  package let new: [SQLValue]

  package init(kind: Kind, rowID: Int64, old: [SQLValue], new: [SQLValue]) {
    self.kind = kind
    self.rowID = rowID
    self.old = old
    self.new = new
  }
}

// So that a listener outside this module needs no import of SQLite to read a change. Columns are counted as in
// `ChangeListener.columns`; a value of another kind, and a column that is not there, is `nil`.
extension RowChange {
  package func oldText(_ column: Int) -> String? { old.value(column)?.text }
  package func newText(_ column: Int) -> String? { new.value(column)?.text }
  package func oldInteger(_ column: Int) -> Int? { old.value(column)?.integer.map { Int($0) } }
  package func newInteger(_ column: Int) -> Int? { new.value(column)?.integer.map { Int($0) } }
  package func oldUUID(_ column: Int) -> UUID? { oldText(column).flatMap { UUID($0) } }
  package func newUUID(_ column: Int) -> UUID? { newText(column).flatMap { UUID($0) } }

  /// The value of the column differs before and after; always so when the row is new or gone, unless it is `NULL`.
  package func hasChanged(_ column: Int) -> Bool { old.value(column) != new.value(column) }
}

extension [SQLValue] {
  fileprivate func value(_ index: Int) -> SQLValue? { indices.contains(index) ? self[index] : nil }
}

/// What a change of status is put down to; it ends up in `port_transitions`. The use case sets it before it writes.
package struct ChangeCause: Hashable, Sendable {
  /// One of the use case's own words, such as `update_device_up`.
  package var reason: String
  /// The host whose report it was, if any.
  package var host: String?
  /// When that host saw what it reported.
  package var observedAt: Timestamp?

  package init(reason: String, host: String? = nil, observedAt: Timestamp? = nil) {
    self.reason = reason
    self.host = host
    self.observedAt = observedAt
  }

  /// The cause of a write that names none.
  package static let unspecified = ChangeCause(reason: "unspecified")
}
