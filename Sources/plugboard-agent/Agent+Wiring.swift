import AsyncHTTPClient
import FoundationEssentials
import HostRPC
import L2Agent
import Logging
import Model
import ServiceLifecycle
import UnixSignals

/// The program's parts, put together from the lowest up.
struct Agent: Sendable {
  let options: AgentOptions
  let logger: Logger

  init(_ options: AgentOptions, logger: Logger) {
    (self.options, self.logger) = (options, logger)
  }

  /// Runs until SIGTERM or SIGINT.
  func run() async throws {
    let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .hostRPC)
    let outcome: Result<Void, any Error>
    do {
      let agent = try LinuxBridgeAgent(
        options.agent, network: HostNetwork(), server: connection(httpClient), heartbeatServer: connection(httpClient),
        now: Self.systemTime, logger: logger)
      let group = ServiceGroup(services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      try await group.run()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try await httpClient.shutdown()
    try outcome.get()
  }

  private func connection(_ httpClient: HTTPClient) -> HostRPCClient {
    HostRPCClient(
      endpoint: options.server, host: options.agent.host, binary: LinuxBridgeAgentName.binary, secret: options.secret,
      httpClient: httpClient, logger: logger)
  }

  private static func systemTime() -> Timestamp {
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
  }
}
