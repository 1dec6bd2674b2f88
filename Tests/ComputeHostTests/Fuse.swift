import Synchronization

/// Ends a process in the middle of its work: after so many effects on the world the caller gets no answer any more,
/// until its task is cancelled.
final class Fuse: Sendable {
  private let left = Mutex<Int?>(nil)
  private let blown: AsyncStream<Void>
  private let blow: AsyncStream<Void>.Continuation

  init() {
    (blown, blow) = AsyncStream.makeStream(of: Void.self)
  }

  /// Called after each effect.
  func burn() async throws {
    let isBlown = left.withLock { left in
      guard let count = left else { return false }
      left = count == 0 ? nil : count - 1
      return count == 0
    }
    guard isBlown else { return }
    blow.yield()
    for await _ in AsyncStream<Never>.makeStream().stream {}
    throw CancellationError()
  }

  /// Does `body` until the effect with this number, counted from 0.
  ///
  /// - Returns: Whether it was ended there; `false` if it came to its end before.
  func ending(atEffect number: Int, _ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    left.withLock { $0 = number }
    defer { left.withLock { $0 = nil } }
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in self.blown { return true }
        return true
      }
      group.addTask {
        do {
          try await body()
          return false
        } catch is CancellationError {
          return true
        }
      }
      let isEnded = try await group.next() ?? false
      group.cancelAll()
      return isEnded
    }
  }
}
