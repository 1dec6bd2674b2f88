import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension SubnetPoolField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .subnetPoolNotFound(marker) }
}

extension NetworkService {
  func addSubnetPoolRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("subnetpools") { [self] request, context in try await listSubnetPools(request, context) }
    api.post("subnetpools") { [self] request, context in try await createSubnetPools(request, context) }
    api.get("subnetpools/:id") { [self] request, context in try await showSubnetPool(request, context) }
    api.put("subnetpools/:id") { [self] request, context in try await updateSubnetPool(request, context) }
    api.delete("subnetpools/:id") { [self] request, context in try await deleteSubnetPool(request, context) }
  }

  private func listSubnetPools(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(SubnetPoolField.self, caller: caller)
    let pools = try await store.read { snapshot in
      if let marker = query.marker { _ = try snapshot.visibleSubnetPool(marker, to: caller) }
      return try snapshot.subnetPools(query)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      pools, name: "subnetpools", linksName: "subnetpools_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createSubnetPools(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .subnetPool)
    let wanted = try body.objects.map { try SubnetPoolRequest(new: $0, caller: caller) }
    let configuration = configuration
    let pools = try await store.write { transaction in
      try wanted.map { try transaction.createSubnetPool($0, configuration: configuration) }
    }
    let view = ResourceView(for: caller)
    return Response.created(pools, body, name: "subnetpool", collection: "subnetpools") { $1.write(to: &$0, view) }
  }

  private func showSubnetPool(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetPoolNotFound(context.resourceName) }
    let pool = try await store.read { try $0.visibleSubnetPool(id, to: caller) }
    return Response.one("subnetpool") { pool.write(to: &$0, request.view(for: caller)) }
  }

  private func updateSubnetPool(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetPoolNotFound(context.resourceName) }
    let change = try SubnetPoolRequest(change: try await context.updateBody(of: request, .subnetPool), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let pool = try await store.write { transaction in
      let before = try transaction.ownSubnetPool(id, of: caller, action: "update_subnetpool")
      try transaction.check(wantedRevision, against: before.revision)
      try transaction.updateSubnetPool(before, change)
      return try transaction.visibleSubnetPool(id, to: caller)
    }
    return Response.one("subnetpool") { pool.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deleteSubnetPool(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetPoolNotFound(context.resourceName) }
    try ResourceKind.subnetPool.checkDeletion(caller)
    let wantedRevision = try request.wantedRevision()
    try await store.write { transaction in
      let pool = try transaction.ownSubnetPool(id, of: caller, action: "delete_subnetpool")
      try transaction.check(wantedRevision, against: pool.revision)
      try transaction.deleteSubnetPool(pool)
    }
    return Response.empty(.noContent)
  }
}
