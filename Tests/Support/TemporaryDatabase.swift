import FoundationEssentials
package import Logging
package import Model
package import Store

/// A database with the real schema in a folder of its own, which is removed when the value is released.
package final class TemporaryDatabase: Sendable {
  /// The folder, for whatever else the test wants to have removed.
  package let folder: String
  /// The database file.
  package let path: String

  private let migrations: [Migration]

  /// Makes the database and applies `migrations`, by default those of the repository.
  package init(migrations: [Migration]? = nil) throws {
    folder = FileManager.default.temporaryDirectory.path + "/plugboard-" + Model.UUID().description
    path = folder + "/plugboard.sqlite3"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.migrations = try migrations ?? Migration.inFolder(Self.repository + "/Migrations")
    _ = try Migrator(path: path, migrations: self.migrations).up()
  }

  deinit {
    // The folder lies among temporary files in any case, and a `deinit` has nobody to tell.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Opens the database; several times, if the test wants to see what a restart sees.
  ///
  /// - Parameter change: what the test wants to be otherwise than in a server.
  package func store(
    listeners: [any ChangeListener] = [], clock: @escaping @Sendable () -> Timestamp = Timestamp.systemNow,
    logger: Logger = Logger(label: "test"), change: (inout Store.Options) -> Void = { _ in }
  ) throws -> Store {
    var options = Store.Options()
    options.migrations = migrations
    change(&options)
    return try Store(path: path, options: options, listeners: listeners, clock: clock, logger: logger)
  }

  /// The folder of `Package.swift`.
  private static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
}
