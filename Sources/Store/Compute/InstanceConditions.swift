import Model
import SQLite

extension InstanceListing {
  /// The keys with the primary key behind them, which decides between equals.
  var completeOrder: [SortKey] {
    order.contains { $0.column == .number }
      ? order : order + [SortKey(.number, isDescending: order.first?.isDescending ?? true)]
  }

  /// The default order is that of the primary key, which an expression would hide from the planner.
  var orderText: String {
    completeOrder.map { "\(Self.value(of: $0.column)) \($0.isDescending ? "DESC" : "ASC")" }.joined(separator: ", ")
  }

  static func value(of column: Column) -> String {
    column == .number ? "number" : "coalesce(\(column.rawValue), '')"
  }
}

/// The WHERE of a list, made of the filters that are there: their texts are ours, their values are bound.
struct InstanceConditions {
  private var texts: [String] = []
  var arguments: [any SQLBindable] = []

  var text: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }

  init(_ listing: InstanceListing) {
    if let projectID = listing.projectID { add("project_id = ?", [projectID]) }
    for choice in listing.choices {
      // As text, since a column of numbers has no index that could be missed.
      let column = choice.column.isNumber ? "CAST(\(choice.column.rawValue) AS TEXT)" : choice.column.rawValue
      add("\(column) IN (\(Self.places(choice.values)))", choice.values)
    }
    if let isLocked = listing.isLocked { add("(locked_by IS NOT NULL) = ?", [isLocked]) }
    if let time = listing.changedSince { add("updated_at >= ?", [time]) }
    if let time = listing.changedBefore { add("updated_at <= ?", [time]) }
    if let statuses = listing.statuses { add(statuses) }
    for filter in listing.tags { add(filter.match, filter.tags) }
    if let marker = listing.marker { add(after: marker, listing.completeOrder) }
  }

  private static func places(_ values: [some Any]) -> String { values.map { _ in "?" }.joined(separator: ", ") }

  private mutating func add(_ text: String, _ values: [any SQLBindable]) {
    texts.append(text)
    arguments += values
  }

  /// A status is made of what lasts and of what is being done.
  private mutating func add(_ statuses: [ServerStatus]) {
    var parts: [String] = []
    for vm in VMState.allCases {
      let tasks = TaskState.allCases.filter {
        statuses.contains(InstanceState(vm: vm, task: $0, power: .none).status)
      }
      let isIdle = statuses.contains(InstanceState(vm: vm, task: nil, power: .none).status)
      guard isIdle || !tasks.isEmpty else { continue }
      parts.append(
        "(vm_state = ? AND (task_state IN (\(Self.places(tasks)))\(isIdle ? " OR task_state IS NULL" : "")))")
      arguments.append(vm.rawValue)
      arguments += tasks.map(\.rawValue)
    }
    texts.append(parts.isEmpty ? "0" : "(\(parts.joined(separator: " OR ")))")
  }

  private mutating func add(_ match: InstanceListing.TagMatch, _ tags: [String]) {
    let each = Array(repeating: "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", count: tags.count)
    switch match {
    case .all: add("(\(each.joined(separator: " AND ")))", tags)
    case .any: add("(\(each.joined(separator: " OR ")))", tags)
    case .notAll: add("NOT (\(each.joined(separator: " AND ")))", tags)
    case .notAny: add("NOT (\(each.joined(separator: " OR ")))", tags)
    }
  }

  /// What comes behind the marker: equal in the first keys, and beyond it in the next.
  private mutating func add(after marker: UUID, _ order: [InstanceListing.SortKey]) {
    var parts: [String] = []
    for (index, key) in order.enumerated() {
      let equal = order[..<index].map { key in
        let value = InstanceListing.value(of: key.column)
        return "\(value) = (SELECT \(value) FROM instances WHERE id = ?)"
      }
      let value = InstanceListing.value(of: key.column)
      let beyond = "\(value) \(key.isDescending ? "<" : ">") (SELECT \(value) FROM instances WHERE id = ?)"
      parts.append((equal + [beyond]).joined(separator: " AND "))
      arguments += Array(repeating: marker, count: index + 1)
    }
    texts.append("((\(parts.joined(separator: ") OR ("))))")
  }
}
