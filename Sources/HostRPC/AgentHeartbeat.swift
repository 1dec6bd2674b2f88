package import Logging

/// Tells the server that one of the host's agents lives: at its start, then every `report_interval`. It wants a task and a
/// connection of its own, so that no burst of work makes the server believe that the agent is dead.
package struct AgentHeartbeat<C: Clock>: Sendable where C.Duration == Duration {
  private let agentType: String
  private let host: String
  private let interval: Duration
  private let clock: C
  private let logger: Logger

  /// - Parameters:
  ///   - agentType: The agent's name for the log, such as `DHCP agent`.
  ///   - interval: `report_interval`. A report that fails is tried again sooner, after pauses that double up to 5 s.
  package init(of agentType: String, on host: String, every interval: Duration, clock: C, logger: Logger) {
    (self.agentType, self.host, self.interval) = (agentType, host, interval)
    (self.clock, self.logger) = (clock, logger)
  }

  /// Reports until the task is cancelled, and throws `CancellationError` then.
  ///
  /// - Parameter report: Makes one report; it is told whether none has got through yet.
  package func run(_ report: (_ isFirst: Bool) async throws -> Void) async throws {
    var isFirst = true
    var pause: Duration = .milliseconds(250)
    while true {
      do {
        try await report(isFirst)
        isFirst = false
        pause = .milliseconds(250)
        try await clock.sleep(for: interval)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        logger.warning(
          "Could not report the state of the \(agentType)", metadata: ["host": "\(host)", "error": "\(error)"])
        try await clock.sleep(for: min(pause, interval))
        pause = min(pause * 2, .seconds(5))
      }
    }
  }
}
