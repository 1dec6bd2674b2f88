import HostRPC
import JSON
import Logging
import Model

/// Tells the server that the agent lives: once at the start, then every `report_interval`. It shares neither task nor
/// connection with the wiring of devices, so that no burst of them makes the server believe that the host is dead.
struct Heartbeat<C: Clock>: Sendable where C.Duration == Duration {
  let configuration: AgentConfiguration
  let server: any ServerConnection
  let news: News
  let clock: C
  let now: @Sendable () -> Timestamp
  let logger: Logger
  /// Identifies this run of the agent.
  let runID = UUID()

  /// Reports until the task is cancelled.
  func run() async throws {
    let heartbeat = AgentHeartbeat(
      of: LinuxBridgeAgentName.type, on: configuration.host, every: configuration.reportInterval, clock: clock,
      logger: logger)
    try await heartbeat.run { isFirst in
      let known = try await server.reportState(.init(agentState: state(startFlag: isFirst), time: now()))
      guard known == .revived else { return }
      logger.info(
        "The server had given this agent up; comparing everything", metadata: ["host": "\(configuration.host)"])
      news.compareEverything()
    }
  }

  private func state(startFlag: Bool) -> AgentState {
    var configurations = JSONObject()
    configurations["extensions"] = []
    configurations["bridge_mappings"] = JSONValue(mappings: configuration.bridgeMappings)
    configurations["interface_mappings"] = JSONValue(mappings: configuration.interfaceMappings)
    if let vxlan = configuration.vxlan {
      configurations["tunneling_ip"] = .string("\(vxlan.localIP)")
      configurations["tunnel_types"] = ["vxlan"]
      configurations["l2_population"] = .bool(vxlan.l2Population)
    }
    configurations["devices"] = .integer(Int64(news.deviceCount))
    return AgentState(
      binary: LinuxBridgeAgentName.binary, host: configuration.host, agentType: LinuxBridgeAgentName.type,
      configurations: .object(configurations), startFlag: startFlag, uuid: "\(runID)")
  }
}

/// What the agent calls itself, in upstream's words.
package enum LinuxBridgeAgentName {
  package static let binary = "neutron-linuxbridge-agent"
  package static let type = "Linux bridge agent"
}

extension JSONValue {
  fileprivate init(mappings: [String: String]) {
    var object = JSONObject()
    for (key, value) in mappings.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    self = .object(object)
  }
}
