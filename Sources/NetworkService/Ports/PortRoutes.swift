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
    api.get("ports/:id/bindings") { [self] request, context in try await listBindings(request, context) }
  }

  private func listPorts(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try ListParameters(request.queryString)
    let query = try parameters.query(PortField.self, caller: caller, except: ["fixed_ips"])
    let fixedIPs = try FixedIPFilter(parameters.values(of: "fixed_ips") ?? [])
    let ports = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.port(marker) == nil { throw APIError.portNotFound(marker) }
      return try snapshot.ports(query, fixedIPs: fixedIPs)
    }
    let view = ResourceView(fields: parameters.fields, isAdmin: caller.isAdmin)
    return Response.list(
      ports, name: "ports", linksName: "ports_links", parameters: parameters, request: request, context: context,
      id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createPorts(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .port)
    let wanted = try body.objects.map { try PortRequest($0, caller: caller) }
    let configuration = configuration
    let ports = try await store.write { transaction in
      try wanted.map { try transaction.createPort($0, caller: caller, configuration: configuration) }
    }
    for port in ports where port.binding.isBound { try await castPortUpdate(port, to: [port.binding.host]) }
    let view = ResourceView(isAdmin: caller.isAdmin)
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
    let change = try PortChange(try await context.updateBody(of: request, .port), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let configuration = configuration
    let changed = try await store.write { transaction in
      try transaction.updatePort(
        id, change, caller: caller, wantedRevision: wantedRevision, configuration: configuration)
    }
    if changed.isDifferent {
      try await castPortUpdate(changed.after, to: [changed.before.binding.host, changed.after.binding.host])
    }
    return Response.one("port") { changed.after.write(to: &$0, ResourceView(isAdmin: caller.isAdmin)) }
  }

  private func deletePort(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.portNotFound(context.resourceName) }
    let wantedRevision = try request.wantedRevision()
    let port = try await store.write { transaction in
      let port = try transaction.visiblePort(id, to: caller)
      try transaction.check(wantedRevision, against: port.revision)
      transaction.cause = ChangeCause(reason: "port deleted")
      try transaction.deletePort(id)
      return port
    }
    castPortDelete(port)
    return Response.empty(.noContent)
  }

  private func listBindings(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.portNotFound(context.resourceName) }
    guard caller.isAdmin else { throw APIError.policyNotAuthorized("rule:get_port_binding") }
    let bindings = try await store.read { snapshot in
      _ = try snapshot.visiblePort(id, to: caller)
      return try snapshot.bindings(ofPort: id)
    }
    return Response.json { writer in
      writer.object { $0.member("bindings") { $0.array(bindings) { $1.writeAlone(to: &$0) } } }
    }
  }

  /// Looks the network up only if there is an agent to tell.
  private func castPortUpdate(_ port: Port, to names: Set<String>) async throws {
    let connected = hosts.connectedHosts(binary: Agent.linuxBridgeBinary)
    let names = names.intersection(connected)
    guard !names.isEmpty, let network = try await store.read({ try $0.network(port.networkID) }) else { return }
    castPortUpdate(port, on: network, to: names)
  }
}

extension FixedIPFilter {
  /// Reads `fixed_ips=ip_address=...` and `fixed_ips=subnet_id=...`.
  fileprivate init(_ values: [String]) throws {
    self.init()
    for value in values {
      let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw APIError.invalidInput("'\(value)' is not of the form <key>=[value]") }
      switch parts[0] {
      case "ip_address":
        guard let address = IPv4Address(parts[1]) else {
          throw APIError.invalidInput("'\(parts[1])' is not a valid IP address")
        }
        addresses.append(address)
      case "subnet_id":
        guard let id = UUID(parts[1]) else { throw APIError.invalidInput("'\(parts[1])' is not a valid UUID") }
        subnetIDs.append(id)
      default: throw APIError.badRequest("['fixed_ips'] is invalid attribute for filtering")
      }
    }
  }
}
