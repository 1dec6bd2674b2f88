import HostRPC
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `os-migrations` and the `migrations` of a server (`nova/api/openstack/compute/{migrations,server_migrations}.py`).
struct MigrationRoutes: Sendable {
  let store: Store
  let operations: Operations
  let calls: HostCalls
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-migrations") { try await list($0, $1) }
    api.get("servers/:server_id/migrations") { try await listOfServer($0, $1) }
    api.get("servers/:server_id/migrations/:migration_id") { try await show($0, $1) }
    api.delete("servers/:server_id/migrations/:migration_id") { try await abort($0, $1) }
    api.post("servers/:server_id/migrations/:migration_id/action") { try await forceCompletion($0, $1) }
  }

  // MARK: os-migrations

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-migrations:index")
    let query = QueryString(request.uri.query)
    let version = context.microversion
    let isPaged = version >= Microversion(2, 59)
    var listing = MigrationListing(limit: options.maxLimit)
    listing.host = query["host"]
    listing.sourceHost = query["source_compute"]
    listing.status = query["status"]
    if let text = query["migration_type"] {
      guard let kind = InstanceMigration.Kind(rawValue: text) else { return .json(["migrations": []]) }
      listing.kind = kind
    }
    if let text = query["instance_uuid"] { listing.instanceID = try Self.uuid(text, "instance_uuid") }
    if version >= Microversion(2, 80) {
      listing.userID = query["user_id"]
      listing.projectID = query["project_id"]
    }
    if isPaged {
      if let text = query["limit"] { listing.limit = try limit(text) }
      if let text = query["marker"] { listing.marker = try await marker(text) }
      if let text = query["changes-since"] { listing.changedSince = try Self.time(text, "changes-since") }
      if version >= Microversion(2, 66), let text = query["changes-before"] {
        listing.changedBefore = try Self.time(text, "changes-before")
      }
    }
    let found = try await store.read { [listing] in try $0.migrations(listing) }
    let view = MigrationView(version: version, baseURL: context.baseURL)
    var body: JSONObject = ["migrations": .array(found.map(view.listed))]
    if isPaged, found.count == listing.limit, let last = found.last {
      let next = "\(context.baseURL)/v2.1/os-migrations?limit=\(listing.limit)&marker=\(last.id)"
      body["migrations_links"] = [["rel": "next", "href": .string(next)]]
    }
    return .json(.object(body))
  }

  private func limit(_ text: String) throws -> Int {
    guard let limit = Int(text), limit >= 0 else {
      throw APIError.badRequest("Invalid input for query parameters limit. Value: \(text). It must be a whole number.")
    }
    return min(limit, options.maxLimit)
  }

  private func marker(_ text: String) async throws -> UUID {
    guard let id = UUID(text), try await store.read({ try $0.migration(id) }) != nil else {
      throw APIError.badRequest("Marker \(text) could not be found.")
    }
    return id
  }

  private static func uuid(_ text: String, _ name: String) throws -> UUID {
    guard let id = UUID(text) else {
      throw APIError.badRequest("Invalid input for query parameters \(name). Value: \(text). It must be a UUID.")
    }
    return id
  }

  private static func time(_ text: String, _ name: String) throws -> Timestamp {
    guard let time = Timestamp(text) else {
      throw APIError.badRequest("Invalid input for query parameters \(name). Value: \(text). It must be a time.")
    }
    return time
  }

  // MARK: The migrations of a server

  private func instance(_ context: OpenStackRequestContext) async throws -> Instance {
    let text = context.parameters.get("server_id") ?? ""
    guard context.microversion >= Microversion(2, 22) else { throw APIError.unknownPath }
    try context.requireAdmin("os_compute_api:servers:migrations:index")
    guard let id = UUID(text), let instance = try await store.read({ try $0.instance(id) }) else {
      throw APIError.noInstance(text)
    }
    return instance
  }

  private func listOfServer(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 23) else { throw APIError.unknownPath }
    let instance = try await instance(context)
    let running = try await underWay(instance)
    let view = MigrationView(version: context.microversion, baseURL: context.baseURL)
    return .json(["migrations": .array(running.map(view.shown))])
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 23) else { throw APIError.unknownPath }
    let (instance, number) = (try await instance(context), context.parameters.get("migration_id") ?? "")
    guard let migration = try await underWay(instance).first(where: { "\($0.number)" == number }) else {
      throw APIError.notFound("In-progress live migration \(number) is not found for server \(instance.id).")
    }
    let view = MigrationView(version: context.microversion, baseURL: context.baseURL)
    return .json(["migration": view.shown(migration)])
  }

  /// The live migration of an instance, if there is one under way.
  private func underWay(_ instance: Instance) async throws -> [InstanceMigration] {
    let migration = try await store.read { try $0.migration(ofInstance: instance.id) }
    guard let migration, migration.kind == .liveMigration,
      [.accepted, .preparing, .running, .postMigrating].contains(migration.status)
    else { return [] }
    return [migration]
  }

  private func abort(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 24) else { throw APIError.unknownPath }
    let instance = try await ready(context)
    _ = try await calls.call("abort_live_migration", on: instance)
    return .empty(.accepted)
  }

  private func forceCompletion(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard body.object?.members.map(\.name) == ["force_complete"] else {
      throw APIError.badRequest("There is no such action.")
    }
    let instance = try await ready(context)
    _ = try await calls.call("force_live_migration", on: instance)
    return .empty(.accepted)
  }

  /// The instance of the path, whose live migration of the path's number is moving its memory.
  private func ready(_ context: OpenStackRequestContext) async throws -> Instance {
    let (instance, number) = (try await instance(context), context.parameters.get("migration_id") ?? "")
    guard instance.state.task == .migrating else {
      throw APIError.conflict(
        "Cannot 'live_migration' instance \(instance.id) while it is in task_state "
          + "\(instance.state.task?.rawValue ?? "None")")
    }
    guard let migration = try await underWay(instance).first(where: { "\($0.number)" == number }) else {
      throw APIError.notFound("Migration \(number) for instance \(instance.id) could not be found.")
    }
    guard migration.status == .running else {
      throw APIError.badRequest(
        "Migration \(number) state of instance \(instance.id) is \(migration.status.rawValue). Cannot abort or force "
          + "the live migration while the migration is in this state.")
    }
    return instance
  }
}
