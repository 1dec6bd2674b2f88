package import Logging
package import Model
package import Netlink
import ServiceLifecycle

/// The host's end of the kernel that the agent works with.
package struct HostNetwork: Sendable {
  let socket: NetlinkSocket
  let monitor: LinkMonitor
  let remover: LinkRemover
  let firewall: FirewallKernel

  /// Opens everything in `namespace`, or in that of the calling thread. Throws `NetlinkError` or `NFTablesError`.
  package init(in namespace: NetworkNamespace? = nil) throws {
    firewall = try FirewallKernel(in: namespace)
    socket = try NetlinkSocket(in: namespace)
    monitor = try LinkMonitor(in: namespace)
    remover = try LinkRemover(in: namespace)
  }
}

/// Upstream's Linux bridge agent: puts the taps of this host on their networks as the server says, and tells it.
///
/// It keeps nothing: what should be is the server's knowledge, what is is the kernel's. A stop leaves the traffic
/// flowing, and a start changes nothing that is as it should be.
package final class LinuxBridgeAgent<C: Clock>: Service where C.Duration == Duration {
  private let configuration: AgentConfiguration
  private let network: HostNetwork
  private let server: any ServerConnection
  private let heartbeatServer: any ServerConnection
  private let clock: C
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let agentID: String

  /// Throws ``ConfigurationError`` if this host cannot follow the configuration, or `NetlinkError`.
  ///
  /// - Parameters:
  ///   - heartbeatServer: A connection for heartbeats alone.
  ///   - now: The time for the server's records.
  package init(
    _ configuration: AgentConfiguration, network: HostNetwork, server: any ServerConnection,
    heartbeatServer: any ServerConnection, clock: C = ContinuousClock(), now: @escaping @Sendable () -> Timestamp,
    logger: Logger
  ) throws {
    self.configuration = configuration
    self.network = network
    self.server = server
    self.heartbeatServer = heartbeatServer
    self.clock = clock
    self.now = now
    self.logger = logger
    let links = LinkTable(try network.socket.links())
    try configuration.check(links: links, addresses: try network.socket.addresses())
    agentID = L2Agent.agentID(host: configuration.host, links: links, bridgeMappings: configuration.bridgeMappings)
  }

  /// Runs until the task is cancelled or the service group shuts down.
  package func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await self.work() }
    } catch is CancellationError {
      logger.info("The agent stops; what is wired stays wired")
    }
  }

  private func work() async throws {
    let news = News()
    let (removals, removalsContinuation) = AsyncStream.makeStream(
      of: [Link].self, bufferingPolicy: .bufferingOldest(64))
    let bridging = Bridging(configuration, socket: network.socket, remover: network.remover)
    let firewall = Firewall(configuration, kernel: network.firewall, logger: logger)
    let shaping = TrafficShaping(configuration.shaping, socket: network.socket)
    let heartbeat = Heartbeat(
      configuration: configuration, server: heartbeatServer, news: news, clock: clock, now: now, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [network, now] in
        for await event in network.monitor.events { news.heard(event, at: now()) }
        try Task.checkCancellation()
        throw NetlinkError(code: 0, operation: "listen to link events", detail: "the events have ended")
      }
      group.addTask { try await heartbeat.run() }
      group.addTask { try await self.listen(news) }
      group.addTask { [logger] in
        for await doomed in removals { await bridging.delete(doomed, logger: logger) }
      }
      group.addTask { [configuration, server, clock, now, logger, agentID] in
        var loop = DeviceLoop(
          configuration, bridging, firewall: firewall, shaping: shaping, server: server, news: news,
          removals: removalsContinuation, clock: clock, now: now, logger: logger, agentID: agentID)
        try await loop.run()
      }
      // None of them ends by itself, so the first one to end takes the others with it.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func listen(_ news: News) async throws {
    try await server.listen(
      connected: {
        logger.info("Connected to the server", metadata: ["host": "\(configuration.host)", "agent.id": "\(agentID)"])
        news.compareEverything()
      },
      received: { news.heard($0, host: configuration.host, logger: logger) })
  }
}
