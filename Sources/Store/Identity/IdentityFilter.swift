import Model
import SQLite

/// Which rows a list of the Identity service wants: every filter that is not `nil` must hold.
package struct IdentityFilter: Sendable {
  /// A comparison of names, as in `name__contains=`.
  package enum NameMatch: String, Sendable, CaseIterable {
    case contains
    case icontains
    case startswith
    case istartswith
    case endswith
    case iendswith
  }

  package var name: String?
  package var nameMatches: [(match: NameMatch, text: String)] = []
  package var domainID: String?
  package var isEnabled: Bool?
  /// Of projects only. The id of a domain means the projects right below it.
  package var parentID: String?
  /// Of projects only: all of them, one of them, not all of them, none of them.
  package var tags: [String] = []
  package var tagsAny: [String] = []
  package var notTags: [String] = []
  package var notTagsAny: [String] = []
  /// Those that a user has a role in, or is a member of.
  package var userID: String?
  /// Of users only: the members of a group.
  package var groupID: String?
  /// How many at most.
  package var limit: Int
  /// The id of the last row of the page before.
  package var marker: String?

  /// The longest list that is given out at once.
  package static let longestList = 10_000

  package init(limit: Int = Self.longestList) {
    self.limit = limit
  }
}

/// The conditions of a list: fixed text of ours, and the client's values as arguments only.
struct Conditions {
  private var clauses: [String] = []
  private(set) var arguments: [any SQLBindable] = []

  /// Adds a condition with one placeholder for each of the arguments.
  mutating func add(_ clause: String, _ values: any SQLBindable...) {
    clauses.append(clause)
    arguments += values
  }

  /// Adds a condition with one placeholder, unless there is no such filter.
  mutating func add(_ clause: String, ifAny value: (any SQLBindable)?) {
    if let value { add(clause, value) }
  }

  /// `WHERE` and the conditions; nothing if there is none.
  var sql: String { clauses.isEmpty ? "" : "WHERE " + clauses.joined(separator: " AND ") }

  /// The filters by names, domain and `enabled`, and the place where the page begins.
  ///
  /// - Parameter table: the list's table, which has `id` and `name` and is ordered by name and id.
  mutating func add(_ filter: IdentityFilter, on table: String) {
    add("\(table).name = ?", ifAny: filter.name)
    add("\(table).domain_id = ?", ifAny: filter.domainID)
    add("\(table).enabled = ?", ifAny: filter.isEnabled)
    for (match, text) in filter.nameMatches { add(match, text, on: table) }
    if let marker = filter.marker {
      add("(\(table).name, \(table).id) > (SELECT name, id FROM \(table) WHERE id = ?)", marker)
    }
  }

  private mutating func add(_ match: IdentityFilter.NameMatch, _ text: String, on table: String) {
    switch match {
    case .contains: add("instr(\(table).name, ?) > 0", text)
    case .icontains: add("instr(lower(\(table).name), lower(?)) > 0", text)
    case .startswith: add("instr(\(table).name, ?) = 1", text)
    case .istartswith: add("instr(lower(\(table).name), lower(?)) = 1", text)
    case .endswith: add("substr(\(table).name, -length(?)) = ?", text, text)
    case .iendswith: add("lower(substr(\(table).name, -length(?))) = lower(?)", text, text)
    }
  }

  /// The four filters of tags.
  mutating func addTags(_ filter: IdentityFilter, on table: String) {
    let has = "EXISTS (SELECT 1 FROM json_each(\(table).tags) WHERE value = ?)"
    for tag in filter.tags { add(has, tag) }
    for tag in filter.notTagsAny { add("NOT " + has, tag) }
    add(anyOf: filter.tagsAny, "(", has, " OR ")
    add(anyOf: filter.notTags, "NOT (", has, " AND ")
  }

  private mutating func add(anyOf tags: [String], _ opening: String, _ has: String, _ separator: String) {
    guard !tags.isEmpty else { return }
    clauses.append(opening + tags.map { _ in has }.joined(separator: separator) + ")")
    arguments += tags
  }
}
