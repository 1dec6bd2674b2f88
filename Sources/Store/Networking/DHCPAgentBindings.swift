package import Model
import SQLite

/// A DHCP agent with how much it has to do.
package struct DHCPAgentLoad: Hashable, Sendable {
  package var agent: Agent
  package var networkCount: Int

  package init(agent: Agent, networkCount: Int) {
    (self.agent, self.networkCount) = (agent, networkCount)
  }
}

extension Snapshot {
  /// The DHCP agents that a network is given to, the longest first.
  package func dhcpAgents(ofNetwork id: UUID) throws -> [Agent] {
    try rows(
      """
      \(Agent.selection) WHERE id IN (SELECT agent_id FROM network_dhcp_agent_bindings WHERE network_id = ?1)
      ORDER BY (SELECT id FROM network_dhcp_agent_bindings AS bindings
        WHERE bindings.network_id = ?1 AND bindings.agent_id = agents.id)
      """,
      id
    ) { row in try Agent(row: row) }
  }

  /// The networks that a DHCP agent is given, the longest first.
  package func networkIDs(ofDHCPAgent id: UUID) throws -> [UUID] {
    try rows("SELECT network_id FROM network_dhcp_agent_bindings WHERE agent_id = ? ORDER BY id", id) { row in
      try row.uuid(0)
    }
  }

  /// Whether the network is given to the agent.
  package func isNetwork(_ networkID: UUID, servedBy agentID: UUID) throws -> Bool {
    try first(
      "SELECT 1 FROM network_dhcp_agent_bindings WHERE network_id = ? AND agent_id = ?", networkID, agentID
    ) { _ in true } ?? false
  }

  /// All agents of the type with the number of their networks.
  package func dhcpAgentLoads(type: String) throws -> [DHCPAgentLoad] {
    let agents = try rows("\(Agent.selection) WHERE agent_type = ? ORDER BY host", type) { row in try Agent(row: row) }
    return try agents.map { agent in
      let count = try first("SELECT count(*) FROM network_dhcp_agent_bindings WHERE agent_id = ?", agent.id) { row in
        row.integer(0)
      }
      return DHCPAgentLoad(agent: agent, networkCount: count ?? 0)
    }
  }

  /// Up to `limit` networks with a subnet that has DHCP and fewer than `count` DHCP agents that were heard of since
  /// `time` and are switched on, in the order of their ids.
  ///
  /// - Parameter givenOnly: Leaves out those that are given to no agent at all.
  package func networksLackingDHCPAgents(
    fewerThan count: Int, heardSince time: Timestamp, givenOnly: Bool = false, after marker: UUID?, limit: Int
  ) throws -> [UUID] {
    try rows(
      """
      SELECT id FROM networks
      WHERE id > ? AND EXISTS (SELECT 1 FROM subnets WHERE network_id = networks.id AND enable_dhcp = 1)
        AND (SELECT count(*) FROM network_dhcp_agent_bindings AS bindings JOIN agents ON agents.id = bindings.agent_id
             WHERE bindings.network_id = networks.id AND agents.admin_state_up = 1
               AND agents.heartbeat_timestamp >= ?) < ?
        AND (NOT ? OR EXISTS (SELECT 1 FROM network_dhcp_agent_bindings WHERE network_id = networks.id))
      ORDER BY id LIMIT ?
      """,
      marker?.description ?? "", time, count, givenOnly, limit
    ) { row in try row.uuid(0) }
  }

  /// Whether one of these subnets has DHCP.
  package func isDHCPEnabled(onAnyOf subnetIDs: [UUID]) throws -> Bool {
    try subnetIDs.contains { id in
      try first("SELECT enable_dhcp FROM subnets WHERE id = ?", id) { row in row.bool(0) } ?? false
    }
  }

  /// All ports of a network, in the order of their ids.
  package func ports(ofNetwork id: UUID) throws -> [Port] {
    try rows("\(Port.selection) WHERE ports.network_id = ? ORDER BY ports.id", id) { row in try Port(row: row) }
  }

  /// The port of a device on a network.
  package func port(ofDeviceID deviceID: String, onNetwork networkID: UUID) throws -> Port? {
    try first("\(Port.selection) WHERE ports.device_id = ? AND ports.network_id = ?", deviceID, networkID) { row in
      try Port(row: row)
    }
  }
}

extension Transaction {
  /// Gives a network to a DHCP agent. Once is enough.
  package func addDHCPAgent(_ agentID: UUID, toNetwork networkID: UUID) throws {
    try execute(
      """
      INSERT INTO network_dhcp_agent_bindings (network_id, agent_id, created_at) VALUES (?, ?, ?)
      ON CONFLICT (network_id, agent_id) DO NOTHING
      """,
      networkID, agentID, now)
  }

  /// - Returns: Whether the agent had the network.
  @discardableResult
  package func removeDHCPAgent(_ agentID: UUID, fromNetwork networkID: UUID) throws -> Bool {
    try execute(
      "DELETE FROM network_dhcp_agent_bindings WHERE network_id = ? AND agent_id = ?", networkID, agentID) > 0
  }
}
