package import Logging
package import Model
import SQLite

/// The database: one writer with group commit, and a reader for each thread that wants one.
///
/// All of Plugboard's state is in one SQLite file, and SQL is in this module alone: use cases call the repositories,
/// which are extensions of ``Snapshot`` and ``Transaction``.
package final class Store: Sendable {
  private let writer: Writer
  private let readers: ReaderPool

  /// Opens the database that `plugboard-migrate` has made.
  ///
  /// - Parameters:
  ///   - listeners: who is told of changed rows, in the order in which they are told.
  ///   - clock: where ``Transaction/now`` comes from.
  /// - Throws: ``StoreError`` with a sentence when there is no such file or a listener's table is not in it;
  ///   ``SchemaError`` when its schema is older or newer than this program's.
  package convenience init(
    path: String, listeners: [any ChangeListener] = [],
    clock: @escaping @Sendable () -> Timestamp = Timestamp.systemNow, logger: Logger
  ) throws {
    try self.init(path: path, options: Options(), listeners: listeners, clock: clock, logger: logger)
  }

  /// What only tests choose otherwise.
  package struct Options: Sendable {
    /// The migrations that the database must have, all of them and no more.
    package var migrations: [Migration] = Migration.carried
    /// Use triggers even where SQLite has the preupdate hook.
    package var withoutPreupdateHook = false
    /// How many reads there may be at once.
    package var readerLimit = 64
    /// How long a read may take.
    package var longestRead = Duration.seconds(10)
    /// How long the writer waits for another process's lock.
    package var busyTimeout = Duration.seconds(5)

    package init() {}
  }

  package init(
    path: String, options: Options, listeners: [any ChangeListener] = [],
    clock: @escaping @Sendable () -> Timestamp = Timestamp.systemNow, logger: Logger
  ) throws {
    let connection = try Self.openForWriting(path, options: options)
    let capture = try Self.capture(for: listeners, on: connection, options: options, logger: logger)
    let engine = WriteEngine(
      connection: connection, capture: capture, listeners: listeners, clock: clock, logger: logger)
    writer = Writer(engine)
    readers = ReaderPool(path: path, limit: options.readerLimit, longestRead: options.longestRead)
  }

  /// Runs `body` in a transaction and answers when it is durable.
  ///
  /// Bodies run one after the other, on the writer's own thread; several may share one commit. A body that throws
  /// undoes what it did, and only that. It is synchronous so that nothing can wait inside a transaction; it must not
  /// touch the world outside the database either, since its commit may still fail.
  ///
  /// - Throws: what the body or a listener throws; ``ConstraintViolation`` when the schema refuses a change;
  ///   ``StoreError`` when the writer cannot take the body or loses the transaction; `CancellationError` when the task
  ///   was cancelled before the body stood in line. Once there, it is run.
  @discardableResult
  package func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { caller in
      writer.add(
        WriteBody(
          run: { transaction in
            let value = try body(transaction)
            return { caller.resume(returning: value) }
          },
          fail: { caller.resume(throwing: $0) },
          deadline: .now + Writer.longestWait))
    }
  }

  /// Runs `body` on one snapshot of the database: it sees what was committed when it first read, whatever is written
  /// meanwhile. It runs in place, so a body that reads very much should be several.
  ///
  /// - Throws: what the body throws; `CancellationError` when the task is cancelled, which also stops a query under
  ///   way; ``StoreError`` when no reader is free or the read takes too long.
  package func read<T: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> T) async throws -> T {
    try Task.checkCancellation()
    let reader = try readers.take()
    defer { readers.giveBack(reader) }
    return try await withTaskCancellationHandler {
      do {
        return try reader.snapshot(body)
      } catch let error as SQLiteError where error.isInterrupted {
        if Task.isCancelled { throw CancellationError() }
        throw StoreError(.waitedTooLong, "A read took too long and was stopped.")
      }
    } onCancel: {
      reader.interrupt()
    }
  }

  /// Commits the bodies in line, refuses further ones, and closes the file.
  package func close() async {
    await writer.close()
    readers.close()
  }
}

extension Store {
  private static func openForWriting(_ path: String, options: Options) throws -> Connection {
    let connection: Connection
    do {
      connection = try Connection(path: path, mode: .writing, busyTimeout: options.busyTimeout)
      try connection.run("PRAGMA foreign_keys = ON")
      try connection.run("PRAGMA synchronous = FULL")
      try connection.run("PRAGMA trusted_schema = OFF")
      // A savepoint keeps the pages that its body changes as they were, and in a file when they are more than 64 KiB:
      // nearly every body's are, and that file costs more system calls than the write-ahead log.
      try connection.run("PRAGMA temp_store = MEMORY")
      // KiB. Keys are random, so a group of bodies touches pages all over; SQLite's own 2 MiB make it read them again.
      try connection.run("PRAGMA cache_size = -16384")
      let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
      guard mode == "wal" else { throw StoreError(.unusable, "\(path) cannot be used in WAL mode.") }
    } catch let error as SQLiteError {
      throw StoreError(.unusable, "The database cannot be opened: \(error.message). plugboard-migrate makes one.")
    }
    try SchemaHistory.requireCurrent(connection, migrations: options.migrations, path: path)
    return connection
  }

  private static func capture(
    for listeners: [any ChangeListener], on connection: Connection, options: Options, logger: Logger
  ) throws -> any ChangeCapture {
    let watched = try listeners.enumerated().map { try WatchedTable($1, number: $0, on: connection) }
    if !options.withoutPreupdateHook, let capture = HookCapture(watched, on: connection) { return capture }
    logger.warning("SQLite was built without SQLITE_ENABLE_PREUPDATE_HOOK: changes are captured by temporary triggers")
    return try TriggerCapture(watched, on: connection)
  }
}
