import JSON
import Model
import OpenStackHTTP
import Store

/// What a PUT changes of an agent; the rest is the agent's own to report.
struct AgentChange: Sendable {
  private let adminStateUp: Bool?
  private let description: String?
  private let hasDescription: Bool

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.agent.checkUpdate(body, caller: caller)
    let attributes = AttributeReader(body)
    adminStateUp = try attributes.bool("admin_state_up")
    hasDescription = attributes.has("description")
    description = attributes.isNull("description") ? nil : try attributes.text("description")
  }

  func applied(to agent: Agent) -> Agent {
    var changed = agent
    changed.adminStateUp = adminStateUp ?? agent.adminStateUp
    if hasDescription { changed.description = description }
    return changed
  }
}
