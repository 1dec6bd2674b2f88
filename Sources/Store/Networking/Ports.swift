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
  /// Adds the port with its binding and its groups; its addresses are given to it afterwards.
  ///
  /// - Returns: Whether it was added; not if the network has a port with this MAC address already.
  package func insert(_ port: Port) throws -> Bool {
    let changes = try execute(
      """
      INSERT INTO ports (id, project_id, network_id, name, description, mac_address, admin_state_up, status, device_id,
        device_owner, port_security_enabled, allowed_address_pairs, extra_dhcp_opts, security_groups, qos_policy_id,
        created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (network_id, mac_address) DO NOTHING
      """,
      port.id, port.projectID, port.networkID, port.name, port.description, port.macAddress.description,
      port.adminStateUp, port.status.rawValue, port.deviceID, port.deviceOwner, port.portSecurityEnabled,
      port.allowedAddressPairs, port.extraDHCPOptions, port.securityGroups, port.qosPolicyID, port.createdAt,
      port.updatedAt, port.revision)
    guard changes > 0 else { return false }
    try insert(port.binding, ofPort: port.id)
    if port.securityGroups != "[]" { try addSecurityGroups(port.securityGroupIDs, toNewPort: port.id) }
    return true
  }

  /// Writes what a client can change of a port, except its binding and addresses, and counts its revision up. The status
  /// is not written here: see ``setStatus(_:ofPort:)``.
  ///
  /// - Parameter hasNewGroups: Whether the port's groups are others than before.
  /// - Throws: `ConstraintViolation` if the MAC address is another port's on the network.
  package func update(_ port: Port, hasNewGroups: Bool = false) throws {
    try execute(
      """
      UPDATE ports SET name = ?, description = ?, mac_address = ?, admin_state_up = ?, device_id = ?, device_owner = ?,
        port_security_enabled = ?, allowed_address_pairs = ?, extra_dhcp_opts = ?, security_groups = ?,
        qos_policy_id = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      port.name, port.description, port.macAddress.description, port.adminStateUp, port.deviceID, port.deviceOwner,
      port.portSecurityEnabled, port.allowedAddressPairs, port.extraDHCPOptions, port.securityGroups, port.qosPolicyID,
      now, port.id)
    if hasNewGroups { try setSecurityGroups(port.securityGroupIDs, ofPort: port.id) }
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
      ports.allowed_address_pairs, ports.extra_dhcp_opts, ports.security_groups, ports.tags,
      ports.created_at, ports.updated_at, ports.revision_number, port_bindings.host, port_bindings.vif_type,
      port_bindings.vif_details, port_bindings.vnic_type, port_bindings.profile,
      (SELECT group_concat(subnet_id || ip_address) FROM ip_allocations WHERE port_id = ports.id),
      ports.qos_policy_id, (SELECT networks.qos_policy_id FROM networks WHERE networks.id = ports.network_id)
    FROM ports CROSS JOIN port_bindings ON port_bindings.port_id = ports.id
      AND port_bindings.status = 'ACTIVE' AND port_bindings.distributed = 0
    """

  init(row: Row) throws {
    let status: PortStatus = try row.value(7)
    self.init(
      id: try row.uuid(0), networkID: try row.uuid(1), projectID: row.text(2), name: row.text(3),
      description: row.text(4), macAddress: try row.macAddress(5), adminStateUp: row.bool(6), status: status,
      deviceID: row.text(8), deviceOwner: row.text(9),
      fixedIPs: try FixedIP.list(row, 23),
      binding: PortBinding(
        host: row.text(18), vifType: try row.value(19), vifDetails: row.text(20),
        vnicType: try row.value(21), profile: row.text(22), portStatus: status),
      portSecurityEnabled: row.bool(10), allowedAddressPairs: row.text(11), extraDHCPOptions: row.text(12),
      securityGroups: row.text(13), qosPolicyID: try row.optionalUUID(24),
      qosNetworkPolicyID: try row.optionalUUID(25), tags: row.text(14),
      createdAt: try row.timestamp(15), updatedAt: try row.timestamp(16), revision: row.integer(17))
  }
}

extension FixedIP {
  /// Reads `<subnet's id><address>` with commas between, in the order the addresses were given.
  fileprivate static func list(_ row: Row, _ column: Int) throws -> [FixedIP] {
    try row.list(column, of: "a subnet's id and an address") { item in
      guard item.count > 36, let subnetID = UUID(ascii: item.extracting(0..<36)),
        let address = IPAddress(ascii: item.extracting(36..<item.count))
      else { return nil }
      return FixedIP(subnetID: subnetID, address: address)
    }
  }
}
