package import Model
import SQLite

extension Snapshot {
  /// All flavors, by id as text.
  package func flavors() throws -> [Flavor] {
    try rows(
      """
      SELECT id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap_mb, is_public, description,
        (SELECT json_group_object(key, value) FROM (SELECT key, value FROM flavor_extra_specs
                                                    WHERE flavor_id = flavors.id ORDER BY key))
      FROM flavors ORDER BY id
      """
    ) { row in Flavor(row: row) }
  }

  /// The flavor with this id and its extra specs; `nil` when there is none.
  package func flavor(_ id: String) throws -> Flavor? {
    try first(
      """
      SELECT id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap_mb, is_public, description,
        (SELECT json_group_object(key, value) FROM (SELECT key, value FROM flavor_extra_specs
                                                    WHERE flavor_id = flavors.id ORDER BY key))
      FROM flavors WHERE id = ?
      """,
      id
    ) { row in Flavor(row: row) }
  }
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
