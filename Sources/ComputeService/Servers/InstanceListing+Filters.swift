import JSON
import Model
import OpenStackHTTP
import Store

extension InstanceListing {
  /// What the filters of `GET /servers` ask of the database; `nil` if nothing can match them.
  ///
  /// - Parameter zones: the zone of each host that is in one by name, and of all others.
  /// - Throws: `APIError` 400 for values that mean nothing, 403 for what only administrators may list.
  init?(_ filters: ServerFilters, maxLimit: Int, zones: HostZones) throws {
    let limit = filters.query["limit"].map { Int($0) ?? maxLimit } ?? maxLimit
    self.init(limit: min(limit, maxLimit))
    projectID = filters.projectID
    guard try readStates(filters) else { return nil }
    readExact(filters)
    readPatterns(filters)
    readZone(filters, zones)
    try readTimes(filters)
    if let text = filters["locked"], filters.has(73) { isLocked = try ServerFilters.strictBool(text) }
    if filters.has(26) {
      for (name, match) in Self.tagMatches {
        if let text = filters[name] {
          tags.append((match, text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)))
        }
      }
    }
    try readOrder(filters)
    // Deleted instances leave no rows behind, and nothing is ever soft-deleted.
    if filters["deleted"].flatMap({ JSONValue.string($0).looseBool }) == true { return nil }
    if filters["soft_deleted"].flatMap({ JSONValue.string($0).looseBool }) == true { return nil }
    if filters["terminated_at"] != nil { return nil }
    if let text = filters["progress"], TextPattern(text)?.matches("0") != true { return nil }
  }

  private static let tagMatches: [(String, TagMatch)] = [
    ("tags", .all), ("tags-any", .any), ("not-tags", .notAll), ("not-tags-any", .notAny),
  ]

  /// - Returns: Whether anything can be in these states.
  private mutating func readStates(_ filters: ServerFilters) throws -> Bool {
    let names = filters.query.values("status").map { $0.uppercased() }
    if !names.isEmpty {
      let found = names.compactMap { ServerStatus(rawValue: $0) }
      if found.isEmpty, filters.has(38) { throw APIError.badRequest("Invalid status value") }
      if found == [.deleted], !filters.isAdmin {
        throw APIError.forbidden("Only administrators may list deleted instances")
      }
      guard !found.isEmpty else { return false }
      statuses = found
    }
    for (name, column) in [("vm_state", Column.vmState), ("task_state", .taskState)] {
      let values = filters.values(name)
      if !values.isEmpty { choices.append(Choice(column, values)) }
    }
    return true
  }

  private mutating func readExact(_ filters: ServerFilters) {
    let columns: [(String, Column)] = [
      ("user_id", .userID), ("launch_index", .launchIndex), ("host", .host), ("uuid", .id), ("flavor", .flavorID),
      ("image", .imageID), ("image_ref", .imageID),
    ]
    for (name, column) in columns {
      guard let text = filters[name] else { continue }
      // Flavors and images may be named by their URL.
      let value = text.split(separator: "/").last.map(String.init) ?? text
      choices.append(Choice(column, [value]))
    }
  }

  private mutating func readPatterns(_ filters: ServerFilters) {
    let columns: [(String, Column)] = [
      ("name", .name), ("display_name", .name), ("description", .description), ("display_description", .description),
      ("hostname", .hostname), ("kernel_id", .kernelID), ("ramdisk_id", .ramdiskID), ("key_name", .keyName),
      ("power_state", .powerState), ("node", .host), ("reservation_id", .reservationID), ("launched_at", .launchedAt),
      ("created_at", .createdAt), ("locked_by", .lockedBy), ("root_device_name", .rootDeviceName),
      ("access_ip_v4", .accessIPv4), ("access_ip_v6", .accessIPv6),
    ]
    for (name, column) in columns {
      guard let pattern = filters[name].flatMap({ TextPattern($0) }) else { continue }
      looks.append(Look(column) { $0.map(pattern.matches) ?? false })
    }
    // As upstream's columns hold them.
    if let pattern = filters["config_drive"].flatMap({ TextPattern($0) }) {
      looks.append(Look(.configDrive) { pattern.matches($0 == "1" ? "True" : "") })
    }
    if let pattern = filters["auto_disk_config"].flatMap({ TextPattern($0) }) {
      looks.append(Look(.diskConfig) { pattern.matches($0 == "AUTO" ? "1" : "0") })
    }
    for (name, isV6) in [("ip", false), ("ip6", true)] {
      guard let pattern = filters[name].flatMap({ TextPattern($0) }) else { continue }
      looks.append(Look(.networkInfo) { NetworkInfo.hasAddress(in: $0 ?? "[]", isV6: isV6, pattern.matches) })
    }
  }

  private mutating func readZone(_ filters: ServerFilters, _ zones: HostZones) {
    guard let pattern = filters["availability_zone"].flatMap({ TextPattern($0) }) else { return }
    looks.append(Look(.host) { host in host.map { pattern.matches(zones[$0]) } ?? false })
  }

  private mutating func readTimes(_ filters: ServerFilters) throws {
    changedSince = filters["changes-since"].flatMap { Timestamp(isoTime: $0) }
    if filters.has(66) { changedBefore = filters["changes-before"].flatMap { Timestamp(isoTime: $0) } }
    if let changedSince, let changedBefore, changedBefore < changedSince {
      throw APIError.badRequest("The value of changes-since must be less than or equal to changes-before.")
    }
  }

  private mutating func readOrder(_ filters: ServerFilters) throws {
    if let text = filters.query["marker"] {
      guard let id = UUID(text) else { throw APIError.badRequest("marker [\(text)] not found") }
      marker = id
    }
    var keys: [(name: String, direction: String?)] = []
    var directions = filters.query.values("sort_dir")
    let fallback = directions.first ?? "desc"
    let names = filters.query.values("sort_key")
    if directions.count > max(names.count, 1) {
      throw APIError.badRequest("Sort direction size exceeds sort key size")
    }
    for name in names.isEmpty ? ["created_at"] : names {
      keys.append((name, directions.isEmpty ? nil : directions.removeFirst()))
    }
    for key in keys {
      let direction = key.direction ?? fallback
      guard direction == "asc" || direction == "desc" else {
        throw APIError.badRequest("Unknown sort direction, must be one of: asc, desc")
      }
      if !filters.isAdmin, key.name == "host" || key.name == "node" {
        throw APIError.forbidden("Only administrators can sort servers by \(key.name)")
      }
      let isLock = key.name == "locked" && filters.has(73)
      guard let column = isLock ? .lockedBy : Self.sortColumns[key.name] else { continue }
      order.append(SortKey(column, isDescending: direction == "desc"))
    }
  }

  /// The columns behind upstream's names; a progress and a termination there is not.
  static let sortColumns: [String: Column] = [
    "access_ip_v4": .accessIPv4, "access_ip_v6": .accessIPv6, "auto_disk_config": .diskConfig,
    "availability_zone": .zone, "config_drive": .configDrive, "created_at": .number,
    "display_description": .description, "display_name": .name, "host": .host, "hostname": .hostname,
    "image_ref": .imageID, "instance_type_id": .flavorID, "kernel_id": .kernelID, "key_name": .keyName,
    "launch_index": .launchIndex, "launched_at": .launchedAt, "locked_by": .lockedBy, "node": .host,
    "power_state": .powerState, "project_id": .projectID, "ramdisk_id": .ramdiskID,
    "root_device_name": .rootDeviceName, "task_state": .taskState, "updated_at": .updatedAt, "user_id": .userID,
    "uuid": .id, "vm_state": .vmState,
  ]
}

extension NetworkInfo {
  /// - Parameter networkInfo: JSON text, as in ``Model/Instance/networkInfo``.
  static func hasAddress(in networkInfo: String, isV6: Bool, _ admits: (String) -> Bool) -> Bool {
    let ports = (try? JSONValue(parsing: networkInfo.utf8))?.array ?? []
    return ports.contains { port in
      port["addresses"]?.array?.contains { address in
        guard let text = address["address"]?.string, text.utf8.contains(UInt8(ascii: ":")) == isV6 else { return false }
        return admits(text)
      } ?? false
    }
  }
}
