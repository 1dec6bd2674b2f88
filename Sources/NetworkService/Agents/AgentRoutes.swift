import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addAgentRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("agents") { [self] request, context in try await listAgents(request, context) }
    api.post("agents") { _, context -> Response in
      guard NetworkCaller(try context.caller).isAdmin else { throw APIError.policyNotAuthorized("rule:create_agent") }
      throw APIError.agentCreation
    }
    api.get("agents/:id") { [self] request, context in try await showAgent(request, context) }
    api.put("agents/:id") { [self] request, context in try await updateAgent(request, context) }
    api.delete("agents/:id") { [self] request, context in try await deleteAgent(request, context) }
  }

  private func listAgents(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    var query = try parameters.query(AgentField.self, caller: caller, except: ["alive"])
    let wantedLife = try parameters.values(of: "alive")?.map { try Self.boolean($0) }
    // Members get an empty list, not a refusal, as upstream's policy on each element makes it.
    guard caller.isAdmin else {
      return Response.json { writer in writer.object { $0.member("agents", []) } }
    }
    let (downTime, limit) = (configuration.agentDownTime, query.limit)
    // Being alive is no column, so the page is cut afterwards if that matters.
    if wantedLife != nil { query.limit = nil }
    let (wanted, now) = (query, clock())
    let agents = try await store.read { snapshot in
      if let marker = wanted.marker, try snapshot.agent(marker) == nil { throw APIError.agentNotFound(marker) }
      return try snapshot.agents(wanted)
    }
    .map { agent in (agent, agent.isAlive(at: now, downTime: downTime)) }
    .filter { agent in wantedLife?.contains(agent.1) ?? true }
    let view = ResourceView(fields: parameters.fields, isAdmin: true)
    return Response.list(
      Array(agents.prefix(limit ?? .max)), name: "agents", linksName: "agents_links", parameters: parameters,
      request: request, context: context, id: { agent in agent.0.id },
      write: { writer, agent in agent.0.write(to: &writer, view, isAlive: agent.1) })
  }

  private static func boolean(_ text: String) throws -> Bool {
    switch text.lowercased() {
    case "true", "1": true
    case "false", "0": false
    default: throw APIError.invalidInput("'\(text)' cannot be converted to boolean")
    }
  }

  private func showAgent(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (caller, id) = try administrator(context)
    guard let agent = try await store.read({ try $0.agent(id) }) else { throw APIError.agentNotFound(id) }
    return answer(agent, request.view(for: caller))
  }

  private func updateAgent(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (caller, id) = try administrator(context)
    let change = try AgentChange(try await context.updateBody(of: request, .agent), caller: caller)
    let (before, after) = try await store.write { transaction in
      guard let before = try transaction.agent(id) else { throw APIError.agentNotFound(id) }
      let after = change.applied(to: before)
      if after != before { try transaction.update(after) }
      return (before, after)
    }
    // What could not be bound while it was switched off can be now.
    if after.adminStateUp, !before.adminStateUp { try await rebindPorts(onHost: after.host) }
    if after.adminStateUp != before.adminStateUp { try await castNetworks(ofDHCPAgent: after) }
    return answer(after, ResourceView(isAdmin: true))
  }

  private func deleteAgent(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (_, id) = try administrator(context)
    try await store.write { transaction in
      guard try transaction.agent(id) != nil else { throw APIError.agentNotFound(id) }
      try transaction.deleteAgent(id)
    }
    return Response.empty(.noContent)
  }

  /// Agents are an administrator's; to anybody else there are none.
  private func administrator(_ context: OpenStackRequestContext) throws -> (NetworkCaller, UUID) {
    let caller = NetworkCaller(try context.caller)
    guard caller.isAdmin else { throw APIError.unknownPath }
    guard let id = context.resourceID else { throw APIError.agentNotFound(context.resourceName) }
    return (caller, id)
  }

  private func answer(_ agent: Agent, _ view: ResourceView) -> Response {
    let isAlive = agent.isAlive(at: clock(), downTime: configuration.agentDownTime)
    return Response.one("agent") { agent.write(to: &$0, view, isAlive: isAlive) }
  }
}
