package import HostRPC

/// The server as the metadata agent sees it. Every call throws when the server is away; none waits for ever.
package protocol MetadataServer: Sendable {
  /// `get_ports`
  func ports(at place: GetPorts.Arguments, within deadline: Duration) async throws -> [GetPorts.Result.Port]
  /// `report_state`
  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result
}

extension HostRPCClient: MetadataServer {
  package func ports(
    at place: GetPorts.Arguments, within deadline: Duration
  ) async throws -> [GetPorts.Result.Port] {
    try await call(GetPorts.self, place, deadline: deadline).ports
  }

  package func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    try await call(ReportState.self, arguments)
  }
}

/// What the agent calls itself, in upstream's words.
package enum MetadataAgentName {
  package static let binary = "neutron-metadata-agent"
  package static let type = "Metadata agent"
}
