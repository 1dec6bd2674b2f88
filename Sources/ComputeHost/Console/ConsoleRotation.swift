package import Logging
internal import ServiceLifecycle

/// Keeps the guests' console logs from growing without end.
package struct ConsoleRotation: Service {
  private let files: InstanceFiles
  private let interval: Duration
  private let clock: any Clock<Duration>
  private let logger: Logger

  /// - Parameter interval: How often the logs are looked at.
  package init(
    files: InstanceFiles, interval: Duration = .seconds(10), clock: any Clock<Duration> = ContinuousClock(),
    logger: Logger
  ) {
    (self.files, self.interval, self.clock, self.logger) = (files, interval, clock, logger)
  }

  package func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while true {
        await rotateAll()
        try await clock.sleep(for: interval)
      }
    }
  }

  /// One that cannot be rotated keeps no other from it.
  private func rotateAll() async {
    do {
      for id in try files.instances() {
        do {
          try await ConsoleLog(path: files.consoleLog(of: id)).rotate()
        } catch {
          logger.warning(
            "A console log could not be rotated", metadata: ["instance.id": "\(id)", "error": "\(error)"])
        }
      }
    } catch {
      logger.warning("The console logs could not be looked at", metadata: ["error": "\(error)"])
    }
  }
}
