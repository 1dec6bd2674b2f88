package import Model
import SQLite

extension Snapshot {
  /// Every compute host that has ever reported, with what its instances take, by name.
  package func computeNodes() throws -> [ComputeNode] {
    try rows(
      """
      SELECT node.id, node.host, node.hypervisor_type, node.vcpus, node.memory_mb, node.disk_gb, node.is_enabled,
        node.disabled_reason, node.heartbeat_at, count(instance.vcpus), coalesce(sum(instance.vcpus), 0),
        coalesce(sum(instance.memory_mb), 0),
        coalesce(sum(instance.root_gb + instance.ephemeral_gb + (instance.swap_mb + 1023) / 1024), 0)
      FROM compute_nodes AS node LEFT JOIN instances AS instance ON instance.host = node.host
      GROUP BY node.id ORDER BY node.host
      """
    ) { row in try ComputeNode(row: row) }
  }

  package func computeNode(host: String) throws -> ComputeNode? {
    try computeNodes().first { $0.host == host }
  }
}

extension Transaction {
  /// Writes a host's report. The operator's switch is left as it is.
  /// - Parameter isStart: the first report of the program's run.
  package func reportComputeNode(_ node: ComputeNode, isStart: Bool) throws {
    try execute(
      """
      INSERT INTO compute_nodes (id, host, hypervisor_type, vcpus, memory_mb, disk_gb, created_at, started_at,
        heartbeat_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)
      ON CONFLICT (host) DO UPDATE SET hypervisor_type = excluded.hypervisor_type, vcpus = excluded.vcpus,
        memory_mb = excluded.memory_mb, disk_gb = excluded.disk_gb, heartbeat_at = excluded.heartbeat_at,
        started_at = CASE WHEN ?8 THEN excluded.started_at ELSE started_at END
      """,
      node.id, node.host, node.hypervisorType, node.vcpus, node.memoryMB, node.diskGB, now, isStart)
  }

  /// The operator lets instances go to the host, or not.
  /// - Returns: Whether there is such a host.
  package func setComputeNode(_ host: String, isEnabled: Bool, reason: String?) throws -> Bool {
    try execute(
      "UPDATE compute_nodes SET is_enabled = ?, disabled_reason = ? WHERE host = ?", isEnabled,
      isEnabled ? nil : reason, host) > 0
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
  }
}

extension Snapshot {
  /// What a project's instances take together.
  package func usage(ofProject id: String) throws -> HostUsage {
    try first(
      """
      SELECT count(*), coalesce(sum(vcpus), 0), coalesce(sum(memory_mb), 0), coalesce(sum(root_gb + ephemeral_gb), 0)
      FROM instances WHERE project_id = ?
      """,
      id
    ) { row in
      HostUsage(
        instances: row.integer(0), vcpus: row.integer(1), memoryMB: row.integer(2), diskGB: row.integer(3))
    } ?? HostUsage()
  }
}
