package import Model
import SQLite

// Which hosts have ports on a VXLAN network, for the mechanism that upstream calls l2population.

/// A port on a VXLAN network that a host wires or has wired, once for each of its addresses.
package struct PopulatedPort: Hashable, Sendable {
  package var host: String
  /// Whether the port is ACTIVE; else it is in BUILD.
  package var isActive: Bool
  package var macAddress: MACAddress
  /// `nil` for a port without addresses.
  package var ipAddress: IPAddress?

  package init(host: String, isActive: Bool, macAddress: MACAddress, ipAddress: IPAddress?) {
    (self.host, self.isActive) = (host, isActive)
    (self.macAddress, self.ipAddress) = (macAddress, ipAddress)
  }
}

extension Snapshot {
  /// The VNI of the network; `nil` if it is of another type, or gone.
  package func vxlanIdentifier(ofNetwork id: UUID) throws -> Int? {
    try first(
      "SELECT segmentation_id FROM network_segments WHERE network_id = ? AND network_type = 'vxlan'", id
    ) { row in row.integer(0) }
  }

  /// The bound ports of a network that are ACTIVE or in BUILD. Those of distributed routers are left out, as upstream does:
  /// their address is on every host.
  package func populatedPorts(onNetwork id: UUID) throws -> [PopulatedPort] {
    try rows(
      """
      SELECT port_bindings.host, ports.status = 'ACTIVE', ports.mac_address, ip_allocations.ip_address
      FROM ports JOIN port_bindings ON port_bindings.port_id = ports.id AND port_bindings.status = 'ACTIVE'
        AND port_bindings.distributed = 0 AND port_bindings.vif_type = 'bridge'
      LEFT JOIN ip_allocations ON ip_allocations.port_id = ports.id
      WHERE ports.network_id = ? AND ports.status IN ('ACTIVE', 'BUILD')
      """,
      id
    ) { row in
      PopulatedPort(
        host: row.text(0), isActive: row.bool(1), macAddress: try row.macAddress(2),
        ipAddress: row.optionalText(3).flatMap { IPAddress($0) })
    }
  }

  /// The VXLAN networks of the ports that are bound on a host and ACTIVE or in BUILD.
  package func vxlanNetworks(onHost host: String) throws -> [UUID] {
    try rows(
      """
      SELECT DISTINCT ports.network_id
      FROM port_bindings JOIN ports ON ports.id = port_bindings.port_id
      JOIN network_segments ON network_segments.network_id = ports.network_id
        AND network_segments.network_type = 'vxlan'
      WHERE port_bindings.host = ? AND port_bindings.status = 'ACTIVE' AND port_bindings.vif_type = 'bridge'
        AND ports.status IN ('ACTIVE', 'BUILD')
      """,
      host
    ) { row in try row.uuid(0) }
  }

  /// What the agents of a type say they can do, JSON as text by host.
  package func configurations(ofAgents type: String) throws -> [String: String] {
    Dictionary(
      try rows("SELECT host, configurations FROM agents WHERE agent_type = ?", type) { row in
        (row.text(0), row.text(1))
      }
    ) { $1 }
  }
}
