import ArgumentParser
import Glibc
import Store

/// Makes Plugboard's database, and brings the schema of an older one up to date.
@main
struct PlugboardMigrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard-migrate",
    abstract: "Makes Plugboard's database, and brings the schema of an older one up to date.",
    discussion: """
      Run it before plugboard-server, and while no server runs on the database. Each migration is one transaction with \
      its row in schema_migrations. A database that has data is copied to a file beside it first.
      """)

  enum Action: String, ExpressibleByArgument, CaseIterable {
    /// Prints what the database has been through.
    case status
    /// Applies what it has not been through.
    case up
    /// Says by its exit code whether the database is up to date.
    case check
  }

  @Option(help: "The database file; up makes it if it is not there.")
  var database: String

  @Option(help: "A folder with migrations to use instead of those that this program carries.")
  var migrations: String?

  @Argument(help: "up, status, or check (says by its exit code whether the database is up to date).")
  var action: Action = .up

  func run() throws {
    // The database holds password hashes: what is made here is for its owner alone.
    umask(0o077)
    let migrator = Migrator(path: database, migrations: try migrations.map(Migration.inFolder) ?? Migration.carried)
    switch action {
    case .status: try status(of: migrator)
    case .up: try up(migrator)
    case .check: try check(migrator)
    }
  }

  private func status(of migrator: Migrator) throws {
    let history = try migrator.history()
    print(StatusTable(history).text, terminator: "")
    if let problem = history.problem { throw problem }
  }

  private func up(_ migrator: Migrator) throws {
    let outcome = try migrator.up { line in
      print(line)
      // At once, also when a script has the output in a pipe: a person may be waiting.
      fflush(nil)
    }
    print(outcome.applied.isEmpty ? "\(database) is up to date." : "\(database): \(outcome.applied.count) applied.")
    if let copy = outcome.copy { print("As it was before, the database is in \(copy).") }
  }

  private func check(_ migrator: Migrator) throws {
    let history = try migrator.history()
    if let problem = history.problem { throw problem }
    guard history.pending.isEmpty else {
      throw SchemaError(.older, "\(database) lacks \(history.pending.count) of \(history.migrations.count) migrations.")
    }
    print("\(database) is up to date.")
  }
}
