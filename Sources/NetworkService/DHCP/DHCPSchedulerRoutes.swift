import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// The extension `dhcp_agent_scheduler`: an administrator's look at which agent serves which network, and hand in it.

extension NetworkService {
  func addDHCPSchedulerRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("networks/:id/dhcp-agents") { [self] request, context in try await listDHCPAgents(request, context) }
    api.get("agents/:id/dhcp-networks") { [self] request, context in try await listDHCPNetworks(request, context) }
    api.post("agents/:id/dhcp-networks") { [self] request, context in try await addDHCPNetwork(request, context) }
    api.delete("agents/:id/dhcp-networks/:network_id") { [self] _, context in
      try await removeDHCPNetwork(context)
    }
  }

  private func listDHCPAgents(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard caller.isAdmin else { throw APIError.unknownPath }
    guard let id = context.resourceID else { throw APIError.networkNotFound(context.resourceName) }
    let agents = try await store.read { snapshot in try snapshot.dhcpAgents(ofNetwork: id) }
    let (view, now, downTime) = (request.view(for: caller), clock(), configuration.agentDownTime)
    return Response.json(capacity: 1024) { writer in
      writer.object { list in
        list.member("agents") {
          $0.array(agents) { $1.write(to: &$0, view, isAlive: $1.isAlive(at: now, downTime: downTime)) }
        }
      }
    }
  }

  private func listDHCPNetworks(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard caller.isAdmin else { throw APIError.unknownPath }
    guard let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    let networks = try await store.read { snapshot in
      try snapshot.networkIDs(ofDHCPAgent: id).compactMap { try snapshot.network($0) }
    }
    let view = request.view(for: caller)
    return Response.json(capacity: 4096) { writer in
      writer.object { list in list.member("networks") { $0.array(networks) { $1.write(to: &$0, view) } } }
    }
  }

  private func addDHCPNetwork(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard NetworkCaller(try context.caller).isAdmin else { throw APIError.unknownPath }
    guard let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    let body = try await context.json(of: request)
    guard let text = body["network_id"]?.string else { throw APIError.badRequest("network_id is missing") }
    guard let networkID = UUID(text) else { throw APIError.networkNotFound(text) }
    let agent = try await store.write { transaction in
      guard try transaction.network(networkID) != nil else { throw APIError.networkNotFound(networkID) }
      let agent = try transaction.dhcpAgent(id)
      guard agent.adminStateUp else { throw APIError.invalidDHCPAgent(id) }
      guard try !transaction.isNetwork(networkID, servedBy: id) else {
        throw APIError.networkHostedByDHCPAgent(networkID, agent: id)
      }
      try transaction.addDHCPAgent(id, toNetwork: networkID)
      return agent
    }
    castDHCPNetworkUpdate(networkID, to: [agent.host])
    return Response.json(status: .created) { $0.null() }
  }

  private func removeDHCPNetwork(_ context: OpenStackRequestContext) async throws -> Response {
    guard NetworkCaller(try context.caller).isAdmin else { throw APIError.unknownPath }
    guard let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    guard let networkID = context.parameters.get("network_id").flatMap({ UUID($0) }) else {
      throw APIError.networkNotFound(context.pathText("network_id"))
    }
    let agent = try await store.write { transaction in
      let agent = try transaction.dhcpAgent(id)
      guard try transaction.removeDHCPAgent(id, fromNetwork: networkID) else {
        throw APIError.networkNotHostedByDHCPAgent(networkID, agent: id)
      }
      try transaction.reserveDHCPPort(ofNetwork: networkID, host: agent.host)
      return agent
    }
    castDHCPNetworkUpdate(networkID, to: [agent.host])
    return Response.empty(.noContent)
  }
}

extension Snapshot {
  fileprivate func dhcpAgent(_ id: UUID) throws -> Agent {
    guard let agent = try agent(id) else { throw APIError.agentNotFound(id) }
    guard agent.type == Agent.dhcpType else { throw APIError.invalidDHCPAgent(id) }
    return agent
  }
}

extension APIError {
  fileprivate static func invalidDHCPAgent(_ id: UUID) -> APIError {
    .notFound("Agent \(id) is not a valid DHCP Agent or has been disabled", type: "InvalidDHCPAgent")
  }

  fileprivate static func networkHostedByDHCPAgent(_ network: UUID, agent: UUID) -> APIError {
    .conflict(
      "The network \(network) has been already hosted by the DHCP Agent \(agent).", type: "NetworkHostedByDHCPAgent")
  }

  fileprivate static func networkNotHostedByDHCPAgent(_ network: UUID, agent: UUID) -> APIError {
    .conflict(
      "The network \(network) is not hosted by the DHCP agent \(agent).", type: "NetworkNotHostedByDhcpAgent")
  }
}

extension APIExtension {
  static let dhcpAgentSchedulerExtensions: [APIExtension] = [
    APIExtension(
      alias: "dhcp_agent_scheduler", name: "DHCP Agent Scheduler", description: "Schedule networks among dhcp agents",
      updated: "2013-02-07T10:00:00-00:00")
  ]
}
