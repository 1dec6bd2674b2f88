/// A value as SQLite stores it.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

extension SQLValue {
  /// The text, or `nil` when the value is of another kind.
  package var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The integer, or `nil` when the value is of another kind.
  package var integer: Int64? { if case .integer(let integer) = self { integer } else { nil } }

  package var isNull: Bool { self == .null }
}

/// What can stand for a `?` in a statement.
package protocol SQLBindable {
  /// The value as the database keeps it.
  var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
  package var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
  package var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLBindable {
  package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
  package var sqlValue: SQLValue { .integer(self) }
}

extension Bool: SQLBindable {
  package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Double: SQLBindable {
  package var sqlValue: SQLValue { .real(self) }
}

extension [UInt8]: SQLBindable {
  package var sqlValue: SQLValue { .blob(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
  package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
  /// An enumeration with raw values needs only to say that it is bindable.
  package var sqlValue: SQLValue { rawValue.sqlValue }
}
