import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

/// `/servers`: create, show, list, change the name, delete, and what hangs below a server.
struct ServerRoutes: Sendable {
  let store: Store
  let peers: ComputePeers
  let options: ComputeOptions
  let logger: Logger

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.post("servers") { try await create($0, $1) }
    api.get("servers") { try await list($0, $1, isDetailed: false) }
    api.get("servers/detail") { try await list($0, $1, isDetailed: true) }
    api.get("servers/:server_id") { try await show($0, $1) }
    api.put("servers/:server_id") { try await update($0, $1) }
    api.delete("servers/:server_id") { try await delete($0, $1) }
    api.get("servers/:server_id/os-interface") { try await listInterfaces($0, $1) }
    api.get("servers/:server_id/ips") { try await listAddresses($0, $1) }
    api.get("servers/:server_id/metadata") { try await listMetadata($0, $1) }
    api.get("servers/:server_id/os-security-groups") { try await listSecurityGroups($0, $1) }
    api.get("servers/:server_id/os-volume_attachments") { try await listVolumes($0, $1) }
    api.get("servers/:server_id/tags") { try await listTags($0, $1) }
    api.get("servers/:server_id/os-instance-actions") { try await listActions($0, $1) }
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let view = try await view(for: context)
    return .json(capacity: 2048) { writer in
      writer.object { $0.member("server") { view.write(instance, isAlone: true, to: &$0) } }
    }
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.serverUpdate(context.microversion).check(body)
    let instance = try await found(context)
    let change = body["server"]
    let changed = try await store.write { transaction in
      guard var instance = try transaction.instance(instance.id) else { throw APIError.noInstance("\(instance.id)") }
      if let name = change?["name"]?.string { instance.name = name }
      if let description = change?["description"] { instance.description = description.string }
      try transaction.update(instance)
      instance.updatedAt = transaction.now
      return instance
    }
    let view = try await view(for: context)
    return .json { writer in
      writer.object { $0.member("server") { view.write(changed, isAlone: true, to: &$0) } }
    }
  }

  func view(for context: OpenStackRequestContext) async throws -> ServerView {
    var silentHosts: Set<String> = []
    if try ServerView.showsHostStatus(context) {
      let nodes = try await store.read { try $0.computeNodes() }
      let now = options.now()
      let downTime = options.scheduling.serviceDownTime
      silentHosts = Set(nodes.filter { !$0.isAlive(at: now, downTime: downTime) }.map(\.host))
    }
    return try ServerView(context, availabilityZone: options.availabilityZone, silentHosts: silentHosts)
  }

  /// The instance of the path, with addresses that are not stale.
  ///
  /// - Throws: `APIError` 404 if there is none, or it is another project's.
  func found(_ context: OpenStackRequestContext) async throws -> Instance {
    let text = context.parameters.get("server_id") ?? ""
    guard let id = UUID(text) else { throw APIError.noInstance(text) }
    let caller = try context.caller
    let projectID = caller.isAdmin ? nil : caller.projectID ?? ""
    guard let instance = try await store.read({ try $0.instance(id, inProject: projectID) }) else {
      throw APIError.noInstance(text)
    }
    return await NetworkInfoRefresh(store: store, peers: peers, logger: logger).refreshed([instance])[0]
  }
}

extension APIError {
  static func noInstance(_ id: String) -> APIError { .notFound("Instance \(id) could not be found.") }
}
