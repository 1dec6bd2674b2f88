package import Model
import SQLite

/// Which tags a row must have. All four must hold.
package struct TagFilter: Hashable, Sendable {
  /// All of them (`tags`).
  package var all: [String] = []
  /// One of them (`tags-any`).
  package var any: [String] = []
  /// Not all of them (`not-tags`).
  package var notAll: [String] = []
  /// None of them (`not-tags-any`).
  package var notAny: [String] = []

  package init() {}
}

/// The tables whose rows have tags.
package enum TaggedTable: String, CaseIterable, Sendable {
  case networks, subnets, subnetpools, ports
  case securityGroups = "security_groups"
  /// The raw values are the API's names, and this one's is not its table's.
  case qosPolicies = "policies"
}

/// What tags hang on.
package struct TagRow: Hashable, Sendable {
  /// JSON text.
  package let tags: String
  package let revision: Int
  package let project: String
  /// Whose network the row is on, if it is on one.
  package let networkProject: String?
  /// Everybody sees the row.
  package let isShared: Bool
}

extension Snapshot {
  /// `nil` if there is no such row.
  package func tags(of table: TaggedTable, _ id: UUID) throws -> TagRow? {
    let sql =
      switch table {
      case .networks: "SELECT tags, revision_number, project_id, NULL, 0 FROM networks WHERE id = ?"
      case .subnets:
        """
        SELECT subnets.tags, subnets.revision_number, subnets.project_id, networks.project_id, 0
        FROM subnets JOIN networks ON networks.id = subnets.network_id WHERE subnets.id = ?
        """
      case .subnetpools: "SELECT tags, revision_number, project_id, NULL, shared FROM subnetpools WHERE id = ?"
      case .ports:
        """
        SELECT ports.tags, ports.revision_number, ports.project_id, networks.project_id, 0
        FROM ports JOIN networks ON networks.id = ports.network_id WHERE ports.id = ?
        """
      case .securityGroups: "SELECT tags, revision_number, project_id, NULL, 0 FROM security_groups WHERE id = ?"
      case .qosPolicies: "SELECT tags, revision_number, project_id, NULL, shared FROM qos_policies WHERE id = ?"
      }
    return try first(sql, id) { row in
      TagRow(
        tags: row.text(0), revision: row.integer(1), project: row.text(2), networkProject: row.optionalText(3),
        isShared: row.bool(4))
    }
  }
}

extension Transaction {
  /// Writes a row's tags, JSON text as the column holds it, and counts its revision up.
  package func setTags(_ tags: String, of table: TaggedTable, _ id: UUID) throws {
    let sql =
      switch table {
      case .networks: "UPDATE networks SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      case .subnets: "UPDATE subnets SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      case .subnetpools:
        "UPDATE subnetpools SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      case .ports: "UPDATE ports SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      case .securityGroups:
        "UPDATE security_groups SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      case .qosPolicies:
        "UPDATE qos_policies SET tags = ?, updated_at = ?, revision_number = revision_number + 1 WHERE id = ?"
      }
    try execute(sql, tags, now, id)
  }
}

extension ListStatement {
  mutating func require(_ filter: TagFilter, of table: some StringProtocol) {
    let all = Set(filter.all).sorted()
    let notAll = Set(filter.notAll).sorted()
    // The first half of the condition is the one of the partial indexes on tagged rows.
    if !all.isEmpty { require("\(table).tags <> '[]' AND \(count(all, table)) = \(all.count)", values: all) }
    if !filter.any.isEmpty { require("\(table).tags <> '[]' AND \(count(filter.any, table)) > 0", values: filter.any) }
    if !notAll.isEmpty { require("\(table).tags = '[]' OR \(count(notAll, table)) < \(notAll.count)", values: notAll) }
    if !filter.notAny.isEmpty {
      require("\(table).tags = '[]' OR \(count(filter.notAny, table)) = 0", values: filter.notAny)
    }
  }

  /// How many of the tags a row has; a row has no tag twice.
  private func count(_ tags: [String], _ table: some StringProtocol) -> String {
    let places = Array(repeating: "?", count: tags.count).joined(separator: ", ")
    return "(SELECT count(*) FROM json_each(\(table).tags) WHERE value IN (\(places)))"
  }
}
