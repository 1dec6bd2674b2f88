package import Model
import Store

/// The time and the chance that the delivery works with, so that a test can hold both.
package struct DeliveryClock: Sendable {
  package var now: @Sendable () -> Timestamp
  /// Sleeps until a time, or throws `CancellationError`.
  package var sleep: @Sendable (Timestamp) async throws -> Void
  /// A number from 0 up to 1.
  package var chance: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Timestamp) async throws -> Void,
    chance: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.chance = chance
  }

  package static let system = DeliveryClock(
    now: { .systemNow() },
    sleep: { time in try await Task.sleep(for: time - .systemNow()) },
    chance: { .random(in: 0..<1) })
}
