/// Where DHCP servers or routers can be: the agents of one kind that report the same zone.
package struct AvailabilityZone: Hashable, Sendable {
  package var name: String
  package var resource: Resource
  /// Whether one of the agents may be given work.
  package var isAvailable: Bool

  package init(name: String, resource: Resource, isAvailable: Bool) {
    self.name = name
    self.resource = resource
    self.isAvailable = isAvailable
  }

  /// What is placed in a zone (`RESOURCE_AGENT_TYPE_MAP` of `neutron/db/agents_db.py`).
  package enum Resource: String, CaseIterable, Sendable {
    case network
    case router

    /// `agent_type` of the agents that make such zones.
    package var agentType: String {
      switch self {
      case .network: "DHCP agent"
      case .router: "L3 agent"
      }
    }
  }

  /// `available` or `unavailable`
  package var state: String { isAvailable ? "available" : "unavailable" }
}
