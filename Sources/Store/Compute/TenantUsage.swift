package import Model
import SQLite

/// What an instance was or is, for what its project pays.
package struct InstanceUsage: Hashable, Sendable {
  package let id: UUID
  package var name: String
  package var projectID: String
  package var flavorName: String
  package var vcpus: Int
  package var memoryMB: Int
  package var localGB: Int
  package var launchedAt: Timestamp
  /// `nil` while there is the instance.
  package var terminatedAt: Timestamp?
  /// `terminated`, or the lasting state.
  package var state: String
}

extension Snapshot {
  /// The instances that were there at some time of a period, by project and id.
  ///
  /// - Parameters:
  ///   - projectID: only this project's; `nil` for all.
  ///   - marker: only what comes after this instance.
  package func usages(
    _ period: Range<Timestamp>, ofProject projectID: String?, after marker: InstanceUsage?, limit: Int
  ) throws -> [InstanceUsage] {
    try rows(
      """
      \(Self.usages)
      WHERE launched_at < ?2 AND (terminated_at IS NULL OR terminated_at > ?1) AND (?3 IS NULL OR project_id = ?3)
        AND (?4 IS NULL OR (project_id, id) > (?4, ?5))
      ORDER BY project_id, id LIMIT ?6
      """,
      period.lowerBound, period.upperBound, projectID, marker?.projectID, marker?.id, limit
    ) { row in try InstanceUsage(row: row) }
  }

  /// What is known of an instance that is there or was there; `nil` for one that never ran.
  package func usage(ofInstance id: UUID) throws -> InstanceUsage? {
    try first("\(Self.usages) WHERE id = ? AND launched_at IS NOT NULL", id) { row in try InstanceUsage(row: row) }
  }

  private static let usages = """
    SELECT id, name, project_id, flavor_name, vcpus, memory_mb, local_gb, launched_at, terminated_at, state FROM (
      SELECT id, name, project_id, flavor_name, vcpus, memory_mb, root_gb + ephemeral_gb AS local_gb, launched_at,
        NULL AS terminated_at, vm_state AS state
      FROM instances
      UNION ALL
      SELECT id, name, project_id, flavor_name, vcpus, memory_mb, local_gb, launched_at, terminated_at, 'terminated'
      FROM terminated_instances
    )
    """
}

extension Transaction {
  /// Forgets instances that were gone before `time`.
  package func forgetTerminatedInstances(before time: Timestamp) throws {
    try execute("DELETE FROM terminated_instances WHERE terminated_at < ?", time)
  }
}

extension InstanceUsage {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), name: row.text(1), projectID: row.text(2), flavorName: row.text(3), vcpus: row.integer(4),
      memoryMB: row.integer(5), localGB: row.integer(6), launchedAt: try row.timestamp(7),
      terminatedAt: try row.optionalTimestamp(8), state: row.text(9))
  }
}
