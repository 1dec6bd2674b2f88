internal import SQLite

/// A change that the schema refused; use cases turn it into a 409 or a 400.
package struct ConstraintViolation: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Another row has the same value of a `UNIQUE` column or primary key.
    case unique
    /// The row refers to one that is not there, or others refer to it.
    case foreignKey
    /// A `CHECK`, a trigger's `RAISE` or a `STRICT` column's type refused the value.
    case check
    case notNull
  }

  package let kind: Kind
  /// SQLite's own words, such as `UNIQUE constraint failed: ports.mac_address`.
  package let message: String

  package init(kind: Kind, message: String) {
    self.kind = kind
    self.message = message
  }

  /// `nil` when the error is of another nature.
  init?(_ error: SQLiteError) {
    guard error.isConstraintViolation else { return nil }
    message = error.message
    if SQLiteError.uniqueCodes.contains(error.code) {
      kind = .unique
    } else if error.code == SQLiteError.foreignKeyCode {
      kind = .foreignKey
    } else if error.code == SQLiteError.notNullCode {
      kind = .notNull
    } else {
      kind = .check
    }
  }

  /// Whether the named column, as `table.column`, is one of those the message names.
  package func concerns(_ column: String) -> Bool {
    message.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" }).contains { $0 == column }
  }
}
