package import Model
import SQLite

extension Snapshot {
  /// All bindings of a port, the active one and those of a migration's target or a distributed port's hosts.
  package func bindings(ofPort id: UUID) throws -> [PortBinding] {
    try rows("\(PortBinding.selection) WHERE port_id = ? ORDER BY distributed, status, host", id) { row in
      try PortBinding(row: row)
    }
  }

  /// The binding of a port to a host, active or not; those of a distributed port are not looked at.
  package func binding(ofPort id: UUID, host: String) throws -> PortBinding? {
    try first("\(PortBinding.selection) WHERE port_id = ? AND host = ? AND distributed = 0", id, host) { row in
      try PortBinding(row: row)
    }
  }

  /// The binding of a port on a host that is not the port's own active one: an inactive one, or one of a distributed
  /// port's.
  package func hostBinding(ofPort id: UUID, host: String) throws -> PortBinding? {
    try first(
      "\(PortBinding.selection) WHERE port_id = ? AND host = ? AND (distributed = 1 OR status = 'INACTIVE')", id, host
    ) { row in try PortBinding(row: row) }
  }

  /// Whether a live migration is to bring a port to a host: it has a binding there that has not been active yet.
  package func isExpected(_ id: UUID, onHost host: String) throws -> Bool {
    try first(
      """
      SELECT 1 FROM port_bindings
      WHERE port_id = ? AND host = ? AND distributed = 0 AND status = 'INACTIVE' AND was_active = 0
      """,
      id, host
    ) { _ in true } ?? false
  }

  /// Up to `limit` hosts to which bindings failed.
  package func hostsWithFailedBindings(limit: Int) throws -> [String] {
    try rows("SELECT DISTINCT host FROM port_bindings WHERE vif_type = 'binding_failed' LIMIT ?", limit) { row in
      row.text(0)
    }
  }

  /// Up to `limit` ports whose binding to `host` failed; the oldest ids first, behind `marker`.
  package func portsWithFailedBinding(onHost host: String, after marker: UUID?, limit: Int) throws -> [UUID] {
    try rows(
      """
      SELECT port_id FROM port_bindings WHERE vif_type = 'binding_failed' AND host = ? AND port_id > ?
      ORDER BY port_id LIMIT ?
      """,
      host, marker?.description ?? "", limit
    ) { row in try row.uuid(0) }
  }
}

extension Transaction {
  /// - Throws: `ConstraintViolation` if the port has a binding to the host, or an active one besides.
  package func insert(_ binding: PortBinding, ofPort id: UUID) throws {
    try execute(
      """
      INSERT INTO port_bindings (port_id, host, status, vif_type, vif_details, vnic_type, profile)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      id, binding.host, binding.status.rawValue, binding.vifType.rawValue, binding.vifDetails,
      binding.vnicType.rawValue, binding.profile)
  }

  /// Writes a port's active binding. An inactive binding to the same host gives way to it.
  package func setActiveBinding(_ binding: PortBinding, ofPort id: UUID) throws {
    try deleteInactiveBindings(ofPort: id, host: binding.host)
    try execute(
      """
      UPDATE port_bindings SET host = ?, vif_type = ?, vif_details = ?, vnic_type = ?, profile = ?
      WHERE port_id = ? AND status = 'ACTIVE' AND distributed = 0
      """,
      binding.host, binding.vifType.rawValue, binding.vifDetails, binding.vnicType.rawValue, binding.profile, id)
  }

  /// Writes what a port's binding to `host` has become; its host and its status may be others than before. With a swap
  /// of two, the one that becomes inactive comes first.
  ///
  /// - Throws: `ConstraintViolation` if the port has another binding to the new host, or an active one besides.
  package func updateBinding(_ binding: PortBinding, ofPort id: UUID, host: String) throws {
    try execute(
      """
      UPDATE port_bindings SET was_active = ?2 = 'INACTIVE' AND (status = 'ACTIVE' OR was_active), host = ?1,
        status = ?2, vif_type = ?3, vif_details = ?4, vnic_type = ?5, profile = ?6, port_status = ?7
      WHERE port_id = ?8 AND host = ?9 AND distributed = 0
      """,
      binding.host, binding.status.rawValue, binding.vifType.rawValue, binding.vifDetails, binding.vnicType.rawValue,
      binding.profile, binding.portStatus.rawValue, id, host)
  }

  /// Removes inactive bindings of a port: the one to `host`, or all.
  package func deleteInactiveBindings(ofPort id: UUID, host: String? = nil) throws {
    guard let host else {
      try execute("DELETE FROM port_bindings WHERE port_id = ? AND status = 'INACTIVE'", id)
      return
    }
    try execute("DELETE FROM port_bindings WHERE port_id = ? AND host = ? AND status = 'INACTIVE'", id, host)
  }

  /// Records how far a port is wired on a host that is not its active binding's, as an inactive binding.
  package func setExpectedStatus(_ status: PortStatus, ofPort id: UUID, host: String) throws {
    try execute(
      """
      INSERT INTO port_bindings (port_id, host, status, port_status) VALUES (?, ?, 'INACTIVE', ?)
      ON CONFLICT (port_id, host) DO UPDATE SET port_status = excluded.port_status
      """,
      id, host, status.rawValue)
  }

  /// Records how far a distributed port is wired on a host.
  package func setDistributedStatus(_ status: PortStatus, ofPort id: UUID, host: String) throws {
    try execute(
      """
      INSERT INTO port_bindings (port_id, host, status, vif_type, distributed, port_status)
      VALUES (?, ?, 'ACTIVE', 'bridge', 1, ?)
      ON CONFLICT (port_id, host) DO UPDATE SET port_status = excluded.port_status
      """,
      id, host, status.rawValue)
  }
}

extension Snapshot {
  /// How far a distributed port is wired on each of its hosts.
  package func distributedStatuses(ofPort id: UUID) throws -> [PortStatus] {
    try rows("SELECT port_status FROM port_bindings WHERE port_id = ? AND distributed = 1", id) { row in
      try row.value(0)
    }
  }
}

extension PortBinding {
  fileprivate static let selection =
    "SELECT host, vif_type, vif_details, vnic_type, profile, status, port_status FROM port_bindings"

  fileprivate init(row: Row) throws {
    self.init(
      host: row.text(0), vifType: try row.value(1), vifDetails: row.text(2), vnicType: try row.value(3),
      profile: row.text(4), status: try row.value(5), portStatus: try row.value(6))
  }
}
