import FoundationEssentials
import Glibc
import Logging
import SQLite
import Store
import Support
import Synchronization
import Testing

@Suite("Crashes", .timeLimit(.minutes(2)))
struct CrashTests {
  private let database: TemporaryDatabase

  init() throws {
    database = try TemporaryDatabase(migrations: Migration.fixture)
  }

  /// How long a process that is to be killed may live: the kernel ends it then, and the test fails instead of waiting.
  private static let lifetime: UInt32 = 60

  private static func store(_ path: String) throws -> Store {
    alarm(lifetime)
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

  @Test("kill -9 in the middle of a body leaves all that was answered, and nothing of that body")
  func killedInsideABody() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = database.path as String] in
      let store = try Self.store(path)
      for number in 0..<20 { try await store.write { try $0.insertLamp("\(number)") } }
      try await store.write { transaction in
        try transaction.insertLamp("half")
        kill(getpid(), SIGKILL)
        try transaction.setStatus("ON", of: "half")
      }
    }
    let store = try database.store()
    #expect(try await store.read { try $0.lamps() } == (0..<20).map { "\($0) OFF" })
    #expect(try await store.read { try $0.outbox() }.count == 20)
    #expect(try await store.read { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
  }

  @Test("kill -9 among many writers loses nothing that was answered, and no change without its outbox row")
  func killedAmongWriters() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = database.path as String] in
      try await Self.writeUntilKilled(path)
    }
    let answered = textOfFile(database.path + ".answered").split(separator: "\n").map(String.init)
    #expect(answered.count == 500)
    let store = try database.store()
    let kept = Set(try await store.read { try $0.rows("SELECT id FROM lamps") { $0.text(0) } })
    #expect(kept.isSuperset(of: answered))
    let announced = try await store.read { try $0.outbox() }.map { String($0.prefix { $0 != " " }) }
    #expect(Set(announced) == kept && announced.count == kept.count)
  }
}
