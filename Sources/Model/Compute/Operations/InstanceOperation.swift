/// A long operation on an instance that has not ended: a row of `instance_operations`. An instance has one at most.
package struct InstanceOperation: Hashable, Sendable {
  /// Travels with every message to a host and back: a report of another operation is an old one.
  package var id: Int64
  package var instanceID: UUID
  package var kind: OperationKind
  package var leg: OperationLeg
  /// Where its host is with the leg, in the host's words; `requested` before the host has said anything.
  package var step: String
  /// The host that is to do the leg.
  package var owner: String
  /// JSON text: an object, by kind.
  package var arguments: String
  /// The instance's state when it was asked for, and where it was.
  package var before: InstanceState
  package var sourceHost: String?
  package var destinationHost: String?
  package var requestID: String
  package var userID: String
  package var projectID: String
  package var startedAt: Timestamp
  /// Until when the owner's last report counts as a sign that it is at work.
  package var leaseUntil: Timestamp
  /// When it is given up.
  package var deadline: Timestamp

  package init(
    id: Int64 = 0, instanceID: UUID, kind: OperationKind, leg: OperationLeg, step: String = "requested", owner: String,
    arguments: String, before: InstanceState, sourceHost: String?, destinationHost: String? = nil, requestID: String,
    userID: String, projectID: String, startedAt: Timestamp, leaseUntil: Timestamp, deadline: Timestamp
  ) {
    (self.id, self.instanceID, self.kind, self.leg, self.step) = (id, instanceID, kind, leg, step)
    (self.owner, self.arguments, self.before) = (owner, arguments, before)
    (self.sourceHost, self.destinationHost) = (sourceHost, destinationHost)
    (self.requestID, self.userID, self.projectID) = (requestID, userID, projectID)
    (self.startedAt, self.leaseUntil, self.deadline) = (startedAt, leaseUntil, deadline)
  }

  /// The host that does a leg; `nil` if the operation has none such.
  package func host(of leg: OperationLeg) -> String? {
    switch leg {
    case .only, .source, .home: sourceHost
    case .destination, .arrival: destinationHost
    }
  }
}
