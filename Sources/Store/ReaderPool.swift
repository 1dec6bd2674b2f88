import SQLite
import Synchronization

/// A read-only connection, for one reader at a time.
final class Reader: Sendable {
  /// The lock is never waited for, since the pool lends a reader to one body at a time; it proves to the compiler that
  /// the connection is not shared.
  private let connection: Mutex<Connection>
  private let interrupter: Interrupter

  private let longestRead: Duration

  init(path: String, longestRead: Duration = .seconds(10)) throws {
    let connection = try Connection(path: path, mode: .reading)
    self.longestRead = longestRead
    interrupter = connection.interrupter
    self.connection = Mutex(connection)
  }

  /// Runs `body` on one snapshot of the database.
  func snapshot<T: Sendable>(_ body: @Sendable (Snapshot) throws -> T) throws -> T {
    try connection.withLock { connection in
      connection.stopStatements(after: .now + longestRead)
      return try connection.interrupter.whileArmed {
        try connection.run("BEGIN DEFERRED")
        // A reader has nothing to lose; and when ending the snapshot fails, SQLite has ended it already.
        defer { _ = try? connection.run("ROLLBACK") }
        return try body(Snapshot(connection))
      }
    }
  }

  func interrupt() {
    interrupter.interrupt()
  }
}

/// The read-only connections of a store.
///
/// A read is synchronous: while it runs it has a thread for itself, so there are never more reads than threads, and
/// nobody has to wait for a reader. The limit is for a program that has far more threads than a store should serve.
final class ReaderPool: Sendable {
  private struct State {
    var idle: [Reader] = []
    var lent = 0
    var isClosed = false
  }

  private let path: String
  private let limit: Int
  private let longestRead: Duration
  private let state = Mutex(State())

  init(path: String, limit: Int, longestRead: Duration) {
    self.path = path
    self.limit = limit
    self.longestRead = longestRead
  }

  /// A reader that is not in use, a new one if need be.
  func take() throws -> Reader {
    let idle = try state.withLock { state -> Reader? in
      guard !state.isClosed else { throw StoreError(.closed, "The database has been closed.") }
      guard state.lent < limit else {
        throw StoreError(.readersBusy, "All \(limit) readers of the database are in use.")
      }
      state.lent += 1
      return state.idle.popLast()
    }
    if let idle { return idle }
    do {
      return try Reader(path: path, longestRead: longestRead)
    } catch {
      state.withLock { $0.lent -= 1 }
      throw error
    }
  }

  func giveBack(_ reader: Reader) {
    state.withLock { state in
      state.lent -= 1
      if !state.isClosed { state.idle.append(reader) }
    }
  }

  /// Refuses further reads and closes the readers that are not in use; the others close when they come back.
  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    _ = consume idle
  }
}
