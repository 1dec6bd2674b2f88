package import Model
import SQLite

/// Who can keep a port from becoming ACTIVE.
package enum ProvisioningEntity: String, CaseIterable, Sendable {
  /// The L2 agent has not wired the port yet.
  case l2 = "L2"
  /// DHCP does not serve the port's addresses yet.
  case dhcp = "DHCP"
}

extension Snapshot {
  package func provisioningBlocks(ofPort id: UUID) throws -> Set<ProvisioningEntity> {
    let entities = try rows("SELECT entity FROM provisioning_blocks WHERE port_id = ?", id) { row in row.text(0) }
    return Set(entities.compactMap(ProvisioningEntity.init(rawValue:)))
  }
}

extension Transaction {
  /// Keeps the port from becoming ACTIVE until ``removeProvisioningBlock(_:ofPort:)``. Once is enough.
  package func addProvisioningBlock(_ entity: ProvisioningEntity, toPort id: UUID) throws {
    try execute(
      """
      INSERT INTO provisioning_blocks (port_id, entity, created_at) VALUES (?, ?, ?)
      ON CONFLICT (port_id, entity) DO NOTHING
      """,
      id, entity.rawValue, now)
  }

  /// - Returns: Whether there was such a block.
  @discardableResult
  package func removeProvisioningBlock(_ entity: ProvisioningEntity, ofPort id: UUID) throws -> Bool {
    try execute("DELETE FROM provisioning_blocks WHERE port_id = ? AND entity = ?", id, entity.rawValue) > 0
  }
}
