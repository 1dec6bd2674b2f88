package import Model
import SQLite

extension Snapshot {
  /// What a project's instances take together, or those of one user in it.
  package func usage(ofProject id: String, user: String? = nil) throws -> HostUsage {
    try first(
      """
      SELECT count(*), coalesce(sum(vcpus), 0), coalesce(sum(memory_mb), 0) FROM instances
      WHERE project_id = ?1 AND (?2 IS NULL OR user_id = ?2) AND vm_state <> 'soft-delete'
      """,
      id, user
    ) { row in
      HostUsage(instances: row.integer(0), vcpus: row.integer(1), memoryMB: row.integer(2))
    } ?? HostUsage()
  }

  /// What is set for a project, or for a user in it; empty if nothing is.
  package func quotaLimits(ofProject id: String, user: String = "") throws -> [String: Int] {
    let pairs = try rows(
      "SELECT resource, max_count FROM compute_quotas WHERE project_id = ? AND user_id = ?", id, user
    ) { row in (row.text(0), row.integer(1)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// What is set for a class; of all projects' that is called `default`.
  package func quotaLimits(ofClass name: String) throws -> [String: Int] {
    let pairs = try rows("SELECT resource, max_count FROM compute_quota_classes WHERE name = ?", name) { row in
      (row.text(0), row.integer(1))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}

extension Transaction {
  /// - Parameters:
  ///   - limit: -1 is no limit.
  ///   - user: for this user only; empty for the project as a whole.
  package func setQuotaLimit(_ resource: String, to limit: Int, ofProject id: String, user: String = "") throws {
    try execute(
      """
      INSERT INTO compute_quotas (project_id, user_id, resource, max_count) VALUES (?, ?, ?, ?)
      ON CONFLICT (project_id, user_id, resource) DO UPDATE SET max_count = excluded.max_count
      """,
      id, user, resource, limit)
  }

  /// - Parameter limit: -1 is no limit.
  package func setQuotaLimit(_ resource: String, to limit: Int, ofClass name: String) throws {
    try execute(
      """
      INSERT INTO compute_quota_classes (name, resource, max_count) VALUES (?, ?, ?)
      ON CONFLICT (name, resource) DO UPDATE SET max_count = excluded.max_count
      """,
      name, resource, limit)
  }

  /// The defaults hold again.
  /// - Parameter user: only for this user; `nil` for the project with all its users.
  package func deleteQuotaLimits(ofProject id: String, user: String?) throws {
    try execute("DELETE FROM compute_quotas WHERE project_id = ?1 AND (?2 IS NULL OR user_id = ?2)", id, user)
  }
}

extension Snapshot {
  /// What is set for the users of a project together, by resource; a user without limit counts as none.
  package func userQuotaSums(ofProject id: String) throws -> [String: Int] {
    let pairs = try rows(
      """
      SELECT resource, sum(max(max_count, 0)) FROM compute_quotas WHERE project_id = ? AND user_id <> ''
      GROUP BY resource
      """,
      id
    ) { row in (row.text(0), row.integer(1)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
