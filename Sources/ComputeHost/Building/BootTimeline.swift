package import HostRPC
package import Model
internal import Synchronization

/// The steps of one boot on this host with their true times, kept until the guest runs or the boot has to wait: telling
/// the server of each at once would cost the boot a call a step.
package final class BootTimeline: Sendable {
  private let steps = Mutex<[RecordInstanceEvents.Step]>([])
  private let now: @Sendable () -> Timestamp

  package init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }

  /// A step that takes no time of its own.
  package func mark(_ event: String, _ detail: String? = nil) {
    let time = now()
    add(.init(event: event, startedAt: time, finishedAt: time, detail: detail))
  }

  /// A step that takes as long as `body`; one that throws is recorded as well.
  package func step<Value>(
    _ event: String, _ body: () async throws -> Value
  ) async rethrows -> Value {
    let start = now()
    do {
      let value = try await body()
      add(.init(event: event, startedAt: start, finishedAt: now()))
      return value
    } catch {
      add(.init(event: event, startedAt: start, finishedAt: now(), detail: "\(error)"))
      throw error
    }
  }

  /// Hands over the steps that have not been handed over yet. If `body` throws, they are kept for the next time.
  package func flush(_ body: ([RecordInstanceEvents.Step]) async throws -> Void) async rethrows {
    let taken = steps.withLock { steps in
      defer { steps = [] }
      return steps
    }
    if taken.isEmpty { return }
    do {
      try await body(taken)
    } catch {
      steps.withLock { $0 = taken + $0 }
      throw error
    }
  }

  private func add(_ step: RecordInstanceEvents.Step) {
    steps.withLock { $0.append(step) }
  }
}
