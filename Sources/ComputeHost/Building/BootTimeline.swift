package import HostRPC
package import Model
internal import Synchronization

/// The steps of one boot on this host with their true times, kept until the guest runs: telling the server of each at
/// once would cost the boot a call a step.
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

  /// All steps so far; what is taken is not given again.
  package func take() -> [RecordInstanceEvents.Step] {
    steps.withLock { steps in
      defer { steps = [] }
      return steps
    }
  }

  private func add(_ step: RecordInstanceEvents.Step) {
    steps.withLock { $0.append(step) }
  }
}
