import CSQLite
import Synchronization

/// Stops what a connection is doing, from any thread.
///
/// The only part of a connection that others than its user may hold.
package final class Interrupter: Sendable {
  // @unchecked: `sqlite3_interrupt` may be called from any thread as long as the connection is open
  // (https://sqlite.org/c3ref/interrupt.html). The lock sees to it: the pointer is used and taken away under it, and
  // the connection's `deinit` takes it away before it closes.
  private struct State: @unchecked Sendable {
    var connection: OpaquePointer?
    var isArmed = false
  }

  private let state: Mutex<State>

  init(_ connection: OpaquePointer) {
    state = Mutex(State(connection: connection))
  }

  /// Lets ``interrupt()`` work while `body` runs, and not after: the connection's next user must not be stopped by a
  /// cancellation that came too late.
  package func whileArmed<T>(_ body: () throws -> T) rethrows -> T {
    state.withLock { $0.isArmed = true }
    defer { state.withLock { $0.isArmed = false } }
    return try body()
  }

  /// Makes the running statement fail with a ``SQLiteError`` that ``SQLiteError/isInterrupted``.
  package func interrupt() {
    state.withLock { state in
      guard state.isArmed, let connection = state.connection else { return }
      sqlite3_interrupt(connection)
    }
  }

  func forget() {
    state.withLock { $0.connection = nil }
  }
}
