package import Model
import SQLite

/// A row of `schema_migrations`.
package struct AppliedMigration: Hashable, Sendable {
  package let version: Int
  package let name: String
  package let sha256: String
  package let appliedAt: Timestamp

  package init(version: Int, name: String, sha256: String, appliedAt: Timestamp) {
    self.version = version
    self.name = name
    self.sha256 = sha256
    self.appliedAt = appliedAt
  }
}

/// What a database has been through, beside the migrations that there are.
package struct SchemaHistory: Sendable {
  /// In the order of their numbers, as is ``applied``.
  package let migrations: [Migration]
  package let applied: [AppliedMigration]

  package init(migrations: [Migration], applied: [AppliedMigration]) {
    self.migrations = migrations.sorted { $0.version < $1.version }
    self.applied = applied.sorted { $0.version < $1.version }
  }

  /// The migrations that the database has not been through. Says something only when there is no ``problem``.
  package var pending: [Migration] { Array(migrations.dropFirst(applied.count)) }

  /// Why the migrations cannot be applied to this database, as a sentence; `nil` when they can.
  package var problem: SchemaError? {
    for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
      return migration.version == index
        ? SchemaError(.gap, "There are two migrations with the number \(Migration.digits(migration.version)).")
        : SchemaError(.gap, "The migration with the number \(Migration.digits(index + 1)) is missing.")
    }
    for (index, row) in applied.enumerated() where row.version != index + 1 {
      return SchemaError(
        .gap, "The database has had no migration \(Migration.digits(index + 1)), but \(Migration.digits(row.version)).")
    }
    guard applied.count <= migrations.count else {
      let known = Migration.digits(migrations.count)
      return SchemaError(
        .newer,
        "The database's schema is \(Migration.digits(applied.count)), newer than this program's, which is \(known): "
          + "use a newer release of Plugboard.")
    }
    for (row, migration) in zip(applied, migrations) where row.sha256 != migration.sha256 {
      return SchemaError(
        .edited,
        "\(migration.file) is not what it was when it was applied on \(row.appliedAt.spaced) UTC: a migration is never "
          + "edited, a change is a new one.")
    }
    return nil
  }
}

/// A schema that cannot be used or changed, with a sentence for the person who must act.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// A migration has been edited after it was applied.
    case edited
    /// A number is missing, or there twice.
    case gap
    /// The database has been through more migrations than there are.
    case newer
    /// The database has not been through all migrations.
    case older
    /// The file is not a database, or another program's.
    case foreign
    /// There is no such file or folder.
    case missing
    /// Another program has the database open.
    case inUse
    /// A migration did not work.
    case failed
  }

  package let code: Code
  package let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension SchemaHistory {
  /// Reads the history of an open database.
  ///
  /// - Throws: ``SchemaError`` when the file is not a database, or has tables that are not ours.
  init(of connection: Connection, migrations: [Migration], path: String) throws {
    do {
      let tables = try connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table'") { $0.text(0) }
      guard tables.contains("schema_migrations") else {
        guard tables.isEmpty else {
          throw SchemaError(.foreign, "\(path) is a database, but not one of Plugboard's: it has no schema_migrations.")
        }
        self.init(migrations: migrations, applied: [])
        return
      }
      let applied = try connection.rows("SELECT version, name, sha256, applied_at FROM schema_migrations") { row in
        AppliedMigration(
          version: row.integer(0), name: row.text(1), sha256: row.text(2), appliedAt: try row.timestamp(3))
      }
      self.init(migrations: migrations, applied: applied)
    } catch let error as SQLiteError {
      throw SchemaError(error, path: path)
    }
  }

  /// Makes sure that the database has been through all migrations and no others; programs that serve call it when they
  /// open the file.
  static func requireCurrent(_ connection: Connection, migrations: [Migration], path: String) throws {
    let history = try SchemaHistory(of: connection, migrations: migrations, path: path)
    if let problem = history.problem { throw problem }
    guard history.pending.isEmpty else {
      throw SchemaError(
        .older,
        "The schema of \(path) is \(Migration.digits(history.applied.count)), this program needs "
          + "\(Migration.digits(migrations.count)): run plugboard-migrate --database \(path) up.")
    }
  }
}

extension SchemaError {
  /// What a failure to open or read the file means to the person who named it.
  init(_ error: SQLiteError, path: String) {
    if error.isNotADatabase {
      self.init(.foreign, "\(path) is not a SQLite database.")
    } else if error.isBusy {
      self.init(.inUse, "\(path) is in use: stop plugboard-server, and close shells that have it open.")
    } else {
      self.init(.failed, "\(path): \(error.message).")
    }
  }
}
