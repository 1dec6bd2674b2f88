/// A move of an instance from one host to another, as `os-migrations` tells of it. It outlives the instance.
package struct InstanceMigration: Hashable, Sendable {
  /// `migration_type` (`nova/objects/fields.py`).
  package enum Kind: String, CaseIterable, Sendable {
    case migration
    case resize
    case liveMigration = "live-migration"
    case evacuation
  }

  /// The statuses that upstream gives, in as far as they are given here.
  package enum Status: String, CaseIterable, Sendable {
    case accepted
    case preparing
    case running
    case migrating
    case postMigrating = "post-migrating"
    case finished
    case confirming
    case confirmed
    case reverting
    case reverted
    case completed
    case done
    case cancelled
    case error
    case failed
  }

  /// The row's number, the `id` of the API. Zero before the row exists.
  package var number: Int
  package var id: UUID
  package var instanceID: UUID
  package var kind: Kind
  package var status: Status
  package var sourceHost: String
  package var destinationHost: String?
  package var oldFlavor: Flavor
  package var newFlavor: Flavor
  /// What the instance was before: what a revert brings it back to.
  package var oldVMState: VMState
  package var userID: String
  package var projectID: String
  /// Bytes of the guest's memory, of a live migration under way.
  package var memoryTotal: Int?
  package var memoryRemaining: Int?
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  package init(
    number: Int = 0, id: UUID, instanceID: UUID, kind: Kind, status: Status, sourceHost: String,
    destinationHost: String?, oldFlavor: Flavor, newFlavor: Flavor, oldVMState: VMState, userID: String,
    projectID: String, memoryTotal: Int? = nil, memoryRemaining: Int? = nil, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    (self.number, self.id, self.instanceID, self.kind, self.status) = (number, id, instanceID, kind, status)
    (self.sourceHost, self.destinationHost) = (sourceHost, destinationHost)
    (self.oldFlavor, self.newFlavor, self.oldVMState) = (oldFlavor, newFlavor, oldVMState)
    (self.userID, self.projectID) = (userID, projectID)
    (self.memoryTotal, self.memoryRemaining) = (memoryTotal, memoryRemaining)
    (self.createdAt, self.updatedAt) = (createdAt, updatedAt)
  }
}
