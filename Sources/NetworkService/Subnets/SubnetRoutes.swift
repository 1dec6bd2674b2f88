import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addSubnetRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("subnets") { [self] request, context in try await listSubnets(request, context) }
    api.post("subnets") { [self] request, context in try await createSubnets(request, context) }
    api.get("subnets/:id") { [self] request, context in try await showSubnet(request, context) }
    api.put("subnets/:id") { [self] request, context in try await updateSubnet(request, context) }
    api.delete("subnets/:id") { [self] request, context in try await deleteSubnet(request, context) }
  }

  private func listSubnets(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try ListParameters(request.queryString)
    let query = try parameters.query(SubnetField.self, caller: caller)
    let subnets = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.subnet(marker) == nil { throw APIError.subnetNotFound(marker) }
      return try snapshot.subnets(query)
    }
    let view = ResourceView(fields: parameters.fields, isAdmin: caller.isAdmin)
    return Response.list(
      subnets, name: "subnets", linksName: "subnets_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createSubnets(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .subnet)
    let wanted = try body.objects.map { try SubnetRequest($0, caller: caller) }
    let subnets = try await store.write { transaction in
      try wanted.map { try transaction.createSubnet($0, caller: caller) }
    }
    let view = ResourceView(isAdmin: caller.isAdmin)
    return Response.created(subnets, body, name: "subnet", collection: "subnets") { $1.write(to: &$0, view) }
  }

  private func showSubnet(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetNotFound(context.resourceName) }
    let subnet = try await store.read { try $0.visibleSubnet(id, to: caller) }
    return Response.one("subnet") { subnet.write(to: &$0, request.view(for: caller)) }
  }

  private func updateSubnet(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetNotFound(context.resourceName) }
    let change = try SubnetChange(try await context.updateBody(of: request, .subnet), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let subnet = try await store.write { transaction in
      let before = try transaction.ownSubnet(id, of: caller, action: "update_subnet")
      try transaction.check(wantedRevision, against: before.revision)
      let changed = try change.applied(to: before)
      if changed != before { try transaction.update(changed) }
      return try transaction.visibleSubnet(id, to: caller)
    }
    return Response.one("subnet") { subnet.write(to: &$0, ResourceView(isAdmin: caller.isAdmin)) }
  }

  private func deleteSubnet(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetNotFound(context.resourceName) }
    let wantedRevision = try request.wantedRevision()
    try await store.write { transaction in
      let subnet = try transaction.ownSubnet(id, of: caller, action: "delete_subnet")
      try transaction.check(wantedRevision, against: subnet.revision)
      try transaction.deleteSubnet(subnet)
    }
    return Response.empty(.noContent)
  }
}
