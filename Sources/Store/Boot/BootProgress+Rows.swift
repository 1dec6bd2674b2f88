package import Model
import SQLite

extension Snapshot {
  /// The instances with this id or this name, newest first. Names need not be unique.
  package func instances(called server: String) throws -> [(id: UUID, createdAt: Timestamp)] {
    try rows(
      "SELECT id, created_at FROM instances WHERE id = ?1 OR name = ?1 ORDER BY number DESC", server
    ) { row in (try row.uuid(0), try row.timestamp(1)) }
  }

  /// How far an instance's boot has come; `nil` if there is no such instance.
  package func bootProgress(ofInstance id: UUID) throws -> BootProgress? {
    let progress = try first(
      """
      SELECT instances.id, name, vm_state, task_state, fault_message, instances.host, compute_nodes.heartbeat_at
      FROM instances LEFT JOIN compute_nodes ON compute_nodes.host = instances.host
      WHERE instances.id = ?
      """, id
    ) { row in
      BootProgress(
        instanceID: try row.uuid(0), name: row.text(1), vmState: row.text(2), taskState: row.optionalText(3),
        fault: row.optionalText(4), host: row.optionalText(5), hostHeartbeat: try row.optionalTimestamp(6))
    }
    guard var progress else { return nil }
    progress.steps = try bootSteps(ofInstance: id)
    progress.ports = try bootPorts(ofInstance: id)
    progress.waitingEvents = try rows(
      "SELECT name, attempts, last_error FROM pending_events WHERE instance_id = ? ORDER BY id", id
    ) { row in
      BootProgress.WaitingEvent(name: row.text(0), attempts: row.integer(1), lastError: row.optionalText(2))
    }
    progress.waitingMessages = try rows(
      "SELECT method FROM host_messages WHERE instance_id = ? ORDER BY id", id
    ) { row in row.text(0) }
    return progress
  }

  private func bootSteps(ofInstance id: UUID) throws -> [BootProgress.Step] {
    // The view has its order, which tells steps of the same microsecond apart.
    try rows(
      "SELECT step, ms, ms_step, host, detail FROM v_boot_timeline WHERE instance_id = ?", id
    ) { row in
      BootProgress.Step(
        name: row.text(0), milliseconds: row.double(1), sinceLast: row.double(2), host: row.optionalText(3),
        detail: row.optionalText(4))
    }
  }

  private func bootPorts(ofInstance id: UUID) throws -> [BootProgress.Port] {
    try rows(
      """
      SELECT ports.id, ports.status, port_bindings.vif_type, port_bindings.host,
        (SELECT group_concat(entity, ' ') FROM provisioning_blocks WHERE port_id = ports.id),
        (SELECT max(heartbeat_timestamp) FROM agents
         WHERE agents.host = port_bindings.host AND agents.agent_type = 'Linux bridge agent')
      FROM ports
      LEFT JOIN port_bindings ON port_bindings.port_id = ports.id AND port_bindings.status = 'ACTIVE'
        AND port_bindings.distributed = 0
      WHERE ports.device_id = ? ORDER BY ports.created_at, ports.id
      """, id
    ) { row in
      BootProgress.Port(
        id: try row.uuid(0), status: try row.value(1), vifType: row.optionalText(2) ?? "unbound",
        host: row.optionalText(3) ?? "",
        blocks: (row.optionalText(4) ?? "").split(separator: " ").map(String.init),
        agentHeartbeat: try row.optionalTimestamp(5))
    }
  }
}
