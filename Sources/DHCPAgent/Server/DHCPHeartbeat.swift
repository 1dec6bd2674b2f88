internal import HostRPC
internal import JSON
internal import Logging
internal import Model
internal import Synchronization

/// How much the agent has to do, for its reports.
final class ServiceCounts: Sendable {
  private let state = Mutex((networks: 0, subnets: 0, ports: 0))

  func set(_ networks: [DHCPNetwork]) {
    state.withLock { state in
      state.networks = networks.count
      state.subnets = networks.reduce(0) { $0 + $1.subnets.count }
      state.ports = networks.reduce(0) { $0 + $1.ports.count }
    }
  }

  var values: (networks: Int, subnets: Int, ports: Int) { state.withLock { $0 } }
}

/// Tells the server that the agent lives: once at the start, then every `report_interval`, on a connection of its own.
struct DHCPHeartbeat<C: Clock>: Sendable where C.Duration == Duration {
  let configuration: DHCPAgentConfiguration
  let server: any DHCPServerConnection
  let agenda: NetworkAgenda
  let counts: ServiceCounts
  let clock: C
  let now: @Sendable () -> Timestamp
  let logger: Logger
  /// Identifies this run of the agent.
  let runID = UUID()

  /// Reports until the task is cancelled.
  func run() async throws {
    let heartbeat = AgentHeartbeat(
      of: DHCPAgentName.type, on: configuration.host, every: configuration.reportInterval, clock: clock, logger: logger)
    try await heartbeat.run { isFirst in
      let known = try await server.reportState(.init(agentState: state(startFlag: isFirst), time: now()))
      // An agent that is new has no networks before it has reported, and one that was given up may have lost some.
      if known != .alive { agenda.compareEverything() }
    }
  }

  private func state(startFlag: Bool) -> AgentState {
    let counts = counts.values
    let configurations: JSONValue = [
      "dhcp_driver": "neutron.agent.linux.dhcp.Dnsmasq",
      "dhcp_lease_duration": JSONValue(configuration.dnsmasq.leaseDuration ?? -1), "log_agent_heartbeats": false,
      "networks": JSONValue(counts.networks), "subnets": JSONValue(counts.subnets), "ports": JSONValue(counts.ports),
    ]
    return AgentState(
      binary: DHCPAgentName.binary, host: configuration.host, topic: "dhcp_agent", agentType: DHCPAgentName.type,
      availabilityZone: "nova", configurations: configurations, startFlag: startFlag, uuid: "\(runID)")
  }
}
