import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerRoutes {
  func list(_ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool) async throws -> Response {
    let query = QueryString(request.uri.query)
    let listing = try InstanceListing(query, context, maxLimit: options.maxLimit)
    var instances: [Instance] = []
    if let listing {
      instances = try await store.read { snapshot in
        if let marker = listing.marker, try snapshot.instance(marker, inProject: listing.projectID) == nil {
          throw APIError.badRequest("marker [\(marker)] not found")
        }
        return try snapshot.instances(listing)
      }
      // A status is a matter of what is being done as well, which the database was not asked about.
      let statuses = query.values("status").map { $0.uppercased() }
      if !statuses.isEmpty { instances = instances.filter { statuses.contains($0.state.status.rawValue) } }
    }
    if isDetailed {
      instances = await NetworkInfoRefresh(store: store, peers: peers, logger: logger).refreshed(instances)
    }
    let view = try await view(for: context)
    let next = nextPage(instances, listing, query, context, isDetailed: isDetailed)
    return .json(capacity: 2048 * (instances.count + 1)) { writer in
      writer.object { body in
        body.member("servers") { list in
          list.array(instances) { isDetailed ? view.write($1, isAlone: false, to: &$0) : view.writeBrief($1, to: &$0) }
        }
        if let next { body.member("servers_links", [["rel": "next", "href": .string(next)]]) }
      }
    }
  }

  /// The URL of the next page; `nil` if this page is not full.
  private func nextPage(
    _ instances: [Instance], _ listing: InstanceListing?, _ query: QueryString, _ context: OpenStackRequestContext,
    isDetailed: Bool
  ) -> String? {
    guard let listing, instances.count == listing.limit, listing.limit > 0, let last = instances.last else {
      return nil
    }
    let kept = query.items.filter { $0.name != "marker" }
      .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
    let path = isDetailed ? "servers/detail" : "servers"
    return "\(context.baseURL)/v2.1/\(path)?\((kept + ["marker=\(last.id)"]).joined(separator: "&"))"
  }
}

extension InstanceListing {
  /// Reads the filters of `GET /servers`. `nil` if nothing can match them.
  ///
  /// - Throws: `APIError` 400 for a value that no filter has, 403 for one that only administrators may use.
  init?(_ query: QueryString, _ context: OpenStackRequestContext, maxLimit: Int) throws {
    try Self.checkNames(query, context.microversion)
    let caller = try context.caller
    let wantsAll = query["all_tenants"].map { JSONValue.string($0.isEmpty ? "1" : $0).looseBool ?? false } ?? false
    if wantsAll, !caller.isAdmin {
      throw APIError.forbidden("Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.")
    }
    self.init(limit: try Self.limit(query["limit"], maxLimit: maxLimit))
    projectID = wantsAll ? query["project_id"] ?? query["tenant_id"] : caller.projectID ?? ""
    namePattern = (query["name"] ?? query["display_name"]).map(NamePattern.init)
    flavorID = query["flavor"].map(Self.lastPart)
    imageID = query["image"].map(Self.lastPart)
    reservationID = query["reservation_id"]
    userID = query["user_id"]
    if caller.isAdmin { host = query["host"] ?? query["node"] }
    if let text = query["uuid"] { ids = UUID(text).map { [$0] } ?? [] }
    try readStates(query)
    try readOrder(query)
    if let text = query["changes-since"] {
      guard let time = Timestamp(text) else {
        throw APIError.badRequest(
          "Invalid input for query parameters changes-since. Value: \(text). \(text.pythonText) is not a 'date-time'")
      }
      changedSince = time
    }
    // Deleted instances leave no rows behind.
    if caller.isAdmin, query["deleted"].flatMap({ JSONValue.string($0).looseBool }) == true { return nil }
    if vmStates == [] { return nil }
  }

  private mutating func readStates(_ query: QueryString) throws {
    let statuses = query.values("status")
    if !statuses.isEmpty {
      vmStates = Array(Set(statuses.compactMap { ServerStatus(rawValue: $0.uppercased()) }.flatMap(\.vmStates)))
    }
    if let text = query["vm_state"] { vmStates = VMState(rawValue: text).map { [$0] } ?? [] }
  }

  private mutating func readOrder(_ query: QueryString) throws {
    if let text = query["marker"] {
      guard let id = UUID(text) else { throw APIError.badRequest("marker [\(text)] not found") }
      marker = id
    }
    guard let key = query["sort_key"] else { return }
    guard let column = Self.sortColumns[key] else {
      throw APIError.badRequest(
        "Invalid input for query parameters sort_key. Value: \(key). \(key.pythonText) is not one of "
          + "[\(Self.sortColumns.keys.sorted().map(\.pythonText).joined(separator: ", "))]")
    }
    sortColumn = column
    isDescending = query["sort_dir"] != "asc"
  }

  private static let sortColumns: [String: SortColumn] = [
    "created_at": .number, "display_name": .name, "host": .host, "updated_at": .updatedAt, "launched_at": .launchedAt,
    "uuid": .id, "vm_state": .vmState, "project_id": .projectID, "instance_type_id": .flavorID,
  ]

  /// Flavors and images may be named by their URL.
  private static func lastPart(_ text: String) -> String { text.split(separator: "/").last.map(String.init) ?? text }

  private static func limit(_ text: String?, maxLimit: Int) throws -> Int {
    guard let text else { return maxLimit }
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw APIError.badRequest(
        "Invalid input for query parameters limit. Value: \(text). \(text.pythonText) does not match '^[0-9]*$'")
    }
    return min(Int(text) ?? maxLimit, maxLimit)
  }

  /// From 2.75 a parameter that is not known is refused, before it was let pass. A filter that upstream has and this
  /// service has not is always refused: a list that ignored it would be wrong.
  private static func checkNames(_ query: QueryString, _ version: Microversion) throws {
    if let name = query.items.map(\.name).first(where: { missing.contains($0) }) {
      throw APIError.badRequest("Servers cannot be filtered by \(name).")
    }
    guard version >= Microversion(2, 75) else { return }
    let unknown = query.items.map(\.name).filter { !parameters.contains($0) }
    guard let first = unknown.first else { return }
    throw APIError.badRequest("Additional properties are not allowed (\(first.pythonText) was unexpected)")
  }

  private static let missing: Set<String> = [
    "access_ip_v4", "access_ip_v6", "auto_disk_config", "availability_zone", "changes-before", "config_drive",
    "description", "ip", "ip6", "kernel_id", "key_name", "locked", "not-tags", "not-tags-any", "power_state",
    "progress",
    "ramdisk_id", "soft_deleted", "tags", "tags-any", "task_state", "terminated_at",
  ]

  private static let parameters: Set<String> = [
    "limit", "marker", "sort_key", "sort_dir", "all_tenants", "project_id", "tenant_id", "name", "display_name",
    "flavor",
    "image", "reservation_id", "host", "node", "uuid", "status", "vm_state", "changes-since", "deleted",
    "user_id",
  ]
}
