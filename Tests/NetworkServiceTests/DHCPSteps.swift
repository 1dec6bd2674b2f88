import HostRPC
import JSON
import Model

/// What a DHCP agent does, step by step.
extension TestCloud {
  func reportDHCP(host: String = "compute1", isStart: Bool = false) async throws {
    let state = AgentState(
      binary: "neutron-dhcp-agent", host: host, topic: "dhcp_agent", agentType: "DHCP agent", configurations: [:],
      startFlag: isStart)
    _ = try await call(ReportState.self, .init(agentState: state, time: clock.now), host: host)
  }

  /// The ids of the networks that the host is to serve.
  func servedNetworks(host: String = "compute1") async throws -> Set<String> {
    Set(
      try await call(GetActiveNetworksInfo.self, .init(host: host), host: host).networks.map(\.id.description))
  }

  func dhcpPort(_ network: String, host: String = "compute1", device: String? = nil) async throws -> DHCPPort? {
    guard let id = UUID(network) else { return nil }
    let arguments = CreateDHCPPort.Arguments(networkID: id, deviceID: device ?? "dhcp-\(host)-\(network)", host: host)
    return try await call(CreateDHCPPort.self, arguments, host: host).port
  }

  func dhcpReady(_ ports: [String]) async throws {
    _ = try await call(DHCPReadyOnPorts.self, .init(portIDs: ports.compactMap { UUID($0) }))
  }

  /// The id of the host's DHCP agent.
  func dhcpAgent(host: String = "compute1") async throws -> String {
    let list = try await get("/v2.0/agents?agent_type=DHCP%20agent&host=\(host)").body?["agents"]?.array
    return list?.first?["id"]?.string ?? ""
  }

  /// The hosts of the agents that a network has.
  func dhcpHosts(ofNetwork id: String) async throws -> [String] {
    let list = try await get("/v2.0/networks/\(id)/dhcp-agents").body?["agents"]?.array ?? []
    return list.compactMap { $0["host"]?.string }.sorted()
  }
}
