import JSON
import Model
import OpenStackHTTP

/// A move of an instance as the Compute API shows it, by microversion.
struct MigrationView: Sendable {
  let version: Microversion
  let baseURL: String

  /// As in `os-migrations`.
  func listed(_ migration: InstanceMigration) -> JSONValue {
    var object = common(migration)
    object["instance_uuid"] = .string("\(migration.instanceID)")
    // The flavors have names of their own in this list, and their ids are numbers that nothing else shows.
    object["old_instance_type_id"] = Self.number(migration.oldFlavor)
    object["new_instance_type_id"] = Self.number(migration.newFlavor)
    if version >= Microversion(2, 23) {
      object["migration_type"] = .string(migration.kind.rawValue)
      if migration.kind == .liveMigration, Self.isUnderWay(migration) {
        let server = "\(baseURL)/v2.1/servers/\(migration.instanceID)/migrations/\(migration.number)"
        let bookmark = "\(baseURL)/servers/\(migration.instanceID)/migrations/\(migration.number)"
        object["links"] = [
          ["rel": "self", "href": .string(server)], ["rel": "bookmark", "href": .string(bookmark)],
        ]
      }
    }
    return .object(object)
  }

  /// As among the migrations of a server.
  func shown(_ migration: InstanceMigration) -> JSONValue {
    var object = common(migration)
    object["server_uuid"] = .string("\(migration.instanceID)")
    let remaining = migration.memoryRemaining
    object["memory_total_bytes"] = JSONValue(migration.memoryTotal)
    object["memory_remaining_bytes"] = JSONValue(remaining)
    object["memory_processed_bytes"] = JSONValue(migration.memoryTotal.flatMap { all in remaining.map { all - $0 } })
    for name in ["disk_total_bytes", "disk_processed_bytes", "disk_remaining_bytes"] { object[name] = .null }
    return .object(object)
  }

  private func common(_ migration: InstanceMigration) -> JSONObject {
    var object = JSONObject()
    object["id"] = JSONValue(migration.number)
    object["status"] = .string(migration.status.rawValue)
    object["source_compute"] = .string(migration.sourceHost)
    object["source_node"] = .string(migration.sourceHost)
    object["dest_compute"] = JSONValue(migration.destinationHost)
    object["dest_node"] = JSONValue(migration.destinationHost)
    object["dest_host"] = .null
    object["created_at"] = .string(migration.createdAt.iso8601WithoutZone)
    object["updated_at"] = .string(migration.updatedAt.iso8601WithoutZone)
    if version >= Microversion(2, 59) { object["uuid"] = .string("\(migration.id)") }
    if version >= Microversion(2, 80) {
      object["user_id"] = .string(migration.userID)
      object["project_id"] = .string(migration.projectID)
    }
    return object
  }

  private static func number(_ flavor: Flavor) -> JSONValue {
    Int(flavor.id).map { JSONValue($0) } ?? .null
  }

  private static func isUnderWay(_ migration: InstanceMigration) -> Bool {
    [.accepted, .preparing, .running, .postMigrating].contains(migration.status)
  }
}
