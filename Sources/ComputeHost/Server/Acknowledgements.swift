package import Logging
internal import Synchronization

/// The messages that have been dealt with and that the server has not been told of yet. They go in batches: what is
/// added while a call is under way goes with the next.
package final class Acknowledgements: Sendable {
  private let pending = Mutex<[Int64]>([])
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  package init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  package func add(_ ids: [Int64]) {
    pending.withLock { $0 += ids }
    wakeUp.yield()
  }

  /// Tells the server until the task is cancelled. A message whose acknowledgement is lost comes again, and is dealt
  /// with as one that comes twice.
  package func send(through server: any ComputeServer, logger: Logger) async {
    for await _ in wakeUps {
      let ids = pending.withLock { pending in
        defer { pending = [] }
        return pending
      }
      guard !ids.isEmpty else { continue }
      do {
        try await persistently("acknowledge", logger: logger) { try await server.acknowledge(ids) }
      } catch {
        logger.warning("Messages were not acknowledged", metadata: ["count": "\(ids.count)", "error": "\(error)"])
      }
    }
  }
}
