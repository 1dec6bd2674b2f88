import FoundationEssentials
import Glibc
import Logging
import Model
import SQLite
import Store
import Support
import Synchronization
import Testing

/// Like ``CrashTests``: the test runs twice, here and in a process of its own that is killed.
@Suite("Addresses and crashes", .timeLimit(.minutes(2)))
struct AddressCrashTests {
  private static let variable = "PLUGBOARD_ADDRESS_CRASH_TEST_DATABASE"

  @Test("kill -9 among sixty-four who take addresses gives none twice and loses none")
  func killed() async throws {
    if let path = ProcessInfo.processInfo.environment[Self.variable] { return try await Self.takeUntilKilled(path) }
    let fixture = try await AddressFixture()
    let subnet = try await fixture.subnet("10.1.0.0/22")
    await fixture.store.close()
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let victim = try await run(
      [program, "--testing-library", "swift-testing", "--filter", "StoreTests.AddressCrashTests"],
      environment: [Self.variable: fixture.database.path], within: .seconds(60))
    #expect(victim.status == 128 + SIGKILL, "\(victim.output)\(victim.errors)")

    let store = try fixture.database.store()
    let kept = try await store.read { snapshot in
      try snapshot.rows("SELECT port_id || ' ' || ip_address, ip_number FROM ip_allocations") { row in
        (text: row.text(0), number: row.integer(1))
      }
    }
    let answered = textOfFile(fixture.database.path + ".answered").split(separator: "\n").map(String.init)
    #expect(answered.count == 300 && Set(kept.map(\.text)).isSuperset(of: answered))
    #expect(Set(kept.map(\.number)).count == kept.count)
    // A port has its address or is not there, and what nobody has is free.
    let ports = try await store.read { try $0.first("SELECT count(*) FROM ports") { row in row.integer(0) } }
    #expect(ports == kept.count)
    let free = try await store.read { snapshot in
      try snapshot.rows("SELECT first_number, last_number FROM ip_free_ranges WHERE subnet_id = ?", subnet.id) { row in
        Set(row.integer(0)...row.integer(1))
      }
    }.reduce(Set()) { $0.union($1) }
    #expect(free.isDisjoint(with: kept.map(\.number)) && free.count + kept.count == 1022)
    await store.close()
  }

  /// Who has been answered. Whoever is the three hundredth ends the process, with other bodies on their way.
  private final class Answers: Sendable {
    private let texts = Mutex<[String]>([])
    private let file: String

    init(file: String) { self.file = file }

    func add(_ text: String) throws {
      try texts.withLock { texts in
        texts.append(text)
        guard texts.count == 300 else { return }
        try Data(texts.joined(separator: "\n").utf8).write(to: URL(filePath: file))
        kill(getpid(), SIGKILL)
      }
    }
  }

  private static func takeUntilKilled(_ path: String) async throws {
    let store = try Store(path: path, logger: Logger(label: "test"))
    let subnet = try #require(
      try await store.read { snapshot in
        try snapshot.first("SELECT id FROM subnets") { row in try row.uuid(0) }.flatMap { try snapshot.subnet($0) }
      })
    let answers = Answers(file: path + ".answered")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask {
          for number in 0..<20 {
            let (port, address) = try await store.write { transaction in
              var generator = SystemRandomNumberGenerator()
              let port = try transaction.insertPort(ofNetwork: subnet.networkID)
              let address = try transaction.allocateAddress(of: subnet, toPort: port, using: &generator)
              return (port, try #require(address))
            }
            if number % 5 == 4 {
              try await store.write { try $0.deletePort(port) }
              continue
            }
            try answers.add("\(port) \(address)")
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
