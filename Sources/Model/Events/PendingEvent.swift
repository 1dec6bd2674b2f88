/// A row of the outbox: an event that the Compute service has not acknowledged yet.
package struct PendingEvent: Hashable, Sendable {
  /// The place in the order of delivery; larger is later.
  package var id: Int
  /// The port it is about, within which events keep their order. `nil` for an event about no port.
  package var portID: UUID?
  package var event: InstanceEvent
  package var createdAt: Timestamp
  /// How often it has been sent without being acknowledged.
  package var attempts: Int
  /// When the Compute service first answered that it does not know the instance, or that no host has it.
  package var refusedSince: Timestamp?

  package init(
    id: Int, portID: UUID?, event: InstanceEvent, createdAt: Timestamp, attempts: Int = 0,
    refusedSince: Timestamp? = nil
  ) {
    self.id = id
    self.portID = portID
    self.event = event
    self.createdAt = createdAt
    self.attempts = attempts
    self.refusedSince = refusedSince
  }
}

/// What an attempt to deliver an event came to.
package enum EventDisposition: Hashable, Sendable {
  case delivered(code: Int)
  /// It will not be tried again; `detail` is written for the operator.
  case givenUp(code: Int?, detail: String)
  /// A newer event of the same port has made it pointless.
  case superseded(code: Int?, detail: String)
  /// It stays in the outbox, and is not sent before `at`.
  case retry(at: Timestamp, code: Int?, error: String)
}
