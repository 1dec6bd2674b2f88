package import Model
import SQLite

extension Snapshot {
  /// All images, the newest first.
  package func images() throws -> [Image] {
    let images = try rows("\(Image.selection) ORDER BY created_at DESC, id DESC") { try Image(row: $0) }
    return try images.map(completed)
  }

  package func image(_ id: UUID) throws -> Image? {
    try first("\(Image.selection) WHERE id = ?", id) { try Image(row: $0) }.map(completed)
  }

  private func completed(_ image: Image) throws -> Image {
    var image = image
    let properties = try rows("SELECT name, value FROM image_properties WHERE image_id = ?", image.id) {
      ($0.text(0), $0.text(1))
    }
    image.properties = Dictionary(properties, uniquingKeysWith: { $1 })
    image.tags = Set(try rows("SELECT tag FROM image_tags WHERE image_id = ?", image.id) { $0.text(0) })
    return image
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the id is taken.
  package func insert(_ image: Image) throws {
    try execute(
      """
      INSERT INTO images (id, name, owner, status, visibility, container_format, disk_format, min_disk, min_ram,
        protected, os_hidden, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      image.id, image.name, image.owner, image.status.rawValue, image.visibility.rawValue, image.containerFormat,
      image.diskFormat, image.minimumDiskGB, image.minimumMemoryMB, image.isProtected, image.isHidden, image.createdAt,
      image.updatedAt)
    try writeLists(of: image)
  }

  /// Writes what a client can change; status and data have functions of their own.
  package func update(_ image: Image) throws {
    try execute(
      """
      UPDATE images SET name = ?, owner = ?, visibility = ?, container_format = ?, disk_format = ?, min_disk = ?,
        min_ram = ?, protected = ?, os_hidden = ?, updated_at = ?
      WHERE id = ?
      """,
      image.name, image.owner, image.visibility.rawValue, image.containerFormat, image.diskFormat,
      image.minimumDiskGB, image.minimumMemoryMB, image.isProtected, image.isHidden, now, image.id)
    try execute("DELETE FROM image_properties WHERE image_id = ?", image.id)
    try execute("DELETE FROM image_tags WHERE image_id = ?", image.id)
    try writeLists(of: image)
  }

  private func writeLists(of image: Image) throws {
    for (name, value) in image.properties {
      try execute("INSERT INTO image_properties (image_id, name, value) VALUES (?, ?, ?)", image.id, name, value)
    }
    for tag in image.tags {
      try execute("INSERT INTO image_tags (image_id, tag) VALUES (?, ?)", image.id, tag)
    }
  }

  /// Moves an image from one status to another that has no data.
  ///
  /// - Returns: `false` if it was not in the first status, or is gone.
  package func moveImage(_ id: UUID, from old: ImageStatus, to new: ImageStatus) throws -> Bool {
    try execute(
      "UPDATE images SET status = ?, updated_at = ? WHERE id = ? AND status = ?", new.rawValue, now, id, old.rawValue)
      > 0
  }

  /// The data of an image that was saving is there.
  ///
  /// - Returns: `false` if the image was deleted meanwhile.
  package func activateImage(_ id: UUID, data: ImageData) throws -> Bool {
    try execute(
      """
      UPDATE images SET status = 'active', size = ?, checksum = ?, os_hash_value = ?, updated_at = ?
      WHERE id = ? AND status = 'saving'
      """, data.size, data.checksum, data.sha512, now, id) > 0
  }

  /// Images that were saving when the server stopped wait for their data again.
  package func requeueInterruptedImages() throws {
    try execute("UPDATE images SET status = 'queued', updated_at = ? WHERE status = 'saving'", now)
  }

  package func deleteImage(_ id: UUID) throws {
    try execute("DELETE FROM images WHERE id = ?", id)
  }
}

extension Image {
  fileprivate static let selection = """
    SELECT id, name, owner, status, visibility, container_format, disk_format, min_disk, min_ram, protected, os_hidden,
      size, checksum, os_hash_value, created_at, updated_at
    FROM images
    """

  fileprivate init(row: Row) throws {
    self.init(id: try row.uuid(0), owner: row.text(2), createdAt: try row.timestamp(14))
    name = row.optionalText(1)
    status = try row.value(3)
    visibility = try row.value(4)
    containerFormat = row.optionalText(5)
    diskFormat = row.optionalText(6)
    minimumDiskGB = row.integer(7)
    minimumMemoryMB = row.integer(8)
    isProtected = row.bool(9)
    isHidden = row.bool(10)
    if let size = row.optionalInteger(11), let checksum = row.optionalText(12), let sha512 = row.optionalText(13) {
      data = ImageData(size: size, checksum: checksum, sha512: sha512)
    }
    updatedAt = try row.timestamp(15)
  }
}
