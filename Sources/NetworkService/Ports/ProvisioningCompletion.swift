package import Model
package import Store

extension NetworkService {
  /// Takes a provisioning block away that is not the L2 agent's, such as DHCP's when it serves the port's addresses, and
  /// makes the port ACTIVE if that was the last one. Twice is once.
  package func completeProvisioning(of entity: ProvisioningEntity, ofPort id: UUID) async throws {
    try await store.write { transaction in
      transaction.cause = ChangeCause(reason: "\(entity.rawValue) ready")
      try transaction.completeProvisioning(of: entity, ofPort: id)
    }
  }
}
