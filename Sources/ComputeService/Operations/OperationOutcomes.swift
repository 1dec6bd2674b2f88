import HostRPC
import JSON
import Model
import Synchronization

/// How operations ended, for requests that wait for one. It is memory only: a request does not outlive the process.
final class OperationOutcomes: Sendable {
  typealias Outcome = Result<JSONValue, AnswerCall.Arguments.Failure>

  private struct State {
    var ended: [Int64: Outcome] = [:]
    /// The ids in ``ended``, oldest first.
    var order: [Int64] = []
    /// Who asks for each, by a number of its own.
    var waiting: [Int64: [Int: AsyncStream<Outcome>.Continuation]] = [:]
    var lastWaiter = 0

    mutating func forget(_ waiter: Int, of id: Int64) {
      waiting[id]?[waiter] = nil
      if waiting[id]?.isEmpty == true { waiting[id] = nil }
    }
  }

  /// How many outcomes are kept for requests that have not asked yet.
  private static let limit = 1024
  private let state = Mutex(State())

  /// Called after the commit that ended the operation.
  func ended(_ id: Int64, _ outcome: Outcome) {
    let waiting = state.withLock { state in
      state.ended[id] = outcome
      state.order.append(id)
      if state.order.count > Self.limit { state.ended[state.order.removeFirst()] = nil }
      return state.waiting.removeValue(forKey: id)
    }
    for waiter in (waiting ?? [:]).values {
      waiter.yield(outcome)
      waiter.finish()
    }
  }

  /// - Returns: `nil` if the operation has not ended within `limit`.
  func outcome(of id: Int64, within limit: Duration) async throws -> Outcome? {
    let (stream, continuation) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingNewest(1))
    let (known, number) = state.withLock { state in
      state.lastWaiter += 1
      if state.ended[id] == nil { state.waiting[id, default: [:]][state.lastWaiter] = continuation }
      return (state.ended[id], state.lastWaiter)
    }
    if let known { return known }
    defer { state.withLock { $0.forget(number, of: id) } }
    return try await stream.first(within: limit)
  }
}
