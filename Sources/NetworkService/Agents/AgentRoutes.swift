import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addAgentRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("agents") { [self] request, context in try await listAgents(request, context) }
    api.get("agents/:id") { [self] request, context in try await showAgent(request, context) }
    api.delete("agents/:id") { [self] request, context in try await deleteAgent(request, context) }
  }

  private func listAgents(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try ListParameters(request.queryString)
    var query = try parameters.query(AgentField.self, caller: caller, except: ["alive"])
    // Members get an empty list, not a refusal, as upstream's policy on each element makes it.
    guard caller.isAdmin else {
      return Response.json { writer in writer.object { $0.member("agents", []) } }
    }
    let wantsAlive = parameters.values(of: "alive").map { values in
      values.map { ["true", "1"].contains($0.lowercased()) }
    }
    let downTime = configuration.agentDownTime
    // Being alive is no column, so a page can only be cut when it does not matter.
    if wantsAlive != nil { query.limit = nil }
    let (wanted, now) = (query, clock())
    let agents = try await store.read { try $0.agents(wanted) }
      .map { agent in (agent, agent.isAlive(at: now, downTime: downTime)) }
      .filter { agent in wantsAlive.map { $0.contains(agent.1) } ?? true }
    let view = ResourceView(fields: parameters.fields, isAdmin: true)
    return Response.list(
      agents, name: "agents", linksName: "agents_links", parameters: parameters, request: request, context: context,
      id: { agent in agent.0.id },
      write: { writer, agent in agent.0.write(to: &writer, view, isAlive: agent.1) })
  }

  private func showAgent(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard caller.isAdmin, let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    guard let agent = try await store.read({ try $0.agent(id) }) else { throw APIError.agentNotFound(id) }
    let isAlive = agent.isAlive(at: clock(), downTime: configuration.agentDownTime)
    return Response.one("agent") { agent.write(to: &$0, request.view(for: caller), isAlive: isAlive) }
  }

  private func deleteAgent(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard caller.isAdmin, let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    try await store.write { transaction in
      guard try transaction.agent(id) != nil else { throw APIError.agentNotFound(id) }
      try transaction.deleteAgent(id)
    }
    return Response.empty(.noContent)
  }
}
