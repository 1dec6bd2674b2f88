import CNetlink
import Dispatch
import Glibc
import Synchronization

/// A process that was started in a network namespace, be it a child of ours or not. It is known by a descriptor, so that
/// no other process that comes to the same id is ever meant.
package final class NamespaceProcess: Sendable {
  package let id: Int32
  private let descriptor: OwnedFileDescriptor
  /// Only `cancel` is called on it, which Dispatch allows from any thread.
  nonisolated(unsafe) private let source: any DispatchSourceRead
  private let waiters: Waiters

  /// Throws `ESRCH` if there is no such process.
  package init(id: Int32) throws(NetlinkError) {
    self.id = id
    descriptor = try OwnedFileDescriptor(answer: cnetlink_open_process(id), operation: "open process \(id)")
    // A descriptor of its own for Dispatch, which must let go of it before it is closed.
    let watched = try OwnedFileDescriptor(answer: cnetlink_open_process(id), operation: "open process \(id)")
    let waiters = Waiters(watched)
    self.waiters = waiters
    let source = DispatchSource.makeReadSource(fileDescriptor: waiters.descriptor.number, queue: .global())
    source.setEventHandler {
      waiters.finish()
      source.cancel()
    }
    source.setCancelHandler { waiters.finish() }
    source.resume()
    self.source = source
  }

  deinit {
    source.cancel()
  }

  /// Whether it has ended, as far as was noticed.
  package var hasEnded: Bool { waiters.hasEnded }

  /// Sends a signal. A process that has ended already is no error.
  package func signal(_ number: Int32) throws(NetlinkError) {
    let answer = cnetlink_signal_process(descriptor.number, number)
    guard answer < 0, answer != -ESRCH else { return }
    throw NetlinkError(code: -answer, operation: "signal process \(id)")
  }

  /// Returns when the process has ended, or the task is cancelled.
  package func ended() async {
    let waiter = waiters.nextWaiter()
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiters.add($0, waiter) }
    } onCancel: {
      waiters.resume(waiter)
    }
  }

  /// Asks the process to end, and kills it if it has not after `patience`. Returns when it has ended.
  package func end(patience: Duration) async throws(NetlinkError) {
    try signal(SIGTERM)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.ended() }
      // Cancelled if the process was faster.
      group.addTask { try? await ContinuousClock().sleep(for: patience) }
      await group.next()
      group.cancelAll()
    }
    guard !hasEnded else { return }
    try signal(SIGKILL)
    await ended()
  }

  /// Who waits for the end.
  private final class Waiters: Sendable {
    private struct State {
      var hasEnded = false
      var next = 0
      var cancelled: Set<Int> = []
      var continuations: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    let descriptor: OwnedFileDescriptor
    private let state = Mutex(State())

    init(_ descriptor: consuming OwnedFileDescriptor) {
      self.descriptor = descriptor
    }

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func nextWaiter() -> Int {
      state.withLock { state in
        state.next += 1
        return state.next
      }
    }

    func add(_ continuation: CheckedContinuation<Void, Never>, _ waiter: Int) {
      let isDue = state.withLock { state in
        if state.hasEnded || state.cancelled.remove(waiter) != nil { return true }
        state.continuations[waiter] = continuation
        return false
      }
      if isDue { continuation.resume() }
    }

    func resume(_ waiter: Int) {
      let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
        if let continuation = state.continuations.removeValue(forKey: waiter) { return continuation }
        state.cancelled.insert(waiter)
        return nil
      }
      continuation?.resume()
    }

    func finish() {
      let continuations = state.withLock { state in
        state.hasEnded = true
        defer { state.continuations = [:] }
        return Array(state.continuations.values)
      }
      for continuation in continuations { continuation.resume() }
    }
  }
}
