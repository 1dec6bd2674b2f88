import Model
import SQLite

/// What a project may have of a resource, and what it has.
package struct QuotaRow: Hashable, Sendable {
  /// What an administrator has set; `nil` where the configured default holds.
  package var limit: Int?
  /// How many rows there are, as the triggers of `0010_quotas.sql` count them.
  package var inUse: Int

  package init(limit: Int? = nil, inUse: Int = 0) {
    self.limit = limit
    self.inUse = inUse
  }
}

extension Snapshot {
  /// Two look-ups by primary key, however many rows there are.
  package func quota(_ resource: String, ofProject id: String) throws -> QuotaRow {
    try first(
      """
      SELECT (SELECT max_count FROM quotas WHERE project_id = ?1 AND resource = ?2),
        (SELECT in_use FROM quota_usages WHERE project_id = ?1 AND resource = ?2)
      """,
      id, resource
    ) { row in QuotaRow(limit: row.optionalInteger(0), inUse: row.optionalInteger(1) ?? 0) } ?? QuotaRow()
  }

  /// All that is known of a project, by the resource's name in the API.
  package func quotas(ofProject id: String) throws -> [String: QuotaRow] {
    let rows = try rows(
      """
      SELECT resource, max_count, NULL FROM quotas WHERE project_id = ?1
      UNION ALL SELECT resource, NULL, in_use FROM quota_usages WHERE project_id = ?1
      """,
      id
    ) { row in (row.text(0), row.optionalInteger(1), row.optionalInteger(2)) }
    return rows.reduce(into: [:]) { quotas, row in
      if let limit = row.1 { quotas[row.0, default: QuotaRow()].limit = limit }
      if let inUse = row.2 { quotas[row.0, default: QuotaRow()].inUse = inUse }
    }
  }

  /// The limits of the projects for which an administrator has set any, in the order of their ids.
  package func changedQuotas() throws -> [(project: String, limits: [String: Int])] {
    let rows = try rows("SELECT project_id, resource, max_count FROM quotas ORDER BY project_id") { row in
      (project: row.text(0), resource: row.text(1), limit: row.integer(2))
    }
    var quotas: [(project: String, limits: [String: Int])] = []
    for row in rows {
      if quotas.last?.project != row.project { quotas.append((row.project, [:])) }
      quotas[quotas.count - 1].limits[row.resource] = row.limit
    }
    return quotas
  }
}

extension Transaction {
  /// - Parameter limit: -1 for none.
  package func setQuota(_ resource: String, ofProject id: String, limit: Int) throws {
    try execute(
      """
      INSERT INTO quotas (project_id, resource, max_count) VALUES (?, ?, ?)
      ON CONFLICT (project_id, resource) DO UPDATE SET max_count = excluded.max_count
      """,
      id, resource, limit)
  }

  /// Brings the defaults back.
  ///
  /// - Returns: Whether anything else had been set.
  package func deleteQuotas(ofProject id: String) throws -> Bool {
    try execute("DELETE FROM quotas WHERE project_id = ?", id) > 0
  }
}
