package import Model
import SQLite

extension Snapshot {
  /// - Parameter project: Whose access the network tells of, besides everybody's.
  package func network(_ id: UUID, seenBy project: String = "") throws -> Network? {
    try first("\(Network.selection) WHERE networks.id = ?", project, id) { row in try Network(row: row) }
  }

  /// The external network that is used if none is named.
  package func defaultNetwork() throws -> UUID? {
    try first("SELECT id FROM networks WHERE is_default = 1") { row in try row.uuid(0) }
  }

  /// Ports that keep a network from being deleted. Those of its DHCP servers go with it
  /// (`AUTO_DELETE_PORT_OWNERS` of `neutron/db/_utils.py`).
  package func portsInUse(ofNetwork id: UUID, limit: Int) throws -> [UUID] {
    try rows(
      "SELECT id FROM ports WHERE network_id = ? AND device_owner <> 'network:dhcp' LIMIT ?", id, limit
    ) { row in try row.uuid(0) }
  }

  /// Ports that are deleted with their network.
  package func portsRemoved(withNetwork id: UUID, limit: Int) throws -> [UUID] {
    try rows("SELECT id FROM ports WHERE network_id = ? AND device_owner = 'network:dhcp' LIMIT ?", id, limit) { row in
      try row.uuid(0)
    }
  }

  /// Whether the network is some router's way out.
  package func hasGatewayPort(onNetwork id: UUID) throws -> Bool {
    try first(
      "SELECT 1 FROM ports WHERE network_id = ? AND device_owner = 'network:router_gateway' LIMIT 1", id
    ) { _ in true } ?? false
  }

  /// Whether a port of the network is wired by some mechanism.
  package func hasBoundPort(onNetwork id: UUID) throws -> Bool {
    try first(
      """
      SELECT 1 FROM ports JOIN port_bindings ON port_bindings.port_id = ports.id
      WHERE ports.network_id = ? AND port_bindings.vif_type NOT IN ('unbound', 'binding_failed') LIMIT 1
      """,
      id
    ) { _ in true } ?? false
  }
}

extension Transaction {
  /// Adds the network without its segment, which ``insert(_:ofNetwork:)`` gives it in the same transaction, and without
  /// the policies that let others use it.
  package func insert(_ network: Network) throws {
    try execute(
      """
      INSERT INTO networks (id, project_id, name, description, admin_state_up, external, is_default, mtu,
        port_security_enabled, qos_policy_id, availability_zone_hints, created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      network.id, network.projectID, network.name, network.description, network.adminStateUp, network.isExternal,
      network.isDefault, network.mtu, network.portSecurityEnabled, network.qosPolicyID, network.availabilityZoneHints,
      network.createdAt, network.updatedAt, network.revision)
  }

  /// Writes what a client can change of a network's row and counts its revision up.
  package func update(_ network: Network) throws {
    try execute(
      """
      UPDATE networks SET name = ?, description = ?, admin_state_up = ?, external = ?, is_default = ?, mtu = ?,
        port_security_enabled = ?, qos_policy_id = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      network.name, network.description, network.adminStateUp, network.isExternal, network.isDefault, network.mtu,
      network.portSecurityEnabled, network.qosPolicyID, now, network.id)
  }

  /// Makes a network external, or takes that from it; its policies are the caller's affair.
  package func setExternal(_ isExternal: Bool, network id: UUID) throws {
    try execute(
      "UPDATE networks SET external = ?1, is_default = is_default * ?1 WHERE id = ?2", isExternal, id)
  }

  /// Counts the revision of a network up whose subnets or policies have changed, as upstream does.
  package func touchNetwork(_ id: UUID) throws {
    try execute("UPDATE networks SET updated_at = ?, revision_number = revision_number + 1 WHERE id = ?", now, id)
  }

  /// Removes a network with its policies and gives its segment back.
  ///
  /// - Throws: `ConstraintViolation` while it has ports or subnets.
  package func deleteNetwork(_ id: UUID) throws {
    try deleteSegment(ofNetwork: id)
    try execute("DELETE FROM networks WHERE id = ?", id)
  }
}

extension Network {
  /// The first argument is the project whose access is asked for. Networks have a DHCP server or two, so what tells where
  /// they are is found by few look-ups.
  static let selection = """
    SELECT networks.id, networks.project_id, networks.name, networks.description, networks.admin_state_up,
      networks.external, networks.is_default, networks.mtu, networks.port_security_enabled,
      networks.availability_zone_hints, networks.tags, networks.created_at, networks.updated_at,
      networks.revision_number, network_segments.network_type, network_segments.physical_network,
      network_segments.segmentation_id,
      (SELECT group_concat(id) FROM subnets WHERE network_id = networks.id),
      (SELECT group_concat(action) FROM network_rbac
       WHERE target_project IN ('*', ?1) AND object_id = networks.id),
      (SELECT json_group_array(DISTINCT agents.availability_zone) FROM ports
       JOIN port_bindings ON port_bindings.port_id = ports.id
       JOIN agents ON agents.agent_type = 'DHCP agent' AND agents.host = port_bindings.host
       WHERE ports.network_id = networks.id AND ports.device_owner = 'network:dhcp'
         AND agents.availability_zone <> ''),
      networks.qos_policy_id
    FROM networks JOIN network_segments ON network_segments.network_id = networks.id
    """

  init(row: Row) throws {
    let subnetIDs = try row.optionalText(17).map { try $0.split(separator: ",").map { text in try storedID(text) } }
    let actions = row.optionalText(18)?.split(separator: ",").compactMap { RBACAction(rawValue: String($0)) }
    self.init(
      id: try row.uuid(0), projectID: row.text(1), name: row.text(2), description: row.text(3),
      adminStateUp: row.bool(4), isExternal: row.bool(5), isDefault: row.bool(6), mtu: row.integer(7),
      portSecurityEnabled: row.bool(8), qosPolicyID: try row.optionalUUID(20),
      segment: Segment(
        type: try row.value(14), physicalNetwork: row.optionalText(15), segmentationID: row.optionalInteger(16)),
      availabilityZoneHints: row.text(9), availabilityZones: row.text(19), tags: row.text(10),
      access: NetworkAccess(actions ?? []), subnetIDs: subnetIDs ?? [], createdAt: try row.timestamp(11),
      updatedAt: try row.timestamp(12), revision: row.integer(13))
  }
}
