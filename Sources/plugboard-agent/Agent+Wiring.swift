import AsyncHTTPClient
import DHCPAgent
import FoundationEssentials
import HostRPC
import L2Agent
import Logging
import MetadataAgent
import Model
import Netlink
import ServiceLifecycle
import UnixSignals

/// The program's parts, put together from the lowest up: a service for each role, which end together.
struct Agent: Sendable {
  let options: AgentOptions
  let logger: Logger

  init(_ options: AgentOptions, logger: Logger) {
    (self.options, self.logger) = (options, logger)
  }

  /// Runs until SIGTERM or SIGINT.
  func run() async throws {
    try RolePrivileges.check(options.roles)
    // Heartbeats have connections of their own: the pool of the others may be full of calls.
    let clients = Clients(work: Self.newClient(), heartbeats: Self.newClient(), metadata: Self.newClient())
    let outcome: Result<Void, any Error>
    do {
      let group = ServiceGroup(
        services: try services(clients), gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      try await group.run()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try await clients.shutdown()
    try outcome.get()
  }

  /// What the roles talk over.
  private struct Clients {
    let work: HTTPClient
    let heartbeats: HTTPClient
    /// To the metadata service, for guests.
    let metadata: HTTPClient

    func shutdown() async throws {
      try await work.shutdown()
      try await heartbeats.shutdown()
      try await metadata.shutdown()
    }
  }

  private static func newClient() -> HTTPClient {
    HTTPClient(eventLoopGroupProvider: .singleton, configuration: .hostRPC)
  }

  private func services(_ clients: Clients) throws -> [any Service] {
    var services: [any Service] = []
    if options.roles.contains(.l2) {
      services.append(
        try LinuxBridgeAgent(
          options.agent, network: HostNetwork(), server: connection(clients.work, LinuxBridgeAgentName.binary),
          heartbeatServer: connection(clients.heartbeats, LinuxBridgeAgentName.binary), now: Self.systemTime,
          logger: logger))
    }
    if let dhcp = options.dhcp {
      try DescriptorLimit.raise()
      services.append(
        DHCPAgent(
          dhcp, host: try DHCPHost(), server: connection(clients.work, DHCPAgentName.binary),
          heartbeatServer: connection(clients.heartbeats, DHCPAgentName.binary), now: Self.systemTime, logger: logger))
    }
    if options.roles.contains(.metadata), let metadata = options.metadata {
      services.append(
        MetadataAgent(
          metadata, server: connection(clients.work, MetadataAgentName.binary),
          heartbeatServer: connection(clients.heartbeats, MetadataAgentName.binary), httpClient: clients.metadata,
          now: Self.systemTime, logger: logger))
    }
    return services
  }

  private func connection(_ httpClient: HTTPClient, _ binary: String) -> HostRPCClient {
    HostRPCClient(
      endpoint: options.server, host: options.agent.host, binary: binary, secret: options.secret,
      httpClient: httpClient, logger: logger)
  }

  private static func systemTime() -> Timestamp {
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
  }
}
