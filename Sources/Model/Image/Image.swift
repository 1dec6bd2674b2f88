/// What a guest is started from: a disk, or a kernel or ramdisk that another image names.
package struct Image: Hashable, Sendable {
  package var id: UUID
  package var name: String?
  /// The project that made it.
  package var owner: String
  package var status: ImageStatus
  package var visibility: ImageVisibility
  /// `bare`, `aki`, ...: set at the latest before the data comes.
  package var containerFormat: String?
  /// `raw`, `qcow2`, `aki`, ...
  package var diskFormat: String?
  package var minimumDiskGB: Int
  package var minimumMemoryMB: Int
  package var isProtected: Bool
  package var isHidden: Bool
  package var data: ImageData?
  /// The bytes that were staged for an import, and have not been judged yet.
  package var stagedSize: Int?
  /// Everything else that the owner says of it, `kernel_id` and `ramdisk_id` too.
  package var properties: [String: String]
  package var tags: Set<String>
  /// The projects that a shared image is shared with, and what they think of it.
  package var members: [String: ImageMember.Status]
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  /// A new image, without data.
  package init(id: UUID, owner: String, createdAt: Timestamp) {
    self.id = id
    self.owner = owner
    status = .queued
    visibility = .shared
    minimumDiskGB = 0
    minimumMemoryMB = 0
    isProtected = false
    isHidden = false
    properties = [:]
    tags = []
    members = [:]
    self.createdAt = createdAt
    updatedAt = createdAt
  }
}

/// What is known of an image's data once it is there.
package struct ImageData: Hashable, Sendable {
  /// In bytes.
  package var size: Int
  /// What a guest sees, in bytes; `nil` if the format does not tell.
  package var virtualSize: Int?
  /// MD5 in hexadecimal digits: too weak to trust, but every client looks at it.
  package var checksum: String
  /// SHA-512 in hexadecimal digits.
  package var sha512: String

  package init(size: Int, virtualSize: Int? = nil, checksum: String, sha512: String) {
    (self.size, self.virtualSize, self.checksum, self.sha512) = (size, virtualSize, checksum, sha512)
  }
}

/// Who sees an image.
package enum ImageVisibility: String, CaseIterable, Sendable {
  /// Everybody.
  case `public`
  /// Everybody, but lists show it to its owner only unless it is asked for.
  case community
  /// The owner, and projects it is shared with.
  case shared
  /// The owner.
  case `private`
}
