/// How networks are given to DHCP agents, under upstream's names in `[DEFAULT]`:
///
/// - `dhcp_agents_per_network`: how many serve each network.
/// - `network_auto_schedule`: whether networks without one are given to agents that appear.
/// - `dhcp_agent_notification`: whether agents are told of changes at once.
package struct DHCPOptions: Hashable, Sendable {
  package var agentsPerNetwork = 1
  package var schedulesAutomatically = true
  package var notifiesAgents = true

  package init() {}
}
