/// A quality of service: rules that ports have which a project, or everybody, gives this policy.
package struct QoSPolicy: Hashable, Sendable {
  package var id: UUID
  package var projectID: String
  package var name: String
  package var description: String
  /// Whether every project may use it.
  package var isShared: Bool
  /// Whether the project's new networks get it; one a project at most.
  package var isDefault: Bool
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  /// One a direction at most, in the order in which they were made. Read from their rows, never stored with the policy.
  package var rules: [QoSBandwidthLimitRule]
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  /// Grows with each change of the policy or of its rules.
  package var revision: Int

  package init(
    id: UUID, projectID: String, name: String = "", description: String = "", isShared: Bool = false,
    isDefault: Bool = false, tags: String = "[]", rules: [QoSBandwidthLimitRule] = [], createdAt: Timestamp,
    updatedAt: Timestamp, revision: Int = 0
  ) {
    self.id = id
    self.projectID = projectID
    self.name = name
    self.description = description
    self.isShared = isShared
    self.isDefault = isDefault
    self.tags = tags
    self.rules = rules
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

/// How much a port may send or receive.
package struct QoSBandwidthLimitRule: Hashable, Sendable {
  /// The rule's type as the API names it.
  package static let type = "bandwidth_limit"
  /// The largest rate and the largest burst (`DB_INTEGER_MAX_VALUE` of `neutron_lib/db/constants.py`).
  package static let largestNumber = 2_147_483_647

  package var id: UUID
  package var policyID: UUID
  package var limit: BandwidthLimit
  /// As the guest sees it: egress is what it sends.
  package var direction: TrafficDirection

  package init(id: UUID, policyID: UUID, limit: BandwidthLimit, direction: TrafficDirection = .egress) {
    self.id = id
    self.policyID = policyID
    self.limit = limit
    self.direction = direction
  }

  /// Whether a policy cannot have both rules (`duplicates` of `neutron/objects/qos/rule.py`).
  package func conflicts(with other: QoSBandwidthLimitRule) -> Bool { id != other.id && direction == other.direction }
}
