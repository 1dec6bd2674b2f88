import Synchronization

/// Wakes one waiting task after every commit that has changed a table.
///
/// It is a hint: the waiter reads the table to learn what there is to do, and a wake-up that comes while nobody waits
/// is kept for the next wait.
package final class TableWakeUp: ChangeListener {
  package let table: String
  package let columns: [String] = []
  private let state = Mutex(State())

  private struct State {
    var isDue = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  package init(table: String) {
    self.table = table
  }

  package func changed(_ changes: [RowChange], in transaction: Transaction) {}

  package func committed(_ changes: [RowChange]) {
    if changes.contains(where: { $0.kind == .insert }) { wake() }
  }

  /// Wakes the waiter for another reason than a commit.
  package func wake() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.isDue = state.waiter == nil
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns after the next wake-up, at once if one has come since the last wait, and when the task is cancelled. One
  /// task may wait at a time.
  package func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          precondition(state.waiter == nil, "one task waits for the changes of \(table)")
          guard !state.isDue, !Task.isCancelled else {
            state.isDue = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }

  /// As ``wait()``, but not longer than `sleep` takes.
  package func wait(atMost sleep: @escaping @Sendable () async throws -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait() }
      // A sleep that is cancelled has been overtaken by the wake-up.
      group.addTask { try? await sleep() }
      await group.next()
      group.cancelAll()
    }
  }
}
