import HostRPC
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// The extension binding-extended: a port's bindings to hosts, one by one. A distributed port's are not among them.

extension NetworkService {
  func addPortBindingRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("ports/:id/bindings") { [self] request, context in try await listBindings(request, context) }
    api.post("ports/:id/bindings") { [self] request, context in try await createBinding(request, context) }
    api.get("ports/:id/bindings/:host") { [self] request, context in try await showBinding(request, context) }
    api.put("ports/:id/bindings/:host") { [self] request, context in try await updateBinding(request, context) }
    api.delete("ports/:id/bindings/:host") { [self] request, context in try await deleteBinding(request, context) }
    api.put("ports/:id/bindings/:host/activate") { [self] request, context in
      try await activateBinding(request, context)
    }
  }

  private func listBindings(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let id = try context.portID
    let parameters = try request.listParameters(configuration)
    try parameters.checkBindingFilters()
    let bindings = try await store.read { snapshot in
      _ = try snapshot.movablePort(id, for: caller, rule: "get_port_binding")
      return try snapshot.bindings(ofPort: id).filter(parameters.admits)
    }
    return Response.json { writer in
      writer.object { $0.member("bindings") { $0.array(bindings) { $1.writeAlone(to: &$0, parameters.fields) } } }
    }
  }

  private func createBinding(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let id = try context.portID
    let wanted = try PortBindingRequest(try await context.updateBody(of: request, .portBinding), isNew: true)
    let configuration = configuration
    let binding = try await store.write { transaction in
      let port = try transaction.movablePort(id, for: caller, rule: "create_port_binding")
      return try transaction.createBinding(wanted, of: port, configuration: configuration)
    }
    return Response.json(status: .created) { writer in
      writer.object { $0.member("binding") { binding.writeAlone(to: &$0) } }
    }
  }

  private func showBinding(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let (id, host) = (try context.portID, context.bindingHost)
    let binding = try await store.read { snapshot in
      _ = try snapshot.movablePort(id, for: caller, rule: "get_port_binding")
      return try snapshot.requiredBinding(ofPort: id, host: host)
    }
    let fields = request.queryString.values("fields").filter { !$0.isEmpty }
    return Response.one("binding") { binding.writeAlone(to: &$0, fields) }
  }

  private func updateBinding(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let (id, host) = (try context.portID, context.bindingHost)
    let wanted = try PortBindingRequest(try await context.updateBody(of: request, .portBinding), isNew: false)
    let configuration = configuration
    let (port, binding) = try await store.write { transaction in
      let port = try transaction.movablePort(id, for: caller, rule: "update_port_binding")
      let binding = try transaction.updateBinding(wanted, of: port, host: host, configuration: configuration)
      return (port, binding)
    }
    if binding.status == .active { try await castPortUpdate(id, to: [port.binding.host, binding.host]) }
    return Response.one("binding") { binding.writeAlone(to: &$0) }
  }

  private func deleteBinding(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let (id, host) = (try context.portID, context.bindingHost)
    let binding = try await store.write { transaction in
      let port = try transaction.movablePort(id, for: caller, rule: "delete_port_binding")
      return try transaction.deleteBinding(of: port, host: host)
    }
    if binding.status == .active { try await castPortUpdate(id, to: [host]) }
    return Response.empty(.noContent)
  }

  /// Answers with the binding alone, without a member around it, as upstream does. A body is not looked at: the SDK sends
  /// one, Nova does not.
  private func activateBinding(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let (id, host) = (try context.portID, context.bindingHost)
    let configuration = configuration
    let (port, activated) = try await store.write { transaction in
      let port = try transaction.movablePort(id, for: caller, rule: "activate")
      return (port, try transaction.activateBinding(of: port, host: host, configuration: configuration))
    }
    castBindingActivation(of: port, from: activated.leftHost, to: host)
    return Response.json { activated.binding.writeAlone(to: &$0) }
  }

  /// Tells both hosts' agents which of them the port is with.
  private func castBindingActivation(of port: Port, from left: String, to host: String) {
    if !left.isEmpty {
      hosts.cast(
        BindingDeactivate.self, BindingHint(portID: port.id, host: left, networkID: port.networkID),
        to: .host(left, binary: Agent.linuxBridgeBinary))
    }
    hosts.cast(
      BindingActivate.self, BindingHint(portID: port.id, host: host),
      to: .host(host, binary: Agent.linuxBridgeBinary))
  }
}

extension OpenStackRequestContext {
  /// - Throws: `APIError` 404 for what is no port's id.
  fileprivate var portID: UUID {
    get throws {
      guard let resourceID else { throw APIError.portNotFound(resourceName) }
      return resourceID
    }
  }

  fileprivate var bindingHost: String { pathText("host") }
}

extension ListParameters {
  private static let bindingFilters: Set<String> = ["host", "vif_type", "vnic_type", "status"]

  /// - Throws: `APIError` 400 for a filter or a sort key that a binding does not have.
  fileprivate func checkBindingFilters() throws {
    let unknown = filters.map(\.name).filter { !Self.bindingFilters.contains($0) }
    guard unknown.isEmpty else {
      let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
      throw APIError.badRequest("[\(names)] is invalid attribute for filtering")
    }
    guard sortKeys.isEmpty else {
      let names = sortKeys.map { "'\($0.name)'" }.joined(separator: ", ")
      throw APIError.badRequest("[\(names)] is invalid attribute for sort_keys")
    }
  }

  fileprivate func admits(_ binding: PortBinding) -> Bool {
    filters.allSatisfy { filter in
      switch filter.name {
      case "host": filter.values.contains(binding.host)
      case "vif_type": filter.values.contains(binding.vifType.rawValue)
      case "vnic_type": filter.values.contains(binding.vnicType.rawValue)
      case "status": filter.values.contains(binding.status.rawValue)
      default: true
      }
    }
  }
}
