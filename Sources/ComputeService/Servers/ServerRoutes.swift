import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

/// `/servers`: create, show, list, change, delete, and what hangs below a server.
struct ServerRoutes: Sendable {
  let store: Store
  let peers: ComputePeers
  let operations: Operations
  let calls: HostCalls
  let options: ComputeOptions
  let logger: Logger

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.post("servers") { try await create($0, $1) }
    api.get("servers") { try await list($0, $1, isDetailed: false) }
    api.get("servers/detail") { try await list($0, $1, isDetailed: true) }
    api.get("servers/:server_id") { try await show($0, $1) }
    api.put("servers/:server_id") { try await update($0, $1) }
    api.delete("servers/:server_id") { try await delete($0, $1) }
    api.post("servers/:server_id/action") { try await act($0, $1) }
    addMetadata(to: api)
    addTags(to: api)
    addInterfaces(to: api)
    addParts(to: api)
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    return try await answer(instance, as: .alone, context)
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.serverUpdate(context.microversion).check(body)
    let id = try serverID(context)
    let caller = try context.caller
    let change = body["server"]
    let changed = try await store.write { transaction in
      var instance = try transaction.instance(id, for: caller)
      try caller.mustBeMember(for: "servers:update")
      if let name = change?["name"]?.string { instance.name = name }
      if let description = change?["description"] { instance.description = description.string }
      if let hostname = change?["hostname"]?.string { instance.hostname = hostname }
      if let address = change?["accessIPv4"]?.string { instance.accessIPv4 = address }
      if let address = change?["accessIPv6"]?.string { instance.accessIPv6 = address }
      if let config = change?["OS-DCF:diskConfig"]?.string.flatMap({ DiskConfig(rawValue: $0) }) {
        instance.diskConfig = config
      }
      try transaction.updateDefinition(of: instance)
      instance.updatedAt = transaction.now
      return instance
    }
    return try await answer(await withAddresses(changed), as: .changed, context)
  }

  /// An answer with one server in it.
  func answer(
    _ instance: Instance, as form: ServerView.Form, _ context: OpenStackRequestContext,
    more: (inout JSONWriter) -> Void = { _ in }
  ) async throws -> Response {
    var view = try await view(for: context)
    if context.microversion >= Microversion(2, 71) {
      view.groups = try await store.read { try $0.serverGroup(ofInstance: instance.id).map { [$0.id] } ?? [] }
    }
    return .json(capacity: 2048) { writer in
      writer.object { $0.member("server") { view.write(instance, as: form, to: &$0, more: more) } }
    }
  }

  func view(for context: OpenStackRequestContext) async throws -> ServerView {
    let showsStatuses = try ServerView.showsHostStatus(context)
    let hosts = try await store.read { try HostFacts($0, options: options, showsStatuses: showsStatuses) }
    return try ServerView(context, hosts: hosts)
  }

  func serverID(_ context: OpenStackRequestContext) throws -> UUID {
    let text = context.parameters.get("server_id") ?? ""
    guard let id = UUID(text) else { throw APIError.noInstance(text) }
    return id
  }

  /// The instance of the path as its row has it.
  ///
  /// - Throws: `APIError` 404 if there is none, or it is another project's.
  func instance(_ context: OpenStackRequestContext) async throws -> Instance {
    let id = try serverID(context)
    let caller = try context.caller
    return try await store.read { try $0.instance(id, for: caller) }
  }

  /// The instance of the path, with addresses that are not stale.
  ///
  /// - Throws: `APIError` 404 if there is none, or it is another project's.
  func found(_ context: OpenStackRequestContext) async throws -> Instance {
    await withAddresses(try await instance(context))
  }

  func withAddresses(_ instance: Instance) async -> Instance {
    await NetworkInfoRefresh(store: store, peers: peers, logger: logger).refreshed([instance])[0]
  }
}

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such instance, or it is another project's.
  func instance(_ id: UUID, for caller: AuthToken) throws -> Instance {
    let projectID = caller.isAdmin ? nil : caller.projectID ?? ""
    guard let instance = try instance(id, inProject: projectID) else { throw APIError.noInstance("\(id)") }
    return instance
  }
}

extension AuthToken {
  /// - Parameter rule: the name of upstream's policy, without `os_compute_api:`.
  /// - Throws: `APIError` 403 if the caller may only look.
  func mustBeMember(for rule: String) throws {
    guard isAdmin || roles.contains("member") else { throw APIError.policy(rule) }
  }

  /// - Throws: `APIError` 403 if the caller is no administrator.
  func mustBeAdmin(for rule: String) throws {
    guard isAdmin else { throw APIError.policy(rule) }
  }
}

extension Instance {
  /// - Throws: `APIError` 409 if the instance is locked for the caller.
  func checkLock(for caller: AuthToken) throws {
    if lock != nil, !caller.isAdmin { throw APIError(.locked, "", ofInstance: id) }
  }
}

extension APIError {
  static func noInstance(_ id: String) -> APIError { .notFound("Instance \(id) could not be found.") }
}
