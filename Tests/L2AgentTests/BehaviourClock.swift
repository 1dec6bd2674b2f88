import Synchronization

/// A clock that stands still until a test moves it.
final class BehaviourClock: Clock, Sendable {
  struct Instant: InstantProtocol {
    var offset: Duration = .zero

    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private struct State {
    var now = Instant()
    var sleepers: [(id: Int, deadline: Instant, wake: CheckedContinuation<Void, any Error>)] = []
    var nextID = 0
  }

  private let state = Mutex(State())

  var now: Instant { state.withLock { $0.now } }
  var minimumResolution: Duration { .nanoseconds(1) }

  /// Whether somebody sleeps, but no longer than until `offset`.
  func hasSleeper(until offset: Duration) -> Bool {
    state.withLock { $0.sleepers.contains { $0.deadline.offset <= offset } }
  }

  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      defer { state.sleepers.removeAll { $0.deadline <= state.now } }
      return state.sleepers.filter { $0.deadline <= state.now }
    }
    for sleeper in due { sleeper.wake.resume() }
  }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { wake in
        enum Answer { case sleeps, over, cancelled }
        let answer = state.withLock { state -> Answer in
          if Task.isCancelled { return .cancelled }
          if deadline <= state.now { return .over }
          state.sleepers.append((id, deadline, wake))
          return .sleeps
        }
        switch answer {
        case .sleeps: break
        case .over: wake.resume()
        case .cancelled: wake.resume(throwing: CancellationError())
        }
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
