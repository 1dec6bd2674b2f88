package import Model
package import SQLite

extension Row {
  /// A UUID in its canonical form; anything else is an error, since no row may be skipped.
  package func uuid(_ index: Int) throws -> UUID {
    let text = text(index)
    guard let uuid = UUID(text) else { throw UnreadableColumn(name: name(index), text: text, expected: "a UUID") }
    return uuid
  }

  package func optionalUUID(_ index: Int) throws -> UUID? { isNull(index) ? nil : try uuid(index) }

  /// A time in UTC as ``Model/Timestamp`` writes it.
  package func timestamp(_ index: Int) throws -> Timestamp {
    let text = text(index)
    guard let time = Timestamp(text) else { throw UnreadableColumn(name: name(index), text: text, expected: "a time") }
    return time
  }

  package func optionalTimestamp(_ index: Int) throws -> Timestamp? { isNull(index) ? nil : try timestamp(index) }

  /// One of an enumeration's raw values.
  package func value<T: RawRepresentable<String>>(_ index: Int, as type: T.Type = T.self) throws -> T {
    let text = text(index)
    guard let value = T(rawValue: text) else {
      throw UnreadableColumn(name: name(index), text: text, expected: "one of \(T.self)")
    }
    return value
  }
}

/// A column that does not hold what the program takes it for: somebody else has written the row, or the schema and the
/// program do not belong together.
package struct UnreadableColumn: Error, Hashable, Sendable, CustomStringConvertible {
  package let name: String
  package let text: String
  package let expected: String

  package init(name: String, text: String, expected: String) {
    self.name = name
    self.text = text
    self.expected = expected
  }

  package var description: String { "column \(name) holds '\(text)' and not \(expected)" }
}

extension UUID: SQLBindable {
  /// The canonical form as text, so that the row can be read in the shell.
  package var sqlValue: SQLValue { .text(description) }
}

extension Timestamp: SQLBindable {
  /// UTC with microseconds as text; it sorts as text.
  package var sqlValue: SQLValue { .text(description) }
}
