package import Model
import SQLite

/// Which instances a list shows, in which order, and which page of it.
package struct InstanceListing: Sendable {
  package enum SortColumn: String, Sendable {
    case number
    case name
    case host
    case updatedAt = "updated_at"
    case launchedAt = "launched_at"
    case id
    case vmState = "vm_state"
    case projectID = "project_id"
    case flavorID = "flavor_id"
  }

  /// Only this project's; `nil` for all.
  package var projectID: String?
  package var userID: String?
  package var host: String?
  package var vmStates: [VMState]?
  package var namePattern: NamePattern?
  package var flavorID: String?
  package var imageID: String?
  package var reservationID: String?
  package var ids: [UUID]?
  package var changedSince: Timestamp?
  package var sortColumn = SortColumn.number
  package var isDescending = true
  /// The last instance of the page before.
  package var marker: UUID?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }
}

/// A `name` filter: text that the name must contain, tied to its beginning or end by `^` and `$` as in the regular
/// expressions that Nova takes.
package struct NamePattern: Hashable, Sendable {
  package var text: String
  package var isAtStart: Bool
  package var isAtEnd: Bool

  package init(_ pattern: String) {
    var text = Substring(pattern)
    isAtStart = text.hasPrefix("^")
    if isAtStart { text = text.dropFirst() }
    isAtEnd = text.hasSuffix("$")
    if isAtEnd { text = text.dropLast() }
    self.text = String(text)
  }
}

extension Snapshot {
  /// The instances of a list, at most `listing.limit`.
  package func instances(_ listing: InstanceListing) throws -> [Instance] {
    var conditions = InstanceConditions()
    conditions.add(listing)
    let direction = listing.isDescending ? "DESC" : "ASC"
    let column = "coalesce(\(listing.sortColumn.rawValue), '')"
    if let marker = listing.marker {
      let comparison = listing.isDescending ? "<" : ">"
      conditions.add(
        "(\(column), number) \(comparison) (SELECT \(column), number FROM instances WHERE id = ?)",
        marker)
    }
    // The default order is that of the primary key, which an expression would hide from the planner.
    let order =
      listing.sortColumn == .number ? "number \(direction)" : "\(column) \(direction), number \(direction)"
    return try rows(
      "SELECT \(InstanceColumns.all) FROM instances \(conditions.text) ORDER BY \(order) LIMIT ?",
      arguments: conditions.arguments + [listing.limit]
    ) { row in try Instance(row: row) }
  }
}

/// The WHERE of a list, made of the filters that are there: their texts are ours, their values are bound.
private struct InstanceConditions {
  private var texts: [String] = []
  var arguments: [any SQLBindable] = []

  var text: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }

  mutating func add(_ text: String, _ values: any SQLBindable...) {
    texts.append(text)
    arguments += values
  }

  mutating func add(_ listing: InstanceListing) {
    if let projectID = listing.projectID { add("project_id = ?", projectID) }
    if let userID = listing.userID { add("user_id = ?", userID) }
    if let host = listing.host { add("host = ?", host) }
    if let flavorID = listing.flavorID { add("flavor_id = ?", flavorID) }
    if let imageID = listing.imageID { add("image_id = ?", imageID) }
    if let reservationID = listing.reservationID { add("reservation_id = ?", reservationID) }
    if let changedSince = listing.changedSince { add("updated_at >= ?", changedSince) }
    if let states = listing.vmStates { add(oneOf: states.map(\.rawValue), "vm_state") }
    if let ids = listing.ids { add(oneOf: ids, "id") }
    if let pattern = listing.namePattern { add(pattern) }
  }

  private mutating func add(oneOf values: [any SQLBindable], _ column: String) {
    texts.append("\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))")
    arguments += values
  }

  private mutating func add(_ pattern: NamePattern) {
    switch (pattern.isAtStart, pattern.isAtEnd) {
    case (true, true): add("name = ?", pattern.text)
    case (true, false): add("substr(name, 1, length(?)) = ?", pattern.text, pattern.text)
    case (false, true): add("substr(name, -length(?)) = ?", pattern.text, pattern.text)
    case (false, false): add("instr(name, ?) > 0", pattern.text)
    }
  }
}
