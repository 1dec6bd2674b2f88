import SQLite
import ServiceLifecycle

/// Gives memory that is free back to the system, now and then: after some lists and bulk requests at once that is half of
/// what the process occupies.
struct FreedMemory<C: Clock>: Service where C.Duration == Duration {
  /// Long enough that what it costs is nothing.
  static var interval: Duration { .seconds(10) }

  let clock: C

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while true {
        try await clock.sleep(for: Self.interval)
        giveFreedMemoryBack()
      }
    }
  }
}
