import HostRPC
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addPortRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("ports") { [self] request, context in try await listPorts(request, context) }
    api.post("ports") { [self] request, context in try await createPorts(request, context) }
    api.get("ports/:id") { [self] request, context in try await showPort(request, context) }
    api.put("ports/:id") { [self] request, context in try await updatePort(request, context) }
    api.delete("ports/:id") { [self] request, context in try await deletePort(request, context) }
    addPortBindingRoutes(to: api)
  }

  private func listPorts(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(PortField.self, caller: caller, except: [PortFilter.name])
    let filter = try PortFilter(parameters.values(of: PortFilter.name) ?? [])
    let ports = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.port(marker) == nil { throw APIError.portNotFound(marker) }
      return try snapshot.ports(query, fixedIPs: filter.fixedIPs)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      ports, name: "ports", linksName: "ports_links", parameters: parameters, request: request, context: context,
      id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createPorts(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let configuration = configuration
    let body = try await context.creationBody(of: request, .port)
    guard body.objects.count <= configuration.ports.bulkLimit else {
      throw APIError.invalidInput("a request makes at most \(configuration.ports.bulkLimit) ports")
    }
    let wanted = try body.objects.map { try PortRequest($0, caller: caller, configuration: configuration) }
    let ports = try await store.write { transaction in
      try wanted.map { try transaction.createPort($0, caller: caller, configuration: configuration) }
    }
    for port in ports {
      securityGroupNotices.announce(portBefore: nil, after: port)
      if port.binding.isBound { try await castPortUpdate(port, to: [port.binding.host]) }
    }
    let view = ResourceView(for: caller)
    return Response.created(ports, body, name: "port", collection: "ports") { $1.write(to: &$0, view) }
  }

  private func showPort(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.portNotFound(context.resourceName) }
    let port = try await store.read { try $0.visiblePort(id, to: caller) }
    return Response.one("port") { port.write(to: &$0, request.view(for: caller)) }
  }

  private func updatePort(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.portNotFound(context.resourceName) }
    let configuration = configuration
    let change = try PortChange(
      try await context.updateBody(of: request, .port), caller: caller, configuration: configuration)
    let wantedRevision = try request.wantedRevision()
    let changed = try await store.write { transaction in
      try transaction.updatePort(
        id, change, caller: caller, wantedRevision: wantedRevision, configuration: configuration)
    }
    if changed.isDifferent {
      securityGroupNotices.announce(portBefore: changed.before, after: changed.after)
      try await castPortUpdate(changed.after, to: [changed.before.binding.host, changed.after.binding.host])
    }
    return Response.one("port") { changed.after.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deletePort(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.portNotFound(context.resourceName) }
    let wantedRevision = try request.wantedRevision()
    let port = try await store.write { transaction in
      let port = try transaction.visiblePort(id, to: caller)
      guard let network = try transaction.network(port.networkID) else {
        throw APIError.networkNotFound(port.networkID)
      }
      try ResourceKind.port.checkPolicy(
        .delete, JSONObject(), caller: caller, target: PolicyTarget(port, on: network))
      try transaction.check(wantedRevision, against: port.revision)
      transaction.cause = ChangeCause(reason: "port deleted")
      try transaction.deletePort(id)
      return port
    }
    securityGroupNotices.announce(portBefore: port, after: nil)
    castPortDelete(port)
    return Response.empty(.noContent)
  }
}

extension NetworkService {
  /// Looks the network up only if there is an agent to tell.
  private func castPortUpdate(_ port: Port, to names: Set<String>) async throws {
    let names = names.intersection(hosts.connectedHosts(binary: Agent.linuxBridgeBinary))
    guard !names.isEmpty, let network = try await store.read({ try $0.network(port.networkID) }) else { return }
    castPortUpdate(port, on: network, to: names)
  }

  /// The same for a port as it is now.
  func castPortUpdate(_ id: UUID, to names: Set<String>) async throws {
    let names = names.intersection(hosts.connectedHosts(binary: Agent.linuxBridgeBinary))
    guard !names.isEmpty, let port = try await store.read({ try $0.port(id) }) else { return }
    try await castPortUpdate(port, to: names)
  }
}
