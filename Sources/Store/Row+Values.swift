package import Model
package import SQLite

extension Row {
  /// A UUID in its canonical form; anything else is an error, since no row may be skipped.
  package func uuid(_ index: Int) throws -> UUID {
    guard let uuid = withText(index, { UUID(ascii: $0) }) else { throw unreadable(index, "a UUID") }
    return uuid
  }

  package func optionalUUID(_ index: Int) throws -> UUID? { isNull(index) ? nil : try uuid(index) }

  /// A time in UTC as ``Model/Timestamp`` writes it.
  package func timestamp(_ index: Int) throws -> Timestamp {
    guard let time = withText(index, { Timestamp(ascii: $0) }) else { throw unreadable(index, "a time") }
    return time
  }

  package func optionalTimestamp(_ index: Int) throws -> Timestamp? { isNull(index) ? nil : try timestamp(index) }

  /// One of an enumeration's raw values.
  package func value<T: RawRepresentable<String>>(_ index: Int, as type: T.Type = T.self) throws -> T {
    guard let value = T(rawValue: text(index)) else { throw unreadable(index, "one of \(T.self)") }
    return value
  }

  /// Reads a text that `group_concat` has made, item after item between its commas; `NULL` is an empty list.
  ///
  /// - Parameter read: Makes a value of an item's bytes; `nil` if it is none, which is an error.
  func list<T>(_ index: Int, of expected: String, _ read: (borrowing Span<UInt8>) -> T?) throws -> [T] {
    let values = withText(index) { text -> [T]? in
      var values: [T] = []
      var start = 0
      for position in 0...text.count where position == text.count || text[position] == UInt8(ascii: ",") {
        if position == text.count && start == position { break }
        guard let value = read(text.extracting(start..<position)) else { return nil }
        values.append(value)
        start = position + 1
      }
      return values
    }
    guard let values else { throw unreadable(index, "a list of \(expected)") }
    return values
  }

  func unreadable(_ index: Int, _ expected: String) -> UnreadableColumn {
    UnreadableColumn(name: name(index), text: text(index), expected: expected)
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
