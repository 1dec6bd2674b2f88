import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addNetworkRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("networks") { [self] request, context in try await listNetworks(request, context) }
    api.post("networks") { [self] request, context in try await createNetworks(request, context) }
    api.get("networks/:id") { [self] request, context in try await showNetwork(request, context) }
    api.put("networks/:id") { [self] request, context in try await updateNetwork(request, context) }
    api.delete("networks/:id") { [self] request, context in try await deleteNetwork(request, context) }
  }

  private func listNetworks(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(NetworkField.self, caller: caller, except: ["status"])
    let isEmpty = parameters.excludesEverything("status", shown: "ACTIVE")
    let networks = try await store.read { snapshot in
      if let marker = query.marker { _ = try snapshot.visibleNetwork(marker, to: caller) }
      return isEmpty ? [] : try snapshot.networks(query, seenBy: caller.projectID)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      networks, name: "networks", linksName: "networks_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createNetworks(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .network)
    let configuration = configuration
    let wanted = try body.objects.map { try NetworkRequest($0, caller: caller, configuration: configuration) }
    let networks = try await store.write { transaction in
      try wanted.map { try transaction.createNetwork($0, caller: caller, configuration: configuration) }
    }
    let view = ResourceView(for: caller)
    return Response.created(networks, body, name: "network", collection: "networks") {
      $1.write(to: &$0, view, isNew: true)
    }
  }

  private func showNetwork(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.networkNotFound(context.resourceName) }
    let network = try await store.read { try $0.visibleNetwork(id, to: caller) }
    return Response.one("network") { network.write(to: &$0, request.view(for: caller)) }
  }

  private func updateNetwork(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.networkNotFound(context.resourceName) }
    let change = try NetworkChange(try await context.updateBody(of: request, .network), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let configuration = configuration
    let (before, after) = try await store.write { transaction in
      try transaction.updateNetwork(
        id, change, caller: caller, wantedRevision: wantedRevision, configuration: configuration)
    }
    if before != after { castNetworkUpdate(after) }
    return Response.one("network") { after.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deleteNetwork(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.networkNotFound(context.resourceName) }
    try ResourceKind.network.checkDeletion(caller)
    let wantedRevision = try request.wantedRevision()
    try await store.write { transaction in
      let network = try transaction.ownNetwork(id, of: caller, action: "delete_network")
      try transaction.check(wantedRevision, against: network.revision)
      transaction.cause = ChangeCause(reason: "network deleted")
      try transaction.deleteNetwork(network)
    }
    castNetworkDelete(id)
    return Response.empty(.noContent)
  }
}
