package import Model
import SQLite

/// An attribute that a list can be filtered by and sorted by. The raw value is the API's name of it.
package protocol ListField: RawRepresentable<String>, Hashable, Sendable {
  /// The SQL expression over the tables of the list. Written by us, never by a client.
  var expression: String { get }
  /// The SQL condition that the attribute is one of `values`, a list of placeholders.
  func condition(isOneOf values: String) -> String
  /// Whether the rows have tags, in a column `tags` of the first table.
  static var isTaggable: Bool { get }
}

extension ListField {
  package func condition(isOneOf values: String) -> String { "\(expression) IN (\(values))" }
  package static var isTaggable: Bool { false }
}

extension NetworkField { package static var isTaggable: Bool { true } }
extension SubnetField { package static var isTaggable: Bool { true } }
extension PortField { package static var isTaggable: Bool { true } }
extension SecurityGroupField { package static var isTaggable: Bool { true } }

/// What a client wants of a list: which rows, in which order, and which page.
package struct ListQuery<Field: ListField>: Sendable {
  /// An attribute and the values of which it must have one.
  package struct Filter: Sendable {
    package var field: Field
    package var values: [FilterValue]

    package init(field: Field, values: [FilterValue]) {
      self.field = field
      self.values = values
    }
  }

  package struct SortKey: Sendable {
    package var field: Field
    package var isDescending: Bool

    package init(field: Field, isDescending: Bool) {
      self.field = field
      self.isDescending = isDescending
    }
  }

  /// All must hold.
  package var filters: [Filter]
  package var tags = TagFilter()
  /// Only rows that have changed since.
  package var changedSince: Timestamp?
  /// `id` is added to them, so that the order is total and a page has an end.
  package var sortKeys: [SortKey]
  package var limit: Int?
  /// The last row of the page before, which must exist; the page begins behind it.
  package var marker: UUID?
  /// Whether the page lies before the marker instead of behind it. The rows come in the usual order all the same.
  package var isReversed: Bool
  /// The project whose rows are shown, with what is shared with it; `nil` for an administrator, who sees all.
  package var project: String?

  package init(
    filters: [Filter] = [], sortKeys: [SortKey] = [], limit: Int? = nil, marker: UUID? = nil,
    isReversed: Bool = false, project: String? = nil
  ) {
    self.filters = filters
    self.sortKeys = sortKeys
    self.limit = limit
    self.marker = marker
    self.isReversed = isReversed
    self.project = project
  }
}

/// A value to compare an attribute with.
package enum FilterValue: Hashable, Sendable {
  case text(String)
  case integer(Int)

  var bindable: any SQLBindable {
    switch self {
    case .text(let text): text
    case .integer(let number): number
    }
  }
}

/// Puts a list's statement together: fixed text of ours, and the client's values as arguments only.
struct ListStatement {
  private var conditions: [String] = []
  private(set) var arguments: [any SQLBindable] = []

  mutating func require(_ condition: String, _ values: any SQLBindable...) {
    conditions.append(condition)
    arguments.append(contentsOf: values)
  }

  mutating func require(_ condition: String, values: [any SQLBindable]) {
    conditions.append(condition)
    arguments.append(contentsOf: values)
  }

  private mutating func require<Field>(_ filter: ListQuery<Field>.Filter) {
    if filter.values.isEmpty { return require("0") }
    let placeholders = filter.values.map { _ in "?" }.joined(separator: ", ")
    require(filter.field.condition(isOneOf: placeholders), values: filter.values.map(\.bindable))
  }

  /// The statement for `query` over `source`, a SELECT with its FROM, whose rows are known by `id`: a table's column,
  /// with the table's name.
  mutating func text<Field>(_ source: String, id: String, marker markerSource: String, query: ListQuery<Field>)
    -> String
  {
    let table = id.prefix { $0 != "." }
    for filter in query.filters { require(filter) }
    if let time = query.changedSince { require("\(table).updated_at >= ?", time) }
    require(query.tags, of: table)
    let keys = Self.keys(of: query, id: id)
    if let marker = query.marker { begin(behind: marker, keys: keys, id: id, source: markerSource) }
    var text = source
    if !conditions.isEmpty { text += " WHERE " + conditions.map { "(\($0))" }.joined(separator: " AND ") }
    text += Self.order(of: query, id: id)
    if let limit = query.limit {
      text += " LIMIT ?"
      arguments.append(limit)
    }
    return text
  }

  /// The ` ORDER BY` of the statement for `query`.
  static func order<Field>(of query: ListQuery<Field>, id: String) -> String {
    let keys = keys(of: query, id: id).map { $0.expression + ($0.isDescending ? " DESC" : "") }
    return " ORDER BY " + keys.joined(separator: ", ")
  }

  private struct Key {
    var expression: String
    var isDescending: Bool
  }

  private static func keys<Field>(of query: ListQuery<Field>, id: String) -> [Key] {
    var keys = query.sortKeys.map { Key(expression: $0.field.expression, isDescending: $0.isDescending) }
    // Behind the id nothing can make a difference.
    if let last = keys.firstIndex(where: { $0.expression == id }) {
      keys.removeSubrange((last + 1)...)
    } else {
      keys.append(Key(expression: id, isDescending: false))
    }
    if query.isReversed { keys = keys.map { Key(expression: $0.expression, isDescending: !$0.isDescending) } }
    return keys
  }

  /// Row after row: greater in the first key, or equal in it and greater in the second, and so on. NULL is the smallest
  /// of all, as in `ORDER BY`.
  private mutating func begin(behind marker: UUID, keys: [Key], id: String, source: String) {
    var alternatives: [String] = []
    for (index, key) in keys.enumerated() {
      var parts: [String] = []
      for earlier in keys[..<index] {
        parts.append("\(earlier.expression) IS (SELECT \(earlier.expression) \(source))")
        arguments.append(marker)
      }
      let sign = key.isDescending ? "<" : ">"
      if key.expression == id {
        parts.append("\(id) \(sign) ?")
        arguments.append(marker)
      } else {
        let value = "(SELECT \(key.expression) \(source))"
        let (low, high) = key.isDescending ? (key.expression, value) : (value, key.expression)
        parts.append("(\(key.expression) \(sign) \(value) OR (\(low) IS NULL AND \(high) IS NOT NULL))")
        arguments.append(contentsOf: [marker, marker])
      }
      alternatives.append(parts.joined(separator: " AND "))
    }
    conditions.append(alternatives.map { "(\($0))" }.joined(separator: " OR "))
  }
}
