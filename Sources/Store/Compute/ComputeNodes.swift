package import Model
import SQLite

extension Snapshot {
  /// Every compute host that has ever reported, with what its instances take and what is claimed on it, by name.
  ///
  /// - Parameter host: only this one; `nil` for all.
  package func computeNodes(host: String? = nil) throws -> [ComputeNode] {
    try rows(
      """
      SELECT node.id, node.host, node.hypervisor_type, node.vcpus, node.memory_mb, node.disk_gb, node.is_enabled,
        node.disabled_reason, node.heartbeat_at, coalesce(own.instances, 0),
        coalesce(own.vcpus, 0) + coalesce(claim.vcpus, 0), coalesce(own.memory_mb, 0) + coalesce(claim.memory_mb, 0),
        coalesce(own.disk_gb, 0) + coalesce(claim.disk_gb, 0), node.number, node.is_forced_down, node.architecture,
        node.host_ip, node.hypervisor_version, node.started_at
      FROM compute_nodes AS node
        LEFT JOIN (
          SELECT host, count(*) AS instances, sum(vcpus) AS vcpus, sum(memory_mb) AS memory_mb,
            sum(root_gb + ephemeral_gb + (swap_mb + 1023) / 1024) AS disk_gb
          FROM instances WHERE host IS NOT NULL AND (?1 IS NULL OR host = ?1) GROUP BY host
        ) AS own ON own.host = node.host
        LEFT JOIN (
          SELECT host, sum(vcpus) AS vcpus, sum(memory_mb) AS memory_mb, sum(disk_gb) AS disk_gb
          FROM instance_claims GROUP BY host
        ) AS claim ON claim.host = node.host
      WHERE ?1 IS NULL OR node.host = ?1
      ORDER BY node.host
      """,
      host
    ) { row in try ComputeNode(row: row) }
  }

  package func computeNode(host: String) throws -> ComputeNode? { try computeNodes(host: host).first }
}

extension Transaction {
  /// Writes a host's report. The operator's switches are left as they are.
  /// - Parameter isStart: the first report of the program's run.
  package func reportComputeNode(_ node: ComputeNode, isStart: Bool) throws {
    try execute(
      """
      INSERT INTO compute_nodes (id, host, hypervisor_type, vcpus, memory_mb, disk_gb, created_at, started_at,
        heartbeat_at, number, architecture, host_ip, hypervisor_version)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7, (SELECT coalesce(max(number), 0) + 1 FROM compute_nodes), ?9, ?10, ?11)
      ON CONFLICT (host) DO UPDATE SET hypervisor_type = excluded.hypervisor_type, vcpus = excluded.vcpus,
        memory_mb = excluded.memory_mb, disk_gb = excluded.disk_gb, heartbeat_at = excluded.heartbeat_at,
        architecture = excluded.architecture, host_ip = excluded.host_ip,
        hypervisor_version = excluded.hypervisor_version,
        started_at = CASE WHEN ?8 THEN excluded.started_at ELSE started_at END
      """,
      node.id, node.host, node.hypervisorType, node.vcpus, node.memoryMB, node.diskGB, now, isStart, node.architecture,
      node.hostIP?.description, node.hypervisorVersion)
  }

  /// The operator lets instances go to the host, or not.
  /// - Returns: Whether there is such a host.
  @discardableResult
  package func setComputeNode(_ host: String, isEnabled: Bool, reason: String?) throws -> Bool {
    try execute(
      "UPDATE compute_nodes SET is_enabled = ?, disabled_reason = ? WHERE host = ?", isEnabled,
      isEnabled ? nil : reason, host) > 0
  }

  /// The operator says that the host is dead, whatever it reports, or takes it back.
  /// - Returns: Whether there is such a host.
  @discardableResult
  package func setComputeNode(_ host: String, isForcedDown: Bool) throws -> Bool {
    try execute("UPDATE compute_nodes SET is_forced_down = ? WHERE host = ?", isForcedDown, host) > 0
  }

  /// Forgets a host, and takes it out of its aggregates. One that still runs comes back with its next report.
  package func deleteComputeNode(_ host: String) throws {
    try execute("DELETE FROM aggregate_hosts WHERE host = ?", host)
    try execute("DELETE FROM compute_nodes WHERE host = ?", host)
  }
}

extension ComputeNode {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), host: row.text(1), hypervisorType: row.text(2), vcpus: row.integer(3),
      memoryMB: row.integer(4), diskGB: row.integer(5), isEnabled: row.bool(6), disabledReason: row.optionalText(7),
      heartbeatAt: try row.timestamp(8),
      used: HostUsage(
        instances: row.integer(9), vcpus: row.integer(10), memoryMB: row.integer(11), diskGB: row.integer(12)))
    number = row.integer(13)
    isForcedDown = row.bool(14)
    architecture = row.optionalText(15)
    hostIP = row.optionalText(16).flatMap { IPAddress($0) }
    hypervisorVersion = row.integer(17)
    startedAt = try row.timestamp(18)
  }
}

/// How an instance is known to an administrator of hosts.
package struct InstanceName: Hashable, Sendable {
  package let id: UUID
  /// The row's number, of which the guest's name is made.
  package let number: Int
}

extension Snapshot {
  /// The instances of each host, in the order in which they were made.
  package func namesOnHosts() throws -> [String: [InstanceName]] {
    let pairs = try rows("SELECT host, id, number FROM instances WHERE host IS NOT NULL ORDER BY number") { row in
      (row.text(0), InstanceName(id: try row.uuid(1), number: row.integer(2)))
    }
    return Dictionary(grouping: pairs) { $0.0 }.mapValues { $0.map(\.1) }
  }
}
