package import Model
import SQLite

/// Which moves a list shows. What is `nil` does not matter.
package struct MigrationListing: Sendable {
  package var instanceID: UUID?
  package var kind: InstanceMigration.Kind?
  package var status: String?
  /// As source or destination.
  package var host: String?
  package var sourceHost: String?
  package var userID: String?
  package var projectID: String?
  package var changedSince: Timestamp?
  package var changedBefore: Timestamp?
  /// The `uuid` of the last one of the page before.
  package var marker: UUID?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }
}

extension Snapshot {
  /// The moves of a list, newest first.
  package func migrations(_ listing: MigrationListing) throws -> [InstanceMigration] {
    try rows(
      """
      SELECT \(MigrationColumns.all) FROM instance_migrations
      WHERE (?1 IS NULL OR instance_id = ?1) AND (?2 IS NULL OR type = ?2) AND (?3 IS NULL OR status = ?3)
        AND (?4 IS NULL OR source_host = ?4 OR destination_host = ?4) AND (?5 IS NULL OR source_host = ?5)
        AND (?6 IS NULL OR user_id = ?6) AND (?7 IS NULL OR project_id = ?7)
        AND (?8 IS NULL OR updated_at >= ?8) AND (?9 IS NULL OR updated_at <= ?9)
        AND (?10 IS NULL OR id < (SELECT id FROM instance_migrations WHERE uuid = ?10))
      ORDER BY id DESC LIMIT ?11
      """,
      listing.instanceID, listing.kind?.rawValue, listing.status, listing.host, listing.sourceHost, listing.userID,
      listing.projectID, listing.changedSince, listing.changedBefore, listing.marker, listing.limit
    ) { row in try InstanceMigration(row: row) }
  }

  /// The newest move of an instance.
  package func migration(ofInstance id: UUID) throws -> InstanceMigration? {
    var listing = MigrationListing(limit: 1)
    listing.instanceID = id
    return try migrations(listing).first
  }

  package func migration(_ id: UUID) throws -> InstanceMigration? {
    try first("SELECT \(MigrationColumns.all) FROM instance_migrations WHERE uuid = ?", id) { row in
      try InstanceMigration(row: row)
    }
  }
}

extension Transaction {
  /// Records a move that begins. Its number is not looked at: the row gets the next.
  package func insert(_ migration: InstanceMigration) throws {
    let (old, new) = (migration.oldFlavor, migration.newFlavor)
    let flavor = """
      json_object('id', ?, 'name', ?, 'vcpus', ?, 'memory_mb', ?, 'root_gb', ?, 'ephemeral_gb', ?, 'swap_mb', ?,
        'extra_specs', json(?))
      """
    try execute(
      """
      INSERT INTO instance_migrations (uuid, instance_id, type, status, source_host, destination_host, old_vm_state,
        user_id, project_id, created_at, updated_at, old_flavor, new_flavor)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(flavor), \(flavor))
      """,
      migration.id, migration.instanceID, migration.kind.rawValue, migration.status.rawValue, migration.sourceHost,
      migration.destinationHost, migration.oldVMState.rawValue, migration.userID, migration.projectID,
      migration.createdAt, migration.updatedAt,
      old.id, old.name, old.vcpus, old.memoryMB, old.rootGB, old.ephemeralGB, old.swapMB, old.extraSpecs,
      new.id, new.name, new.vcpus, new.memoryMB, new.rootGB, new.ephemeralGB, new.swapMB, new.extraSpecs)
  }

  /// Sets the status of an instance's newest move.
  package func setMigrationStatus(_ status: InstanceMigration.Status, ofInstance id: UUID) throws {
    try execute(
      """
      UPDATE instance_migrations SET status = ?, updated_at = ?
      WHERE id = (SELECT max(id) FROM instance_migrations WHERE instance_id = ?)
      """,
      status.rawValue, now, id)
  }

  /// How far the memory of a guest has come.
  /// - Parameters:
  ///   - total: in bytes.
  ///   - remaining: in bytes.
  package func setMigrationProgress(total: Int, remaining: Int, ofInstance id: UUID) throws {
    try execute(
      """
      UPDATE instance_migrations SET memory_total = ?, memory_remaining = ?, updated_at = ?
      WHERE id = (SELECT max(id) FROM instance_migrations WHERE instance_id = ?)
      """,
      total, remaining, now, id)
  }
}

private enum MigrationColumns {
  private static func flavor(_ column: String) -> String {
    ["id", "name", "vcpus", "memory_mb", "root_gb", "ephemeral_gb", "swap_mb", "extra_specs"]
      .map { "json_extract(\(column), '$.\($0)')" }.joined(separator: ", ")
  }

  static let all = """
    id, uuid, instance_id, type, status, source_host, destination_host, old_vm_state, user_id, project_id, memory_total,
    memory_remaining, created_at, updated_at, \(flavor("old_flavor")), \(flavor("new_flavor"))
    """
}

extension InstanceMigration {
  fileprivate init(row: Row) throws {
    self.init(
      number: row.integer(0), id: try row.uuid(1), instanceID: try row.uuid(2), kind: try row.value(3),
      status: try row.value(4), sourceHost: row.text(5), destinationHost: row.optionalText(6),
      oldFlavor: Flavor(row, at: 14), newFlavor: Flavor(row, at: 22), oldVMState: try row.value(7),
      userID: row.text(8), projectID: row.text(9), memoryTotal: row.optionalInteger(10),
      memoryRemaining: row.optionalInteger(11), createdAt: try row.timestamp(12), updatedAt: try row.timestamp(13))
  }
}

extension Flavor {
  /// The flavor that stands in eight columns from `first` on.
  fileprivate init(_ row: Row, at first: Int) {
    self.init(
      id: row.text(first), name: row.text(first + 1), vcpus: row.integer(first + 2), memoryMB: row.integer(first + 3),
      rootGB: row.integer(first + 4), ephemeralGB: row.integer(first + 5), swapMB: row.integer(first + 6),
      extraSpecs: row.text(first + 7))
  }
}
