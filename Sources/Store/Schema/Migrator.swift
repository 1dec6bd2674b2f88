internal import FoundationEssentials
package import Model
import SQLite

/// Brings a database's schema up to date; `plugboard-migrate` is its face.
///
/// Each migration is one transaction together with its row in `schema_migrations`, so a process that is killed leaves
/// the schema before a migration or after it.
package struct Migrator: Sendable {
  /// What ``up(tell:)`` has done.
  package struct Outcome: Sendable {
    package let applied: [Migration]
    /// Where the database was copied to before it was changed; `nil` when it was new or nothing was to be done.
    package let copy: String?
  }

  private let path: String
  private let migrations: [Migration]
  private let busyTimeout: Duration
  private let clock: @Sendable () -> Timestamp

  /// - Parameter busyTimeout: how long it waits for others who have the database open.
  package init(
    path: String, migrations: [Migration] = Migration.carried, busyTimeout: Duration = .seconds(5),
    clock: @escaping @Sendable () -> Timestamp = Timestamp.systemNow
  ) {
    self.path = path
    self.migrations = migrations
    self.busyTimeout = busyTimeout
    self.clock = clock
  }

  /// What the database has been through. A file that is not there has been through nothing, and is not made.
  package func history() throws -> SchemaHistory {
    guard FileManager.default.fileExists(atPath: path) else {
      return SchemaHistory(migrations: migrations, applied: [])
    }
    return try refusing {
      try SchemaHistory(of: Connection(path: path, mode: .reading), migrations: migrations, path: path)
    }
  }

  /// Applies the migrations that the database has not been through, the first one to a new file if there is none.
  ///
  /// - Parameter tell: called before each step with a line for the person who waits.
  /// - Throws: ``SchemaError``; the database has then the schema of the last migration that worked.
  package func up(tell: (String) -> Void = { _ in }) throws -> Outcome {
    // Judged before a file is made: an error in the migrations must not leave an empty database behind.
    if let problem = SchemaHistory(migrations: migrations, applied: []).problem { throw problem }
    return try refusing {
      let connection = try openAlone()
      let history = try SchemaHistory(of: connection, migrations: migrations, path: path)
      if let problem = history.problem { throw problem }
      guard !history.pending.isEmpty else { return Outcome(applied: [], copy: nil) }
      let copy = history.applied.isEmpty ? nil : try copy(connection, version: history.applied.count, tell: tell)
      for migration in history.pending {
        tell("Applying \(migration.file)")
        try apply(migration, to: connection)
      }
      return Outcome(applied: history.pending, copy: copy)
    }
  }

  /// Opens the file, or makes it, and keeps everybody else out until the connection is closed: no server may run on a
  /// schema that changes under it, and nothing may be written between the copy and the change.
  private func openAlone() throws -> Connection {
    let connection = try Connection(path: path, mode: .creating, busyTimeout: busyTimeout)
    // In this order: a WAL file is locked as a whole only when exclusive mode is set before it is first used.
    try connection.run("PRAGMA locking_mode = EXCLUSIVE")
    try connection.run("PRAGMA synchronous = FULL")
    // A migration that rebuilds a table must be able to drop it while others refer to it; each one is checked as a
    // whole before its commit instead.
    try connection.run("PRAGMA foreign_keys = OFF")
    let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
    guard mode == "wal" else { throw SchemaError(.failed, "\(path) cannot be used in WAL mode.") }
    // The lock is taken by the first write transaction.
    try connection.run("BEGIN EXCLUSIVE")
    try connection.run("COMMIT")
    return connection
  }

  private func apply(_ migration: Migration, to connection: Connection) throws {
    do {
      try connection.run("BEGIN IMMEDIATE")
      if migration.version == 1 { try connection.run(Self.table) }
      try connection.migrationScript(migration.sql)
      let orphans = try connection.rows("PRAGMA foreign_key_check") { "\($0.text(0)) row \($0.integer(1))" }
      guard orphans.isEmpty else {
        let some = orphans.prefix(5).joined(separator: ", ")
        throw SchemaError(.failed, "rows refer to others that are not there (\(some))")
      }
      try connection.run(
        "INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES (?, ?, ?, ?)",
        [migration.version, migration.name, migration.sha256, clock()])
      try connection.run("COMMIT")
    } catch {
      if !connection.isInAutocommit { try connection.run("ROLLBACK") }
      let reason = (error as? SQLiteError)?.message ?? "\(error)"
      throw SchemaError(.failed, "\(migration.file) was not applied: \(reason).")
    }
  }

  private static let table = """
    CREATE TABLE schema_migrations (
      version INTEGER PRIMARY KEY CHECK (version > 0),
      name TEXT NOT NULL,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      applied_at TEXT NOT NULL
    ) STRICT
    """

  /// Copies the database to a file beside it.
  private func copy(_ connection: Connection, version: Int, tell: (String) -> Void) throws -> String {
    let time = clock().description.filter { $0 != "-" && $0 != ":" && $0 != "." }
    let copy = "\(path).\(Migration.digits(version))-\(time)"
    tell("Copying the database as it is to \(copy)")
    try connection.copy(to: copy)
    return copy
  }

  private func refusing<T>(_ work: () throws -> T) throws -> T {
    do {
      return try work()
    } catch let error as SQLiteError {
      throw SchemaError(error, path: path)
    }
  }
}
