package import Model
import SQLite

extension Snapshot {
  /// The projects that an image is shared with, in the order in which they were added.
  package func imageMembers(of id: UUID) throws -> [ImageMember] {
    try rows("\(ImageMember.selection) WHERE image_id = ? ORDER BY created_at, member_id", id) {
      try ImageMember(row: $0)
    }
  }

  /// What a project is to an image; `nil` if the image is not shared with it.
  package func imageMember(_ member: String, of id: UUID) throws -> ImageMember? {
    try first("\(ImageMember.selection) WHERE image_id = ? AND member_id = ?", id, member) {
      try ImageMember(row: $0)
    }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the project is a member already.
  package func insert(_ member: ImageMember) throws {
    try execute(
      "INSERT INTO image_members (image_id, member_id, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
      member.imageID, member.memberID, member.status.rawValue, member.createdAt, member.updatedAt)
  }

  /// Writes down what a project thinks of an image that is shared with it.
  package func setStatus(_ status: ImageMember.Status, ofImageMember member: String, of id: UUID) throws {
    try execute(
      "UPDATE image_members SET status = ?, updated_at = ? WHERE image_id = ? AND member_id = ?", status.rawValue, now,
      id, member)
  }

  package func deleteImageMember(_ member: String, of id: UUID) throws {
    try execute("DELETE FROM image_members WHERE image_id = ? AND member_id = ?", id, member)
  }
}

extension ImageMember {
  fileprivate static let selection = "SELECT image_id, member_id, status, created_at, updated_at FROM image_members"

  fileprivate init(row: Row) throws {
    self.init(
      imageID: try row.uuid(0), memberID: row.text(1), status: try row.value(2), createdAt: try row.timestamp(3))
    updatedAt = try row.timestamp(4)
  }
}
