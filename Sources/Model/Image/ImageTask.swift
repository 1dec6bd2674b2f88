/// An import, from the request to its end. Upstream shows it to whoever asked for it.
package struct ImageTask: Hashable, Sendable {
  package enum Status: String, CaseIterable, Sendable {
    case pending
    case processing
    case success
    case failure
  }

  package var id: UUID
  package var imageID: UUID
  package var status: Status
  /// The project and the user that asked.
  package var owner: String
  package var userID: String
  package var requestID: String
  /// The request's body, JSON.
  package var input: String
  /// Why it failed.
  package var message: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  /// How long a task is kept: upstream's `task_time_to_live`.
  package static let lifetime: Duration = .seconds(48 * 3600)

  package init(
    id: UUID, imageID: UUID, owner: String, userID: String, requestID: String, input: String, createdAt: Timestamp
  ) {
    (self.id, self.imageID, self.owner, self.userID) = (id, imageID, owner, userID)
    (self.requestID, self.input, self.message, status) = (requestID, input, "", .pending)
    (self.createdAt, updatedAt) = (createdAt, createdAt)
  }

  /// When it goes away.
  package var expiresAt: Timestamp { createdAt + Self.lifetime }
}
