import JSON
import Model
import OpenStackHTTP
import Store

/// The query of `GET /servers`, checked, with what the caller may not use taken out of it.
struct ServerFilters: Sendable {
  let query: QueryString
  let version: Microversion
  let isAdmin: Bool
  /// Whose servers; `nil` for all projects'.
  let projectID: String?
  private let allowed: Set<String>?

  /// - Throws: `APIError` 400 for a value that no filter takes and, from 2.75 on, for a parameter that is not known;
  ///   403 for other projects' servers.
  init(_ query: QueryString, _ context: OpenStackRequestContext, isDetailed: Bool) throws {
    self.query = query
    version = context.microversion
    let caller = try context.caller
    isAdmin = caller.isAdmin
    allowed = caller.isAdmin ? nil : Self.userFilters(version)
    try Self.check(query, version)
    let wantsAll = try query["all_tenants"].map { try $0.isEmpty || Self.strictBool($0) } ?? false
    if wantsAll, !caller.isAdmin {
      throw APIError.policy("servers:\(isDetailed ? "detail" : "index"):get_all_tenants")
    }
    projectID = wantsAll ? query["project_id"] ?? query["tenant_id"] : caller.projectID ?? ""
  }

  /// The first value of a filter that the caller may use.
  subscript(name: String) -> String? { values(name).first }

  func values(_ name: String) -> [String] {
    allowed?.contains(name) ?? true ? query.values(name) : []
  }

  func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }

  /// What anybody may filter by (`_get_server_search_options`); a filter that is not among it is left aside.
  private static func userFilters(_ version: Microversion) -> Set<String> {
    var names: Set<String> = ["reservation_id", "name", "status", "image", "flavor", "ip", "changes-since"]
    if version >= Microversion(2, 5) { names.insert("ip6") }
    if version >= Microversion(2, 26) { names.formUnion(["tags", "tags-any", "not-tags", "not-tags-any"]) }
    if version >= Microversion(2, 66) { names.insert("changes-before") }
    if version >= Microversion(2, 73) { names.insert("locked") }
    if version >= Microversion(2, 83) {
      names.formUnion([
        "availability_zone", "config_drive", "key_name", "created_at", "launched_at", "terminated_at", "power_state",
        "task_state", "vm_state", "progress", "user_id",
      ])
    }
    if version >= Microversion(2, 90) { names.insert("hostname") }
    return names
  }

  /// - Throws: `APIError` 400 for what is neither yes nor no.
  static func strictBool(_ text: String) throws -> Bool {
    switch text.lowercased() {
    case "1", "t", "true", "on", "y", "yes": return true
    case "0", "f", "false", "off", "n", "no": return false
    default:
      let words = "'0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"
      throw APIError.badRequest("Unrecognized value \(text.pythonText), acceptable values are: \(words)")
    }
  }

  // MARK: What upstream's schemas of the query say

  private static func check(_ query: QueryString, _ version: Microversion) throws {
    func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }
    var times: Set<String> = ["changes-since"]
    if has(66) { times.insert("changes-before") }
    let digits = Schema(kinds: [.string], minimumCount: 1, isDigits: true)
    for item in query.items {
      if patterns.contains(item.name) || (has(26) && tagFilters.contains(item.name)) {
        try refuse(item, Schema(kinds: [.string], format: .regex))
      } else if times.contains(item.name), Timestamp(isoTime: item.value) == nil {
        throw APIError.invalidQuery(item, "\(item.value.pythonText) is not a 'date-time'")
      } else if item.name == "limit" {
        try refuse(item, digits)
      } else if item.name == "sort_key", !sortKeys(version).contains(item.value) {
        let names = sortKeys(version).sorted().map(\.pythonText).joined(separator: ", ")
        throw APIError.invalidQuery(item, "\(item.value.pythonText) is not one of [\(names)]")
      }
    }
    for item in query.items where joined.contains(item.name) || item.name.hasPrefix("_") {
      throw APIError.badRequest("Invalid filter field: \(item.name).")
    }
    guard has(75) else { return }
    let known = patterns.union(others).union(times).union(tagFilters).union(["locked"])
    let unknown = query.items.map(\.name).filter { !known.contains($0) }
    guard !unknown.isEmpty else { return }
    let verb = unknown.count == 1 ? "was" : "were"
    throw APIError.badRequest(
      "Additional properties are not allowed (\(unknown.map(\.pythonText).joined(separator: ", ")) \(verb) unexpected)")
  }

  private static func refuse(_ item: QueryString.Item, _ schema: Schema) throws {
    var violations: [Violation] = []
    schema.collect(.string(item.value), at: [], into: &violations)
    if let first = violations.first { throw APIError.invalidQuery(item, first.message) }
  }

  /// Filters that are regular expressions.
  static let patterns: Set<String> = [
    "kernel_id", "ramdisk_id", "hostname", "key_name", "power_state", "node", "flavor", "reservation_id", "launched_at",
    "terminated_at", "availability_zone", "name", "display_name", "description", "display_description", "locked_by",
    "root_device_name", "config_drive", "access_ip_v4", "access_ip_v6", "auto_disk_config", "progress", "ip", "ip6",
    "created_at",
  ]
  static let tagFilters: Set<String> = ["tags", "tags-any", "not-tags", "not-tags-any"]
  private static let joined: Set<String> = [
    "block_device_mapping", "services", "metadata", "system_metadata", "info_cache", "security_groups", "pci_devices",
  ]
  private static let others: Set<String> = [
    "user_id", "project_id", "tenant_id", "launch_index", "image_ref", "image", "vm_state", "task_state", "host",
    "uuid",
    "sort_key", "sort_dir", "all_tenants", "soft_deleted", "deleted", "status", "limit", "marker",
  ]

  static func sortKeys(_ version: Microversion) -> Set<String> {
    var keys = Set(InstanceListing.sortColumns.keys).union(["progress", "terminated_at"])
    if version >= Microversion(2, 73) { keys.insert("locked") }
    return version >= Microversion(2, 75) ? keys : keys.union(ignoredSortKeys)
  }

  /// Sort keys of old that stopped meaning anything, and are refused from 2.75 on.
  private static let ignoredSortKeys: Set<String> = [
    "architecture", "cell_name", "cleaned", "default_ephemeral_device", "default_swap_device", "deleted", "deleted_at",
    "disable_terminate", "ephemeral_gb", "ephemeral_key_uuid", "id", "key_data", "launched_on", "locked", "memory_mb",
    "os_type", "reservation_id", "root_gb", "shutdown_terminate", "user_data", "vcpus", "vm_mode",
  ]
}

extension APIError {
  static func invalidQuery(_ item: QueryString.Item, _ message: String) -> APIError {
    .badRequest("Invalid input for query parameters \(item.name). Value: \(item.value). \(message)")
  }

  /// The caller's roles do not do.
  /// - Parameter rule: the name of the policy behind `os_compute_api:`.
  static func policy(_ rule: String) -> APIError {
    .forbidden("Policy doesn't allow os_compute_api:\(rule) to be performed.")
  }
}

extension Timestamp {
  /// Reads ISO 8601 with an offset from UTC as well: `2026-01-01T00:00:00+02:00`.
  init?(isoTime text: String) {
    if let time = Timestamp(text) {
      self = time
      return
    }
    let digits = Array(text.utf8)
    // A plus sign in a query is a space unless it is escaped.
    guard digits.count > 6, let sign = digits.dropLast(5).last, "+- ".utf8.contains(sign),
      digits[digits.count - 3] == 58,
      let hours = Int(String(decoding: digits.suffix(5).prefix(2), as: UTF8.self)), (0...23).contains(hours),
      let minutes = Int(String(decoding: digits.suffix(2), as: UTF8.self)), (0...59).contains(minutes),
      let time = Timestamp(String(decoding: digits.dropLast(6), as: UTF8.self))
    else { return nil }
    let offset = Duration.seconds(hours * 3600 + minutes * 60)
    self = sign == UInt8(ascii: "-") ? time + offset : time - offset
  }
}
