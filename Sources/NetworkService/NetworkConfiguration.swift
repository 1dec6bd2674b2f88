package import Model

/// The Networking service's options, under upstream's names.
///
/// - `agent_down_time` (`[DEFAULT]`): seconds after the last heartbeat until an agent is taken for dead.
/// - `default_availability_zones` (`[DEFAULT]`): the `availability_zone_hints` of a network that is made without any.
/// - Which kinds of network there are, and of what they are made: see ``SegmentOptions``.
/// - `port_transition_retention`, `port_transition_limit` (`[plugboard]`): how long and how many rows of
///   `port_transitions` are kept.
/// - `[quotas]`: see ``QuotaConfiguration``.
/// - What ports are made of: see ``PortOptions``.
/// - How networks are given to DHCP agents: see ``DHCPOptions``.
/// - `max_dns_nameservers`, `max_subnet_host_routes` (`[DEFAULT]`): how many a subnet may have.
/// - `pagination_max_limit` (`[DEFAULT]`): how many elements a page has at most; -1 or `infinite` for no limit.
package struct NetworkConfiguration: Sendable {
  package var agentDownTime: Duration = .seconds(75)
  package var defaultAvailabilityZones: [String] = []
  package var segments = SegmentPlan()
  package var portTransitionRetention: Duration = .seconds(7 * 86_400)
  package var portTransitionLimit = 1_000_000
  /// How often failed bindings are compared with the agents that are alive.
  package var rebindInterval: Duration = .seconds(10)

  package var quotas = QuotaConfiguration()
  package var ports = PortOptions()
  package var subnets = SubnetLimits()
  package var dhcp = DHCPOptions()
  /// `nil` is no limit.
  package var paginationMaxLimit: Int?

  package init() {}
}
