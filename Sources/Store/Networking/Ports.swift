package import Model
import SQLite

extension Snapshot {
  package func port(_ id: UUID) throws -> Port? {
    try first("\(Port.selection) WHERE ports.id = ?", id) { row in try Port(row: row) }
  }

  /// The ports whose id begins with `prefix`, in lower case. A tap's name has room for 11 characters of it, so that two
  /// ports among very many may share them.
  package func ports(idPrefix prefix: String) throws -> [Port] {
    guard let last = prefix.unicodeScalars.last, let next = Unicode.Scalar(last.value + 1) else { return [] }
    let end = String(prefix.unicodeScalars.dropLast()) + String(Character(next))
    return try rows("\(Port.selection) WHERE ports.id >= ? AND ports.id < ?", prefix, end) { row in try Port(row: row) }
  }

  /// Up to `limit` ids of a network's ports.
  package func portIDs(ofNetwork networkID: UUID, limit: Int) throws -> [UUID] {
    try rows("SELECT id FROM ports WHERE network_id = ? LIMIT ?", networkID, limit) { row in try row.uuid(0) }
  }

  /// Whether a port of the network has the address.
  package func isMACAddressInUse(_ address: MACAddress, onNetwork networkID: UUID) throws -> Bool {
    try first("SELECT 1 FROM ports WHERE network_id = ? AND mac_address = ?", networkID, address.description) { _ in
      true
    }
      ?? false
  }
}

extension Transaction {
  /// Adds the port and its binding; its addresses are given to it afterwards.
  ///
  /// - Returns: Whether it was added; not if the network has a port with this MAC address already.
  package func insert(_ port: Port) throws -> Bool {
    let changes = try execute(
      """
      INSERT INTO ports (id, project_id, network_id, name, description, mac_address, admin_state_up, status, device_id,
        device_owner, port_security_enabled, created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (network_id, mac_address) DO NOTHING
      """,
      port.id, port.projectID, port.networkID, port.name, port.description, port.macAddress.description,
      port.adminStateUp, port.status.rawValue, port.deviceID, port.deviceOwner, port.portSecurityEnabled,
      port.createdAt, port.updatedAt, port.revision)
    guard changes > 0 else { return false }
    try insert(port.binding, ofPort: port.id)
    return true
  }

  /// Writes what a client can change of a port, except its binding and addresses, and counts its revision up. The status
  /// is not written here: see ``setStatus(_:ofPort:)``.
  ///
  /// - Throws: `ConstraintViolation` if the MAC address is another port's on the network.
  package func update(_ port: Port) throws {
    try execute(
      """
      UPDATE ports SET name = ?, description = ?, mac_address = ?, admin_state_up = ?, device_id = ?, device_owner = ?,
        port_security_enabled = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      port.name, port.description, port.macAddress.description, port.adminStateUp, port.deviceID, port.deviceOwner,
      port.portSecurityEnabled, now, port.id)
  }

  /// Counts the revision of a port up whose binding was changed from elsewhere than the API.
  package func touchPort(_ id: UUID) throws {
    try execute("UPDATE ports SET updated_at = ?, revision_number = revision_number + 1 WHERE id = ?", now, id)
  }

  /// Gives the port a status. What it is put down to stands in ``Transaction/cause``, which must be set before.
  package func setStatus(_ status: PortStatus, ofPort id: UUID) throws {
    try execute(
      """
      UPDATE ports SET status = ?1, updated_at = ?2, revision_number = revision_number + 1
      WHERE id = ?3 AND status <> ?1
      """,
      status.rawValue, now, id)
  }

  /// Removes a port with its addresses, bindings and blocks.
  package func deletePort(_ id: UUID) throws {
    try execute("DELETE FROM ports WHERE id = ?", id)
  }
}

extension Port {
  /// One row a port, its addresses included: a list of a thousand ports is one statement. SQLite takes the tables of a
  /// CROSS JOIN in the order written: begun with the bindings, a page in the order of the ids would sort all ports.
  static let selection = """
    SELECT ports.id, ports.network_id, ports.project_id, ports.name, ports.description, ports.mac_address,
      ports.admin_state_up, ports.status, ports.device_id, ports.device_owner, ports.port_security_enabled,
      ports.created_at, ports.updated_at, ports.revision_number, port_bindings.host, port_bindings.vif_type,
      port_bindings.vif_details, port_bindings.vnic_type, port_bindings.profile,
      (SELECT group_concat(subnet_id || ip_address) FROM ip_allocations WHERE port_id = ports.id)
    FROM ports CROSS JOIN port_bindings ON port_bindings.port_id = ports.id
      AND port_bindings.status = 'ACTIVE' AND port_bindings.distributed = 0
    """

  init(row: Row) throws {
    let status: PortStatus = try row.value(7)
    self.init(
      id: try row.uuid(0), networkID: try row.uuid(1), projectID: row.text(2), name: row.text(3),
      description: row.text(4), macAddress: try row.macAddress(5), adminStateUp: row.bool(6), status: status,
      deviceID: row.text(8), deviceOwner: row.text(9),
      fixedIPs: try FixedIP.list(row.optionalText(19)),
      binding: PortBinding(
        host: row.text(14), vifType: try row.value(15), vifDetails: row.text(16),
        vnicType: try row.value(17), profile: row.text(18), portStatus: status),
      portSecurityEnabled: row.bool(10), createdAt: try row.timestamp(11), updatedAt: try row.timestamp(12),
      revision: row.integer(13))
  }
}

extension FixedIP {
  /// Reads `<subnet's id><address>` with commas between, in the order the addresses were given.
  fileprivate static func list(_ text: String?) throws -> [FixedIP] {
    guard let text else { return [] }
    return try text.split(separator: ",").map { item in
      FixedIP(subnetID: try storedID(item.prefix(36)), address: try storedAddress(item.dropFirst(36)))
    }
  }
}
