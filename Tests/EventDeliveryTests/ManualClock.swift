import EventDelivery
import Model
import Synchronization

/// A clock that stands still until a test moves it, and tells the test who sleeps until when.
final class ManualClock: Sendable {
  private struct State {
    var now = Timestamp(microseconds: 1_800_000_000_000_000)
    var sleepers: [(id: Int, deadline: Timestamp, wake: CheckedContinuation<Void, any Error>)] = []
    var nextID = 0
  }

  private let state = Mutex(State())
  private let fallenAsleep = AsyncStream.makeStream(of: Timestamp.self)

  var now: Timestamp { state.withLock { $0.now } }

  /// For the delivery: this clock, and always the middle of what chance may bring.
  var delivery: DeliveryClock {
    DeliveryClock(now: { self.now }, sleep: { try await self.sleep(until: $0) }, chance: { 0.5 })
  }

  /// The deadline of the next one who has fallen asleep, or will.
  func nextSleep() async -> Timestamp? {
    var sleeps = fallenAsleep.stream.makeAsyncIterator()
    return await sleeps.next()
  }

  func advance(to time: Timestamp) {
    let due = state.withLock { state in
      state.now = max(state.now, time)
      defer { state.sleepers.removeAll { $0.deadline <= state.now } }
      return state.sleepers.filter { $0.deadline <= state.now }
    }
    for sleeper in due { sleeper.wake.resume() }
  }

  private func sleep(until deadline: Timestamp) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { wake in
        let isOver = state.withLock { state in
          if deadline <= state.now || Task.isCancelled { return true }
          state.sleepers.append((id, deadline, wake))
          return false
        }
        if isOver { wake.resume() } else { fallenAsleep.continuation.yield(deadline) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        defer { state.sleepers.removeAll { $0.id == id } }
        return state.sleepers.first { $0.id == id }
      }
      sleeper?.wake.resume(throwing: CancellationError())
    }
  }
}
