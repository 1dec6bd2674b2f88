package import AsyncHTTPClient
internal import HostRPC
internal import JSON
package import Logging
package import Model
internal import ServiceLifecycle

/// Upstream's metadata agent with its proxies: listens where guests look for metadata, inside the namespace of every network
/// that a DHCP agent of this host serves, and hands their requests to the metadata service with the instance's id.
///
/// It keeps nothing: which namespaces there are it sees, whose an address is the server tells it.
package final class MetadataAgent<C: Clock>: Service where C.Duration == Duration {
  private let configuration: MetadataAgentConfiguration
  private let heartbeatServer: any MetadataServer
  private let listeners: NamespaceListeners
  private let clock: C
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  /// Identifies this run of the agent.
  private let runID = UUID()

  /// - Parameters:
  ///   - heartbeatServer: A connection for heartbeats alone.
  ///   - httpClient: For the metadata service; whoever made it shuts it down.
  ///   - now: The time for the server's records.
  package init(
    _ configuration: MetadataAgentConfiguration, server: any MetadataServer, heartbeatServer: any MetadataServer,
    httpClient: HTTPClient, clock: C = ContinuousClock(), now: @escaping @Sendable () -> Timestamp, logger: Logger
  ) {
    (self.configuration, self.heartbeatServer) = (configuration, heartbeatServer)
    (self.clock, self.now, self.logger) = (clock, now, logger)
    let forwarder = Forwarder(configuration, server: server, httpClient: httpClient, logger: logger)
    listeners = NamespaceListeners(configuration, forwarder: forwarder, logger: logger)
  }

  /// Runs until the task is cancelled or the service group shuts down.
  package func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await self.work() }
    } catch is CancellationError {
      logger.info("The metadata agent stops")
    }
  }

  private func work() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.reportState() }
      group.addTask { [listeners, clock, configuration] in
        try await listeners.follow { try await clock.sleep(for: configuration.lookInterval) }
      }
      try await group.waitForAll()
    }
  }

  private func reportState() async throws {
    let heartbeat = AgentHeartbeat(
      of: MetadataAgentName.type, on: configuration.host, every: configuration.reportInterval, clock: clock,
      logger: logger)
    try await heartbeat.run { isFirst in
      _ = try await heartbeatServer.reportState(.init(agentState: state(startFlag: isFirst), time: now()))
    }
  }

  private func state(startFlag: Bool) -> AgentState {
    let configurations: JSONValue = [
      "nova_metadata_host": .string(configuration.novaMetadataHost),
      "nova_metadata_port": JSONValue(configuration.novaMetadataPort), "log_agent_heartbeats": false,
    ]
    return AgentState(
      binary: MetadataAgentName.binary, host: configuration.host, topic: "N/A", agentType: MetadataAgentName.type,
      configurations: configurations, startFlag: startFlag, uuid: "\(runID)")
  }
}
