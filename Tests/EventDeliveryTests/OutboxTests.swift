import Model
import SQLite
import Store
import Support
import Testing

/// The outbox as it stands in the database.
@Suite struct OutboxTests {
  let database: TemporaryDatabase
  let store: Store
  let clock = ManualClock()
  let port = UUID()
  let instance = UUID()

  init() throws {
    database = try TemporaryDatabase()
    store = try database.store(clock: { [clock] in clock.now })
  }

  func queue(_ names: InstanceEventName..., port: UUID? = nil) async throws {
    let port = port ?? self.port
    try await store.write { [instance] transaction in
      for name in names {
        try transaction.queue(
          InstanceEvent(name: name, instanceID: instance, tag: port.description), portID: port)
      }
    }
  }

  func settle(_ id: Int, _ disposition: EventDisposition) async throws {
    try await store.write { [now = clock.now] in try $0.settle(id, as: disposition, sentAt: now) }
  }

  func sendable() async throws -> [Int] {
    try await store.read { [now = clock.now] in try $0.sendableEvents(at: now, limit: 100).map(\.id) }
  }

  func outcomes() async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows("SELECT event_id, outcome, code, attempts, detail FROM event_deliveries ORDER BY event_id") {
        "\($0.integer(0)) \($0.text(1)) \($0.optionalInteger(2) ?? 0) \($0.integer(3)) \($0.text(4))"
      }
    }
  }

  @Test("events are sendable in the order they were queued")
  func order() async throws {
    try await queue(.networkChanged, .networkVIFPlugged)
    try await queue(.networkVIFPlugged, port: UUID())
    #expect(try await sendable() == [1, 2, 3])
  }

  @Test("an event that waits for another attempt holds back the later ones of its port, and no others")
  func holdsBack() async throws {
    try await queue(.networkVIFPlugged, .networkChanged)
    try await queue(.networkVIFPlugged, port: UUID())
    try await settle(1, .retry(at: clock.now + .seconds(1), code: nil, error: "no answer"))
    #expect(try await sendable() == [3])
    let next = try await store.read { [now = clock.now] in try $0.nextEventAttempt(after: now) }
    #expect(next == clock.now + .seconds(1))
    clock.advance(to: clock.now + .seconds(1))
    #expect(try await sendable() == [1, 2, 3])
  }

  @Test(
    "a change of a port's data that waits for another attempt never holds back what is said about its plugging",
    arguments: [InstanceEventName.networkVIFPlugged, .networkVIFUnplugged])
  func changesHoldNoPlugging(_ name: InstanceEventName) async throws {
    try await queue(.networkChanged, name, .networkChanged, .networkVIFDeleted)
    try await settle(1, .retry(at: clock.now + .seconds(60), code: nil, error: "no answer"))
    #expect(try await sendable() == [2])
  }

  @Test("an event leaves the outbox only with a row that says what became of it")
  func outcomesAreKept() async throws {
    try await queue(.networkChanged, .networkVIFPlugged)
    try await settle(1, .delivered(code: 200))
    try await settle(2, .retry(at: clock.now, code: 422, error: "the instance has no host"))
    try await settle(2, .givenUp(code: 422, detail: "too late"))
    #expect(try await sendable() == [])
    #expect(try await outcomes() == ["1 delivered 200 1 ", "2 given_up 422 2 too late"])
  }

  @Test("an event that was settled before is left alone")
  func twice() async throws {
    try await queue(.networkChanged)
    try await settle(1, .delivered(code: 200))
    try await settle(1, .givenUp(code: nil, detail: "again"))
    #expect(try await outcomes() == ["1 delivered 200 1 "])
  }

  @Test(
    "a refused event is superseded by a newer one of its port that says more",
    arguments: [
      (InstanceEventName.networkVIFUnplugged, true), (.networkVIFPlugged, true), (.networkVIFDeleted, true),
      (.networkChanged, false),
    ])
  func superseded(_ newer: InstanceEventName, _ expected: Bool) async throws {
    try await queue(.networkVIFPlugged)
    try await settle(1, .retry(at: clock.now + .seconds(9), code: 404, error: "not known"))
    try await queue(newer)
    #expect(try await sendable() == (expected ? [2] : []))
    #expect(try await outcomes() == (expected ? ["1 superseded 404 1 superseded by event 2 (\(newer.rawValue))"] : []))
  }

  @Test("an event that is refused while a newer one of its port was queued is superseded by it")
  func supersededInFlight() async throws {
    try await queue(.networkVIFPlugged)
    try await queue(.networkVIFUnplugged)
    try await settle(1, .retry(at: clock.now + .seconds(9), code: 422, error: "no host"))
    #expect(try await sendable() == [2])
  }

  @Test("an event that nobody answered is not superseded, because both must be told")
  func unanswered() async throws {
    try await queue(.networkVIFPlugged)
    try await settle(1, .retry(at: clock.now + .seconds(9), code: 503, error: "503: no"))
    try await queue(.networkVIFUnplugged)
    #expect(try await sendable() == [])
    clock.advance(to: clock.now + .seconds(9))
    #expect(try await sendable() == [1, 2])
  }
}
