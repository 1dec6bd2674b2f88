import JSON
import Model
import Store

/// Chooses DHCP agents for a network: those that are alive, switched on and can reach the network, the one with the
/// fewest networks first (`neutron/scheduler/dhcp_agent_scheduler.py`, `WeightScheduler`).
enum DHCPScheduler {
  /// - Parameters:
  ///   - loads: All DHCP agents that may be given the network.
  ///   - serving: The agents that have it already and are alive.
  ///   - count: How many agents a network shall have, `dhcp_agents_per_network`.
  /// - Returns: Those to be added.
  static func additions(to serving: Set<UUID>, from loads: [DHCPAgentLoad], count: Int) -> [Agent] {
    let candidates = loads.filter { !serving.contains($0.agent.id) }
      .sorted { ($0.networkCount, $0.agent.host) < ($1.networkCount, $1.agent.host) }
    return candidates.prefix(max(0, count - serving.count)).map(\.agent)
  }
}

extension Snapshot {
  /// The DHCP agents that have the network and are alive and switched on now.
  func usableDHCPAgents(ofNetwork id: UUID, at now: Timestamp, _ configuration: NetworkConfiguration) throws -> [Agent]
  {
    try dhcpAgents(ofNetwork: id).filter { $0.isUsable(at: now, downTime: configuration.agentDownTime) }
  }

  /// The agents that could serve the network: usable, and on a host whose L2 agent can wire it.
  private func dhcpCandidates(
    for segment: Segment, at now: Timestamp, _ configuration: NetworkConfiguration
  ) throws -> [DHCPAgentLoad] {
    try dhcpAgentLoads(type: Agent.dhcpType).filter { load in
      guard load.agent.isUsable(at: now, downTime: configuration.agentDownTime) else { return false }
      // A host on which no L2 agent is known yet is given the benefit of the doubt: both start at the same time.
      guard let wiring = try agent(type: Agent.linuxBridgeType, host: load.agent.host) else { return true }
      return PortBinder.serves(segment, wiring)
    }
  }

  /// Whether the network has a subnet that asks for DHCP.
  func needsDHCP(_ networkID: UUID) throws -> Bool {
    try subnets(ofNetwork: networkID).contains { $0.enableDHCP }
  }

  fileprivate func dhcpAdditions(
    toNetwork id: UUID, at now: Timestamp, _ configuration: NetworkConfiguration
  ) throws -> [Agent] {
    guard let network = try network(id), try needsDHCP(id) else { return [] }
    let serving = try usableDHCPAgents(ofNetwork: id, at: now, configuration)
    guard serving.count < configuration.dhcp.agentsPerNetwork else { return [] }
    return DHCPScheduler.additions(
      to: Set(serving.map(\.id)), from: try dhcpCandidates(for: network.segment, at: now, configuration),
      count: configuration.dhcp.agentsPerNetwork)
  }
}

extension Transaction {
  /// Gives a network that asks for DHCP to as many live agents as it shall have, and takes it away from as many dead ones
  /// as were replaced: those would serve it twice when they come back.
  ///
  /// - Returns: The hosts of agents that were given the network.
  @discardableResult
  func scheduleDHCP(ofNetwork id: UUID, _ configuration: NetworkConfiguration) throws -> [String] {
    let additions = try dhcpAdditions(toNetwork: id, at: now, configuration)
    guard !additions.isEmpty else { return [] }
    let dead = try dhcpAgents(ofNetwork: id).filter { !$0.isAlive(at: now, downTime: configuration.agentDownTime) }
    for agent in dead.prefix(additions.count) {
      try removeDHCPAgent(agent.id, fromNetwork: id)
      try reserveDHCPPort(ofNetwork: id, host: agent.host)
    }
    for agent in additions { try addDHCPAgent(agent.id, toNetwork: id) }
    return additions.map(\.host)
  }
}

extension NetworkService {
  private static let dhcpBatch = 100

  /// Gives live agents the networks that lack one, because an agent has come, or one has died. What cannot be given to
  /// anybody is found out by reading.
  ///
  /// - Parameter givenOnly: Leaves those alone that no agent has, as an administrator may want it.
  /// - Returns: The networks that were given to somebody.
  @discardableResult
  func scheduleDHCPNetworks(givenOnly: Bool = false) async throws -> [UUID] {
    let (configuration, now) = (configuration, clock())
    guard configuration.dhcp.schedulesAutomatically else { return [] }
    var scheduled: [UUID] = []
    var marker: UUID?
    while true {
      let start = marker
      let (last, ids) = try await store.read { snapshot in
        let lacking = try snapshot.networksLackingDHCPAgents(
          fewerThan: configuration.dhcp.agentsPerNetwork, heardSince: now - configuration.agentDownTime,
          givenOnly: givenOnly, after: start, limit: Self.dhcpBatch)
        let able = try lacking.filter { try !snapshot.dhcpAdditions(toNetwork: $0, at: now, configuration).isEmpty }
        return (lacking.last, able)
      }
      guard let last else { return scheduled }
      marker = last
      guard !ids.isEmpty else { continue }
      scheduled += try await store.write { transaction in
        try ids.filter { try !transaction.scheduleDHCP(ofNetwork: $0, configuration).isEmpty }
      }
    }
  }
}

extension NetworkService {
  /// Gives the networks of agents that are silent for too long to others, and tells those.
  func replaceDeadDHCPAgents() async throws {
    for id in try await scheduleDHCPNetworks(givenOnly: true) {
      let agents = try await store.read { try $0.dhcpAgents(ofNetwork: id) }
      castDHCPNetworkUpdate(id, to: agents.map(\.host))
    }
  }
}

extension Agent {
  /// `agent_type` of the agents that serve DHCP.
  static let dhcpType = "DHCP agent"
  /// Their program's name.
  static let dhcpBinary = "neutron-dhcp-agent"
}
