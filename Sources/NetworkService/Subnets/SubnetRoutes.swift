import HostRPC
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
    addSubnetPoolRoutes(to: api)
    addIPAvailabilityRoutes(to: api)
  }

  private func listSubnets(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(SubnetField.self, caller: caller)
    let subnets = try await store.read { snapshot in
      if let marker = query.marker { _ = try snapshot.visibleSubnet(marker, to: caller) }
      return try snapshot.subnets(query)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      subnets, name: "subnets", linksName: "subnets_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createSubnets(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .subnet)
    let wanted = try body.objects.map { try SubnetRequest($0, caller: caller) }
    let configuration = configuration
    let made = try await store.write { transaction in
      transaction.cause = ChangeCause(reason: "subnet created")
      return try wanted.map { try transaction.createSubnet($0, caller: caller, configuration: configuration) }
    }
    try await castPortUpdates(made.flatMap(\.portIDs))
    let view = ResourceView(for: caller)
    return Response.created(made.map(\.subnet), body, name: "subnet", collection: "subnets") { $1.write(to: &$0, view) }
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
    let configuration = configuration
    let subnet = try await store.write { transaction in
      let before = try transaction.ownSubnet(id, of: caller, action: "update_subnet")
      try transaction.check(wantedRevision, against: before.revision)
      try transaction.updateSubnet(before, change, configuration: configuration)
      return try transaction.visibleSubnet(id, to: caller)
    }
    return Response.one("subnet") { subnet.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deleteSubnet(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.subnetNotFound(context.resourceName) }
    try ResourceKind.subnet.checkDeletion(caller)
    let wantedRevision = try request.wantedRevision()
    let portIDs = try await store.write { transaction in
      let subnet = try transaction.ownSubnet(id, of: caller, action: "delete_subnet")
      try transaction.check(wantedRevision, against: subnet.revision)
      return try transaction.deleteSubnet(subnet)
    }
    try await castPortUpdates(portIDs)
    return Response.empty(.noContent)
  }

  /// Tells the agents of ports whose addresses have come or gone with a subnet.
  private func castPortUpdates(_ ids: [UUID]) async throws {
    let connected = hosts.connectedHosts(binary: Agent.linuxBridgeBinary)
    guard !connected.isEmpty, !ids.isEmpty else { return }
    for start in stride(from: 0, to: ids.count, by: 500) {
      let batch = Array(ids[start..<min(start + 500, ids.count)])
      let changed = try await store.read { snapshot in
        let ports = try batch.compactMap { try snapshot.port($0) }.filter { connected.contains($0.binding.host) }
        return (ports, try ports.first.flatMap { try snapshot.network($0.networkID) })
      }
      guard let network = changed.1 else { continue }
      for port in changed.0 { castPortUpdate(port, on: network, to: [port.binding.host]) }
    }
  }
}
