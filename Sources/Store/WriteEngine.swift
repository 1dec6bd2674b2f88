import Logging
import Model
import SQLite

/// A caller's part in a write: what to run, and how to answer.
struct WriteBody: Sendable {
  /// Runs the body and keeps its value; the closure hands it to the caller, and is called after the commit.
  let run: @Sendable (Transaction) throws -> @Sendable () -> Void
  /// Answers the caller with an error.
  let fail: @Sendable (any Error) -> Void
  /// After this moment nobody should run it any more.
  let deadline: ContinuousClock.Instant
}

/// The writer's connection, and how a group of bodies becomes one transaction.
///
///     BEGIN IMMEDIATE
///       SAVEPOINT body    the first body, then the listeners of what it changed    RELEASE body
///       SAVEPOINT body    the second body ... throws     ROLLBACK TO body          RELEASE body
///     COMMIT              one fsync; only now every caller is answered
final class WriteEngine {
  private let connection: Connection
  private let capture: any ChangeCapture
  private let listeners: [any ChangeListener]
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger

  init(
    connection: Connection, capture: any ChangeCapture, listeners: [any ChangeListener],
    clock: @escaping @Sendable () -> Timestamp, logger: Logger
  ) {
    self.connection = connection
    self.capture = capture
    self.listeners = listeners
    self.clock = clock
    self.logger = logger
  }

  /// Runs the bodies in one transaction and answers all of them.
  func commit(_ group: [WriteBody]) {
    var outcomes: [Outcome] = []
    do {
      try connection.run("BEGIN IMMEDIATE")
      try capture.begin()
      for body in group { outcomes.append(try outcome(of: body)) }
      try connection.run("COMMIT")
    } catch {
      giveUp(group, because: error)
      return
    }
    tellCommitted(outcomes.flatMap(\.changes))
    for outcome in outcomes { outcome.answer() }
  }

  /// What became of one body.
  private struct Outcome {
    let changes: [CapturedChange]
    let answer: () -> Void
  }

  /// Runs one body in its savepoint.
  ///
  /// - Throws: when not only the body, but the transaction is lost. An error of the body's own is an outcome.
  private func outcome(of body: WriteBody) throws -> Outcome {
    guard body.deadline > .now else {
      let error = StoreError(.waitedTooLong, "The database is too busy: the write waited too long for its turn.")
      return Outcome(changes: []) { body.fail(error) }
    }
    let mark = try capture.count()
    try connection.run("SAVEPOINT body")
    do {
      let transaction = Transaction(connection, now: clock())
      let answer = try body.run(transaction)
      let changes = try announce(since: mark, in: transaction)
      if connection.hasDeferredViolations {
        // COMMIT would find it, and fail everybody.
        throw ConstraintViolation(kind: .foreignKey, message: "FOREIGN KEY constraint failed")
      }
      try connection.run("RELEASE body")
      return Outcome(changes: changes, answer: answer)
    } catch {
      guard !connection.isInAutocommit else {
        throw StoreError(.transactionLost, "SQLite gave up the transaction: \(error)")
      }
      try connection.run("ROLLBACK TO body")
      try connection.run("RELEASE body")
      capture.forget(since: mark)
      return Outcome(changes: []) { body.fail(error) }
    }
  }

  /// How often listeners may answer changes that listeners have made.
  private static let roundsOfListeners = 16

  /// Gives the changes since `mark` to their listeners, then those that the listeners made, until there are no more.
  private func announce(since mark: Int, in transaction: Transaction) throws -> [CapturedChange] {
    var all: [CapturedChange] = []
    for _ in 0..<Self.roundsOfListeners {
      let new = try capture.changes(since: mark + all.count)
      guard !new.isEmpty else {
        capture.settle()
        return all
      }
      all += new
      for (listener, changes) in byListener(new) { try listener.changed(changes, in: transaction) }
    }
    throw StoreError(.listenersWithoutEnd, "Change listeners answered each other \(Self.roundsOfListeners) times.")
  }

  private func tellCommitted(_ changes: [CapturedChange]) {
    for (listener, changes) in byListener(changes) { listener.committed(changes) }
  }

  /// The changes of each listener that has any, in the order of the list of listeners.
  private func byListener(_ changes: [CapturedChange]) -> [(any ChangeListener, [RowChange])] {
    guard !changes.isEmpty else { return [] }
    return listeners.enumerated().compactMap { number, listener in
      let own = changes.filter { $0.listener == number }.map(\.change)
      return own.isEmpty ? nil : (listener, own)
    }
  }

  /// Ends a transaction that cannot be committed; nothing of it remains.
  private func giveUp(_ group: [WriteBody], because error: any Error) {
    if !connection.isInAutocommit {
      do {
        try connection.run("ROLLBACK")
      } catch {
        logger.error("A transaction could not be rolled back", metadata: ["error": "\(error)"])
      }
    }
    logger.error(
      "A transaction was lost", metadata: ["error": "\(error)", "transaction.bodies": "\(group.count)"])
    for body in group { body.fail(error) }
  }
}
