import FoundationEssentials
import SQLite
import Store
import Support
import Testing

/// The tool as an operator runs it.
@Suite("plugboard-migrate", .timeLimit(.minutes(2)))
struct ToolTests {
  private let folder: TemporaryDirectory
  private let database: String

  init() throws {
    folder = try TemporaryDirectory()
    database = folder.file("plugboard.sqlite3")
  }

  /// The program of this build: the tests are a program in the build folder, beside it.
  private static func program() throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return tests.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/plugboard-migrate"
  }

  /// Writes migrations into a folder for `--migrations`.
  private func files(_ contents: String...) throws -> String {
    let path = folder.file("migrations")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for (index, sql) in contents.enumerated() {
      _ = try folder.write(Array(sql.utf8), to: "migrations/\(Migration.digits(index + 1))_step.sql")
    }
    return path
  }

  private func migrate(_ arguments: String...) async throws -> CommandOutput {
    try await run([Self.program(), "--database", database] + arguments)
  }

  @Test("it works from any folder with what it carries: status, up, status, check")
  func carried() async throws {
    #expect(try await migrate("status").output.contains("pending"))
    #expect(try await migrate("check").status == 1)
    #expect(!FileManager.default.fileExists(atPath: database))
    #expect(try await migrate().succeeded)
    let status = try await migrate("status")
    #expect(status.succeeded && !status.output.contains("pending"))
    #expect(status.output.split(separator: "\n").count == Migration.carried.count + 1)
    #expect(try await migrate("check").succeeded)
    let mode = try FileManager.default.attributesOfItem(atPath: database)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("a refusal is a sentence and a failure for the shell, with nothing changed")
  func refusals() async throws {
    #expect(try await migrate("--migrations", files(Fixture.first)).succeeded)
    let edited = try await migrate("--migrations", files("-- edited\n" + Fixture.first))
    #expect(edited.status == 1 && edited.errors.contains("0001_step.sql is not what it was"))
    let newer = try await migrate("--migrations", files())
    #expect(newer.status == 1 && newer.errors.contains("newer than this program's"))
    let missing = try await migrate("--migrations", folder.file("nowhere"))
    #expect(missing.status == 1 && missing.errors.contains("cannot be read"))
    let status = try await migrate("status", "--migrations", files("-- edited\n" + Fixture.first))
    #expect(status.status == 1 && status.output.contains("edited since"))
  }

  @Test("a gap in the files, and a file that is no database, are refused, and neither is touched")
  func gapsAndOtherFiles() async throws {
    let migrations = try files(Fixture.first, Fixture.second, Fixture.second)
    try FileManager.default.removeItem(atPath: migrations + "/0002_step.sql")
    for action in ["up", "status", "check"] {
      let gap = try await migrate(action, "--migrations", migrations)
      #expect(gap.status == 1 && gap.errors.contains("0002 is missing"))
    }
    #expect(!FileManager.default.fileExists(atPath: database))
    let diary = try folder.write("Dear diary, this is not a database at all.\n".utf8, to: "plugboard.sqlite3")
    for action in ["up", "status", "check"] {
      let output = try await migrate(action)
      #expect(output.status == 1 && output.errors.contains("is not a SQLite database"))
    }
    #expect(textOfFile(diary).hasPrefix("Dear diary"))
  }

  /// The finished copies beside the database. One that was interrupted may have left its journal as well.
  private func copies() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("plugboard.sqlite3.0") && !$0.contains(".unfinished") }
      .map { folder.file($0) }
  }

  @Test("it says where the copy is")
  func copy() async throws {
    #expect(try await migrate("--migrations", files(Fixture.first)).succeeded)
    let output = try await migrate("--migrations", files(Fixture.first, Fixture.second)).output
    let copy = output.split(separator: " ").last ?? ""
    #expect(try tables(of: String(copy.prefix { $0 != "\n" }.dropLast())) == ["lamps", "schema_migrations"])
  }

  @Test("kill -9 at any step leaves the schema before a migration or after it, and the next run ends the work")
  func killed() async throws {
    let migrations = try files(Fixture.first, Fixture.slow, Fixture.second.replacing("lamps", with: "numbers"))
    let expected: [[String]] = [
      [], ["lamps", "schema_migrations"], ["numbers", "schema_migrations"], ["bulbs", "numbers", "schema_migrations"],
    ]
    let steps = ["0001_step.sql", "Copying the database", "0002_step.sql", "Copying the database", "0003_step.sql"]
    for (number, step) in steps.enumerated() {
      let log = folder.file("log-\(number)")
      let process = try ProgramProcess(
        name: "plugboard-migrate", command: [Self.program(), "--database", database, "--migrations", migrations],
        output: log)
      try await waitUntil("it is at \(step), or through") { textOfFile(log).contains(step) || process.hasEnded }
      await process.kill()
      let version = try Migrator(path: database, migrations: Migration.inFolder(migrations)).history().applied.count
      let isThere = FileManager.default.fileExists(atPath: database)
      #expect(try isThere ? tables(of: database) == expected[version] : version == 0)
    }
    #expect(try await migrate("--migrations", migrations).succeeded)
    #expect(try tables(of: database) == expected[3])
    for copy in try copies() {
      #expect(try Connection(path: copy, mode: .reading).first("PRAGMA integrity_check") { $0.text(0) } == "ok")
    }
    let check = try Connection(path: database, mode: .reading).first("PRAGMA integrity_check") { $0.text(0) }
    #expect(check == "ok")
  }
}
