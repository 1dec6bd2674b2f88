package import Model
import SQLite

extension Snapshot {
  /// The images that a project may see, the newest first, with everything that is known of them.
  ///
  /// - Parameter project: `nil` is an administrator, who sees all.
  package func images(visibleTo project: String?) throws -> [Image] {
    var images = try rows(
      "\(Image.selection) WHERE \(Image.isVisible) ORDER BY created_at DESC, id DESC", project, project, project
    ) { try Image(row: $0) }
    let places = Dictionary(images.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
    let visible = "SELECT id FROM images WHERE \(Image.isVisible)"
    let properties = try rows(
      "SELECT image_id, name, value FROM image_properties WHERE image_id IN (\(visible))", project, project, project
    ) { (try $0.uuid(0), $0.text(1), $0.text(2)) }
    for (id, name, value) in properties { places[id].map { images[$0].properties[name] = value } }
    let tags = try rows(
      "SELECT image_id, tag FROM image_tags WHERE image_id IN (\(visible))", project, project, project
    ) { (try $0.uuid(0), $0.text(1)) }
    for (id, tag) in tags { places[id].map { _ = images[$0].tags.insert(tag) } }
    let members = try rows(
      "SELECT image_id, member_id, status FROM image_members WHERE image_id IN (\(visible))", project, project, project
    ) { (try $0.uuid(0), $0.text(1), try $0.value(2, as: ImageMember.Status.self)) }
    for (id, member, status) in members { places[id].map { images[$0].members[member] = status } }
    return images
  }

  package func image(_ id: UUID) throws -> Image? {
    let found = try first("\(Image.selection) WHERE id = ?", id) { try Image(row: $0) }
    guard var image = found else { return nil }
    let properties = try rows("SELECT name, value FROM image_properties WHERE image_id = ?", id) {
      ($0.text(0), $0.text(1))
    }
    image.properties = Dictionary(properties, uniquingKeysWith: { $1 })
    image.tags = Set(try rows("SELECT tag FROM image_tags WHERE image_id = ?", id) { $0.text(0) })
    let members = try imageMembers(of: id).map { ($0.memberID, $0.status) }
    image.members = Dictionary(members, uniquingKeysWith: { $1 })
    return image
  }

  /// The ids of images whose data is kept, whole or staged.
  package func imagesWithData() throws -> Set<UUID> {
    Set(
      try rows("SELECT id FROM images WHERE status IN ('active', 'deactivated', 'uploading', 'importing')") {
        try $0.uuid(0)
      })
  }

  /// What a project's images take, in bytes, staged data included.
  ///
  /// - Parameter id: an image that is not counted, because its data is about to be replaced.
  package func imageBytes(ofProject project: String, except id: UUID) throws -> Int {
    try first(
      "SELECT COALESCE(SUM(COALESCE(size, staged_size, 0)), 0) FROM images WHERE owner = ? AND id <> ?", project, id
    ) { $0.integer(0) } ?? 0
  }

  package func imageCount(ofProject project: String) throws -> Int {
    try first("SELECT COUNT(*) FROM images WHERE owner = ?", project) { $0.integer(0) } ?? 0
  }

  /// How many of a project's images have data coming in, or are imported.
  package func uploadingImageCount(ofProject project: String) throws -> Int {
    try first(
      "SELECT COUNT(*) FROM images WHERE owner = ? AND status IN ('saving', 'uploading', 'importing')", project
    ) { $0.integer(0) } ?? 0
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

  /// Moves an image from one status to another. What was staged is forgotten when it is queued again.
  ///
  /// - Returns: `false` if it was not in the first status, or is gone.
  package func moveImage(_ id: UUID, from old: ImageStatus, to new: ImageStatus) throws -> Bool {
    precondition(old.successors.contains(new), "an image does not become \(new) after \(old)")
    return try execute(
      """
      UPDATE images SET status = ?, staged_size = CASE WHEN ? = 'queued' THEN NULL ELSE staged_size END, updated_at = ?
      WHERE id = ? AND status = ?
      """, new.rawValue, new.rawValue, now, id, old.rawValue) > 0
  }

  /// All bytes to import are there.
  ///
  /// - Returns: `false` if the image was deleted meanwhile.
  package func stageImage(_ id: UUID, size: Int) throws -> Bool {
    try execute(
      "UPDATE images SET staged_size = ?, updated_at = ? WHERE id = ? AND status = 'uploading'", size, now, id) > 0
  }

  /// The data of an image that was saving or importing is there.
  ///
  /// - Returns: `false` if the image was deleted meanwhile.
  package func activateImage(_ id: UUID, data: ImageData) throws -> Bool {
    try execute(
      """
      UPDATE images SET status = 'active', staged_size = NULL, size = ?, virtual_size = ?, checksum = ?,
        os_hash_value = ?, updated_at = ?
      WHERE id = ? AND status IN ('saving', 'importing')
      """, data.size, data.virtualSize, data.checksum, data.sha512, now, id) > 0
  }

  /// The data that an import has made of what was staged is of another format.
  package func setDiskFormat(_ format: ImageFormat, ofImage id: UUID) throws {
    try execute("UPDATE images SET disk_format = ? WHERE id = ?", format.rawValue, id)
  }

  /// Images whose data was coming in when the server stopped wait for it again, and imports begin anew.
  package func recoverImages() throws {
    try execute(
      """
      UPDATE images SET status = 'queued', updated_at = ?
      WHERE status = 'saving' OR (status = 'uploading' AND staged_size IS NULL)
      """, now)
    try execute("UPDATE image_tasks SET status = 'pending', updated_at = ? WHERE status = 'processing'", now)
  }

  package func deleteImage(_ id: UUID) throws {
    try execute("DELETE FROM images WHERE id = ?", id)
  }
}

extension Image {
  fileprivate static let selection = """
    SELECT id, name, owner, status, visibility, container_format, disk_format, min_disk, min_ram, protected, os_hidden,
      staged_size, size, virtual_size, checksum, os_hash_value, created_at, updated_at
    FROM images
    """

  /// Takes the project three times; none is an administrator.
  fileprivate static let isVisible = """
    (? IS NULL OR visibility IN ('public', 'community') OR owner = ?
      OR id IN (SELECT image_id FROM image_members WHERE member_id = ?))
    """

  fileprivate init(row: Row) throws {
    self.init(id: try row.uuid(0), owner: row.text(2), createdAt: try row.timestamp(16))
    name = row.optionalText(1)
    status = try row.value(3)
    visibility = try row.value(4)
    containerFormat = row.optionalText(5)
    diskFormat = row.optionalText(6)
    minimumDiskGB = row.integer(7)
    minimumMemoryMB = row.integer(8)
    isProtected = row.bool(9)
    isHidden = row.bool(10)
    stagedSize = row.optionalInteger(11)
    if let size = row.optionalInteger(12), let checksum = row.optionalText(14), let sha512 = row.optionalText(15) {
      data = ImageData(size: size, virtualSize: row.optionalInteger(13), checksum: checksum, sha512: sha512)
    }
    updatedAt = try row.timestamp(17)
  }
}
