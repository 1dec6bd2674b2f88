import Logging
import SQLite
import Store
import Support
import Testing

@Suite("Migrating")
struct MigratorTests {
  private let folder: TemporaryDirectory
  private let path: String

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.file("plugboard.sqlite3")
  }

  @Test("a new file gets all migrations, and nothing is left to do the second time")
  func newFile() throws {
    let migrator = Migrator(path: path, migrations: Fixture.migrations(Fixture.first, Fixture.second))
    let outcome = try migrator.up()
    #expect(outcome.applied.map(\.version) == [1, 2])
    #expect(outcome.copy == nil)
    #expect(try tables(of: path) == ["bulbs", "lamps", "schema_migrations"])
    #expect(try migrator.up().applied.isEmpty)
    #expect(try migrator.history().applied.map(\.version) == [1, 2])
  }

  @Test("a database with data is copied before it is changed, and the copy is as it was")
  func copies() throws {
    _ = try Migrator(path: path, migrations: Fixture.migrations(Fixture.first)).up()
    let outcome = try Migrator(path: path, migrations: Fixture.migrations(Fixture.first, Fixture.second)).up()
    let copy = try #require(outcome.copy)
    #expect(try tables(of: copy) == ["lamps", "schema_migrations"])
    let statuses = try Connection(path: copy, mode: .reading).rows("SELECT status FROM lamps") { $0.text(0) }
    #expect(statuses == ["ON"])
  }

  @Test("a migration that fails leaves nothing of itself, and says in which line it failed")
  func failure() throws {
    let bad = "CREATE TABLE half (x TEXT) STRICT;\nINSERT INTO lamps VALUES (1, 'twice');\n"
    let migrator = Migrator(path: path, migrations: Fixture.migrations(Fixture.first, bad))
    let error = #expect(throws: SchemaError.self) { try migrator.up() }
    #expect(error?.description == "0002_step.sql was not applied: line 2: UNIQUE constraint failed: lamps.id.")
    #expect(try tables(of: path) == ["lamps", "schema_migrations"])
    #expect(try migrator.history().applied.map(\.version) == [1])
  }

  @Test("a migration that leaves a row pointing nowhere, or that commits by itself, is refused")
  func badMigrations() throws {
    let orphan = "INSERT INTO bulbs VALUES (1, 99);"
    for (third, words) in [(orphan, "bulbs row 1"), ("DROP TABLE bulbs; COMMIT;", "not authorized")] {
      let migrations = Fixture.migrations(Fixture.first, Fixture.second, third)
      let error = #expect(throws: SchemaError.self) { try Migrator(path: path, migrations: migrations).up() }
      #expect(error?.description.contains(words) == true)
      #expect(try tables(of: path) == ["bulbs", "lamps", "schema_migrations"])
    }
  }

  @Test("files that are no databases, and databases of other programs, are refused and not touched")
  func foreignFiles() throws {
    let migrations = Fixture.migrations(Fixture.first)
    let text = try folder.write("Dear diary, this is not a database at all.\n".utf8, to: "diary")
    #expect(throws: SchemaError.self) { try Migrator(path: text, migrations: migrations).up() }
    #expect(textOfFile(text).hasPrefix("Dear diary"))
    let other = folder.file("other.sqlite3")
    try Connection(path: other, mode: .creating).run("CREATE TABLE theirs (x TEXT)")
    let error = #expect(throws: SchemaError.self) { try Migrator(path: other, migrations: migrations).up() }
    #expect(error?.code == .foreign)
    #expect(try tables(of: other) == ["theirs"])
  }

  @Test("an error in the files is found before a database is made")
  func nothingIsMade() throws {
    let migrations = Array(Fixture.migrations(Fixture.first, Fixture.second).dropFirst())
    #expect(throws: SchemaError.self) { try Migrator(path: path, migrations: migrations).up() }
    #expect(throws: SQLiteError.self) { try Connection(path: path, mode: .reading) }
  }

  @Test("a database that a server has open is not migrated under it")
  func inUse() async throws {
    let migrations = Fixture.migrations(Fixture.first)
    _ = try Migrator(path: path, migrations: migrations).up()
    var options = Store.Options()
    options.migrations = migrations
    let store = try Store(path: path, options: options, logger: Logger(label: "test"))
    _ = try await store.read { try $0.rows("SELECT 1") { $0.integer(0) } }
    let migrator = Migrator(
      path: path, migrations: Fixture.migrations(Fixture.first, Fixture.second), busyTimeout: .milliseconds(5))
    let error = #expect(throws: SchemaError.self) { try migrator.up() }
    #expect(error?.code == .inUse)
    await store.close()
    #expect(try migrator.up().applied.count == 1)
  }

  @Test("a store refuses a schema that is older or newer than its program's, and says what to do")
  func storeRefuses() throws {
    let all = Fixture.migrations(Fixture.first, Fixture.second)
    _ = try Migrator(path: path, migrations: [all[0]]).up()
    var options = Store.Options()
    options.migrations = all
    let older = #expect(throws: SchemaError.self) {
      try Store(path: path, options: options, logger: Logger(label: "test"))
    }
    #expect(older?.code == .older && older?.description.contains("run plugboard-migrate") == true)
    _ = try Migrator(path: path, migrations: all).up()
    options.migrations = [all[0]]
    let newer = #expect(throws: SchemaError.self) {
      try Store(path: path, options: options, logger: Logger(label: "test"))
    }
    #expect(newer?.code == .newer)
  }

  @Test("the migrations that programs carry are those of the folder, and make a database that a store opens")
  func carried() throws {
    let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    #expect(try Migration.inFolder(repository + "/Migrations") == Migration.carried)
    _ = try Migrator(path: path).up()
    _ = try Store(path: path, logger: Logger(label: "test"))
  }
}
