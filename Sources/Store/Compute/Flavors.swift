package import Model
import SQLite

/// Which flavors a list shows, in which order, and which page of it.
package struct FlavorListing: Sendable {
  package enum SortColumn: String, CaseIterable, Sendable {
    case id = "flavorid"
    case name
    case vcpus
    case memoryMB = "memory_mb"
    case rootGB = "root_gb"
    case ephemeralGB = "ephemeral_gb"
    case swapMB = "swap"
    case isPublic = "is_public"
    case description
    case createdAt = "created_at"

    fileprivate var column: String {
      switch self {
      case .id: "id"
      case .swapMB: "swap_mb"
      default: rawValue
      }
    }
  }

  /// `nil` shows both.
  package var isPublic: Bool? = true
  /// The project that sees, among the public ones, those that it has access to.
  package var projectID: String?
  package var minimumMemoryMB = 0
  package var minimumRootGB = 0
  package var sortColumn = SortColumn.id
  package var isDescending = false
  /// The flavor that ended the page before.
  package var marker: String?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }
}

extension Snapshot {
  /// The flavors of a list with their extra specs, at most `listing.limit`.
  package func flavors(_ listing: FlavorListing) throws -> [Flavor] {
    let column = "coalesce(\(listing.sortColumn.column), '')"
    let direction = listing.isDescending ? "DESC" : "ASC"
    let comparison = listing.isDescending ? "<" : ">"
    return try rows(
      """
      SELECT \(FlavorColumns.all) FROM flavors
      WHERE (?1 IS NULL OR is_public = ?1
          OR (?1 AND id IN (SELECT flavor_id FROM flavor_access WHERE project_id = ?2)))
        AND memory_mb >= ?3 AND root_gb >= ?4
        AND (?5 IS NULL OR (\(column), id) \(comparison) (SELECT \(column), id FROM flavors WHERE id = ?5))
      ORDER BY \(column) \(direction), id \(direction) LIMIT ?6
      """,
      listing.isPublic, listing.projectID, listing.minimumMemoryMB, listing.minimumRootGB, listing.marker, listing.limit
    ) { row in Flavor(row: row) }
  }

  /// The flavor with this id and its extra specs; `nil` when there is none.
  ///
  /// - Parameter projectID: finds it only if it is public or this project has access to it; `nil` finds it anyway.
  package func flavor(_ id: String, visibleTo projectID: String? = nil) throws -> Flavor? {
    try first(
      """
      SELECT \(FlavorColumns.all) FROM flavors
      WHERE id = ?1 AND (?2 IS NULL OR is_public
        OR EXISTS (SELECT 1 FROM flavor_access WHERE flavor_id = ?1 AND project_id = ?2))
      """,
      id, projectID
    ) { row in Flavor(row: row) }
  }

  /// The projects that may use a flavor that is not public.
  package func projects(withAccessTo flavorID: String) throws -> [String] {
    try rows("SELECT project_id FROM flavor_access WHERE flavor_id = ? ORDER BY project_id", flavorID) { row in
      row.text(0)
    }
  }
}

private enum FlavorColumns {
  static let all = """
    id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap_mb, is_public, description,
    (SELECT json_group_object(key, value) FROM (SELECT key, value FROM flavor_extra_specs
                                                WHERE flavor_id = flavors.id ORDER BY key))
    """
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the id or the name is taken. The flavor's extra specs are not looked at.
  package func insert(_ flavor: Flavor) throws {
    try execute(
      """
      INSERT INTO flavors (id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap_mb, is_public, description,
        created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      flavor.id, flavor.name, flavor.vcpus, flavor.memoryMB, flavor.rootGB, flavor.ephemeralGB, flavor.swapMB,
      flavor.isPublic, flavor.description, now)
  }

  /// - Returns: Whether there was such a flavor.
  package func setDescription(_ description: String?, ofFlavor id: String) throws -> Bool {
    try execute("UPDATE flavors SET description = ? WHERE id = ?", description, id) > 0
  }

  /// - Throws: ``ConstraintViolation`` if there is no such flavor, or the project has access already.
  package func addAccess(_ projectID: String, toFlavor id: String) throws {
    try execute("INSERT INTO flavor_access (flavor_id, project_id) VALUES (?, ?)", id, projectID)
  }

  /// - Returns: Whether the project had access.
  package func removeAccess(_ projectID: String, toFlavor id: String) throws -> Bool {
    try execute("DELETE FROM flavor_access WHERE flavor_id = ? AND project_id = ?", id, projectID) > 0
  }

  /// - Returns: Whether there was such a flavor. Instances keep what they took from it.
  package func deleteFlavor(_ id: String) throws -> Bool {
    try execute("DELETE FROM flavors WHERE id = ?", id) > 0
  }

  /// Adds the extra spec, or replaces the value that the flavor has of it.
  ///
  /// - Throws: ``ConstraintViolation`` if there is no such flavor. Instances keep what they took from it.
  package func setExtraSpec(_ key: String, to value: String, ofFlavor id: String) throws {
    try execute(
      """
      INSERT INTO flavor_extra_specs (flavor_id, key, value) VALUES (?, ?, ?)
      ON CONFLICT (flavor_id, key) DO UPDATE SET value = excluded.value
      """,
      id, key, value)
  }

  /// - Returns: Whether the flavor had it.
  package func deleteExtraSpec(_ key: String, ofFlavor id: String) throws -> Bool {
    try execute("DELETE FROM flavor_extra_specs WHERE flavor_id = ? AND key = ?", id, key) > 0
  }
}

extension Flavor {
  fileprivate init(row: Row) {
    self.init(
      id: row.text(0), name: row.text(1), vcpus: row.integer(2), memoryMB: row.integer(3), rootGB: row.integer(4),
      ephemeralGB: row.integer(5), swapMB: row.integer(6), isPublic: row.bool(7), description: row.optionalText(8),
      extraSpecs: row.text(9))
  }
}
