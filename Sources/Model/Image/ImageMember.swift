/// A project that a shared image is shared with.
package struct ImageMember: Hashable, Sendable {
  /// What the project thinks of it. Lists show it accepted images only, unless it asks.
  package enum Status: String, CaseIterable, Sendable {
    case pending
    case accepted
    case rejected
  }

  package var imageID: UUID
  /// The project.
  package var memberID: String
  package var status: Status
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  package init(imageID: UUID, memberID: String, status: Status = .pending, createdAt: Timestamp) {
    (self.imageID, self.memberID, self.status) = (imageID, memberID, status)
    (self.createdAt, updatedAt) = (createdAt, createdAt)
  }
}
