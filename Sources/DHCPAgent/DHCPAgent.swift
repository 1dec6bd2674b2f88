internal import HostRPC
internal import JSON
package import Logging
package import Model
internal import ServiceLifecycle
internal import Synchronization

/// Upstream's DHCP agent: for every network that the server gives to this host a dnsmasq, in a namespace of its own and
/// with a port of its own on the network.
///
/// It keeps nothing: what should be is the server's knowledge, what is is the kernel's, and in the networks' folders. A
/// stop leaves every dnsmasq serving, and a start finds them again.
package final class DHCPAgent<C: Clock>: Service where C.Duration == Duration {
  private let configuration: DHCPAgentConfiguration
  private let host: DHCPHost
  private let server: any DHCPServerConnection
  private let heartbeatServer: any DHCPServerConnection
  private let clock: C
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let agenda = NetworkAgenda()
  private let counts = ServiceCounts()

  /// - Parameters:
  ///   - heartbeatServer: A connection for heartbeats alone.
  ///   - now: The time for the server's records.
  package init(
    _ configuration: DHCPAgentConfiguration, host: DHCPHost, server: any DHCPServerConnection,
    heartbeatServer: any DHCPServerConnection, clock: C = ContinuousClock(), now: @escaping @Sendable () -> Timestamp,
    logger: Logger
  ) {
    (self.configuration, self.host, self.server) = (configuration, host, server)
    (self.heartbeatServer, self.clock, self.now, self.logger) = (heartbeatServer, clock, now, logger)
  }

  /// Runs until the task is cancelled or the service group shuts down.
  package func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await self.work() }
    } catch is CancellationError {
      logger.info("The DHCP agent stops; what is served stays served")
    }
  }

  private func work() async throws {
    let work = NetworkWork(
      configuration: configuration, installer: NetworkInstaller(configuration: configuration, host: host),
      server: server)
    let heartbeat = DHCPHeartbeat(
      configuration: configuration, server: heartbeatServer, agenda: agenda, counts: counts, clock: clock, now: now,
      logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await heartbeat.run() }
      group.addTask { try await self.listen() }
      group.addTask { [agenda, clock, interval = configuration.comparisonInterval] in
        while true {
          try await clock.sleep(for: interval)
          agenda.compareEverything()
        }
      }
      group.addTask { [configuration, agenda, counts, clock, logger] in
        var loop = NetworkLoop(configuration, work, agenda: agenda, counts: counts, clock: clock, logger: logger)
        try await loop.run()
      }
      // None of them ends by itself, so the first one to end takes the others with it.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func listen() async throws {
    try await server.listen(
      connected: {
        logger.info("Connected to the server", metadata: ["host": "\(configuration.host)"])
        agenda.compareEverything()
      },
      received: { agenda.heard($0, logger: logger) })
  }
}
