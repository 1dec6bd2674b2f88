import FoundationEssentials
import Glibc
import Logging
import SQLite
import Store
import Support
import Synchronization
import Testing

/// Each test runs twice: here, and in a process of its own that is killed, where it finds the database's path in the
/// environment.
///
/// An exit test (`#expect(processExitsWith:)`) would be shorter, but it never ends when this process has any other child
/// that has ended and was not waited for: it then looks at that one for ever.
@Suite("Crashes", .timeLimit(.minutes(2)))
struct CrashTests {
  private static let variable = "PLUGBOARD_CRASH_TEST_DATABASE"
  /// The database to write until this process is killed; `nil` in the process that looks on.
  private static var victimsDatabase: String? { ProcessInfo.processInfo.environment[variable] }

  /// Runs one test of this suite as the process that is killed, and returns when it was.
  private static func runVictim(_ test: String, on database: TemporaryDatabase) async throws {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let victim = try await run(
      [program, "--testing-library", "swift-testing", "--filter", "StoreTests.CrashTests/\(test)"],
      environment: [variable: database.path], within: .seconds(60))
    #expect(victim.status == 128 + SIGKILL, "\(victim.output)\(victim.errors)")
  }

  private static func store(_ path: String) throws -> Store {
    var options = Store.Options()
    options.migrations = Migration.fixture
    return try Store(path: path, options: options, listeners: [LampListener()], logger: Logger(label: "test"))
  }

  /// Who has been answered. Whoever is the five hundredth ends the process, with other bodies on their way.
  private final class Answers: Sendable {
    private let ids = Mutex<[String]>([])
    private let file: String

    init(file: String) { self.file = file }

    func add(_ id: String) throws {
      try ids.withLock { ids in
        ids.append(id)
        guard ids.count == 500 else { return }
        try Data(ids.joined(separator: "\n").utf8).write(to: URL(filePath: file))
        kill(getpid(), SIGKILL)
      }
    }
  }

  private static func writeUntilKilled(_ path: String) async throws {
    let store = try store(path)
    let answers = Answers(file: path + ".answered")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<32 {
        group.addTask {
          for number in 0..<1000 {
            try await store.write { try $0.insertLamp("\(writer)-\(number)") }
            try answers.add("\(writer)-\(number)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func dieInsideABody(_ path: String) async throws {
    let store = try store(path)
    for number in 0..<20 { try await store.write { try $0.insertLamp("\(number)") } }
    try await store.write { transaction in
      try transaction.insertLamp("half")
      kill(getpid(), SIGKILL)
      try transaction.setStatus("ON", of: "half")
    }
  }

  @Test("kill -9 in the middle of a body leaves all that was answered, and nothing of that body")
  func killedInsideABody() async throws {
    if let path = Self.victimsDatabase { return try await Self.dieInsideABody(path) }
    let database = try TemporaryDatabase(migrations: Migration.fixture)
    try await Self.runVictim("killedInsideABody", on: database)
    let store = try database.store()
    #expect(try await store.read { try $0.lamps() } == (0..<20).map { "\($0) OFF" })
    #expect(try await store.read { try $0.outbox() }.count == 20)
    #expect(try await store.read { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
  }

  @Test("kill -9 among many writers loses nothing that was answered, and no change without its outbox row")
  func killedAmongWriters() async throws {
    if let path = Self.victimsDatabase { return try await Self.writeUntilKilled(path) }
    let database = try TemporaryDatabase(migrations: Migration.fixture)
    try await Self.runVictim("killedAmongWriters", on: database)
    let answered = textOfFile(database.path + ".answered").split(separator: "\n").map(String.init)
    #expect(answered.count == 500)
    let store = try database.store()
    let kept = Set(try await store.read { try $0.rows("SELECT id FROM lamps") { $0.text(0) } })
    #expect(kept.isSuperset(of: answered))
    let announced = try await store.read { try $0.outbox() }.map { String($0.prefix { $0 != " " }) }
    #expect(Set(announced) == kept && announced.count == kept.count)
  }
}
