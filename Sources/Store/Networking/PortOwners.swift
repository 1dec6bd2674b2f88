package import Model
import SQLite

/// Whose a port is.
package struct PortOwner: Hashable, Sendable {
  package var portID: UUID
  package var deviceID: String
  package var projectID: String
}

extension Snapshot {
  /// The ports that have the address on the network: one at most, unless subnets of the network overlap.
  package func portOwners(at address: IPAddress, ofNetwork networkID: UUID) throws -> [PortOwner] {
    let numbers = AddressNumbers(address)
    return try rows(
      """
      SELECT ports.id, ports.device_id, ports.project_id
      FROM subnets
      JOIN ip_allocations ON ip_allocations.subnet_id = subnets.id AND ip_high = ?2 AND ip_number = ?3
      JOIN ports ON ports.id = ip_allocations.port_id
      WHERE subnets.network_id = ?1 LIMIT 2
      """,
      networkID, numbers.high, numbers.number
    ) { row in PortOwner(portID: try row.uuid(0), deviceID: row.text(1), projectID: row.text(2)) }
  }
}
