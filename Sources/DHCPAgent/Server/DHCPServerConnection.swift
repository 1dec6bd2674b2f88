package import HostRPC

/// The server as the DHCP agent sees it. Every call throws when the server is away; none waits for ever.
package protocol DHCPServerConnection: Sendable {
  /// `get_active_networks_info`
  func activeNetworks(_ arguments: GetActiveNetworksInfo.Arguments) async throws -> [DHCPNetwork]
  /// `get_network_info`
  func network(_ arguments: GetNetworkInfo.Arguments) async throws -> DHCPNetwork?
  /// `create_dhcp_port`
  func createPort(_ arguments: CreateDHCPPort.Arguments) async throws -> DHCPPort?
  /// `release_dhcp_port`
  func releasePort(_ arguments: ReleaseDHCPPort.Arguments) async throws
  /// `dhcp_ready_on_ports`
  func ready(_ arguments: DHCPReadyOnPorts.Arguments) async throws
  /// `report_state`
  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result
  /// Listens until the task is cancelled, connecting again whenever the connection is lost. `connected` is called before
  /// the first message of each connection.
  func listen(connected: () async -> Void, received: (HostMessage) async -> Void) async throws
}

extension HostRPCClient: DHCPServerConnection {
  package func activeNetworks(_ arguments: GetActiveNetworksInfo.Arguments) async throws -> [DHCPNetwork] {
    try await call(GetActiveNetworksInfo.self, arguments, deadline: .seconds(60)).networks
  }

  package func network(_ arguments: GetNetworkInfo.Arguments) async throws -> DHCPNetwork? {
    try await call(GetNetworkInfo.self, arguments).network
  }

  package func createPort(_ arguments: CreateDHCPPort.Arguments) async throws -> DHCPPort? {
    try await call(CreateDHCPPort.self, arguments).port
  }

  package func releasePort(_ arguments: ReleaseDHCPPort.Arguments) async throws {
    _ = try await call(ReleaseDHCPPort.self, arguments)
  }

  package func ready(_ arguments: DHCPReadyOnPorts.Arguments) async throws {
    _ = try await call(DHCPReadyOnPorts.self, arguments)
  }

  package func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    try await call(ReportState.self, arguments)
  }

  package func listen(connected: () async -> Void, received: (HostMessage) async -> Void) async throws {
    try await listen(pause: .milliseconds(100), connected: connected, received: received)
  }
}

/// What the agent calls itself, in upstream's words.
package enum DHCPAgentName {
  package static let binary = "neutron-dhcp-agent"
  package static let type = "DHCP agent"
}
