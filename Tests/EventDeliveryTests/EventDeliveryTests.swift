import EventDelivery
import JSON
import Logging
import Model
import OpenStackHTTP
import SQLite
import Store
import Support
import Testing

/// The delivery against a double of the Compute service, over real HTTP and with a real database.
@Suite(.timeLimit(.minutes(2))) struct EventDeliveryTests {
  let database: TemporaryDatabase
  let clock = ManualClock()

  init() throws {
    database = try TemporaryDatabase()
  }

  /// Runs a delivery to `port` while `body` runs, on a store of its own, as a process would.
  ///
  /// - Parameter requestDeadline: So long that a slow machine is no reason to send again, unless a test asks for it.
  func delivering(
    to port: Int, requestDeadline: Duration = .seconds(60), _ body: @Sendable @escaping (Store) async throws -> Void
  ) async throws {
    let wakeUp = EventDelivery.makeWakeUp()
    let store = try database.store(listeners: [wakeUp], clock: { [clock] in clock.now })
    var policy = DeliveryPolicy()
    policy.requestDeadline = requestDeadline
    let delivery = EventDelivery(
      store: store, wakeUp: wakeUp, client: { .local(port: port) }, policy: policy, clock: clock.delivery,
      logger: Logger(label: "test"))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await delivery.run() }
        group.addTask { try await body(store) }
        try await group.next()
        group.cancelAll()
      }
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  @Test("an event that is queued while the delivery is idle is sent at once, and marked after the answer")
  func atOnce() async throws {
    let nova = NovaDouble()
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.queue("a")
        #expect(await nova.nextRequest()?.tags == ["a"])
        try await waitUntil("the event is marked") { try await store.outcomes() == ["a delivered"] }
      }
    }
  }

  @Test("the body is upstream's")
  func body() async throws {
    let nova = NovaDouble()
    let instance = UUID()
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.write {
          try $0.queue(InstanceEvent(name: .networkVIFPlugged, instanceID: instance, tag: "t"), portID: nil)
        }
        let request = await nova.nextRequest()
        #expect(request?.version == "compute 2.1")
        #expect(
          request?.events == [
            [
              "server_uuid": .string(instance.description), "name": "network-vif-plugged", "status": "completed",
              "tag": "t",
            ]
          ])
      }
    }
  }

  @Test("what is queued while a request is under way is the next batch, in order")
  func batches() async throws {
    let gate = Gate()
    let nova = NovaDouble([.held(gate, [:])])
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.queue("a")
        #expect(await nova.nextRequest()?.tags == ["a"])
        for tag in ["b", "c", "d"] { try await store.queue(tag) }
        gate.open()
        #expect(await nova.nextRequest()?.tags == ["b", "c", "d"])
      }
    }
  }

  @Test("a mixed answer is judged event by event")
  func mixed() async throws {
    let nova = NovaDouble([.codes(["b": 400, "c": 422])])
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.queue("a", "b", "c")
        #expect(await nova.nextRequest()?.tags == ["a", "b", "c"])
        // It sleeps until the next attempt of c, which the manual clock brings about.
        let retry = await clock.nextSleep()
        #expect(try await store.outcomes() == ["a delivered", "b given_up"])
        if let retry { clock.advance(to: retry) }
        #expect(await nova.nextRequest()?.tags == ["c"])
        try await waitUntil("c is marked") { try await store.outcomes().last == "c delivered" }
      }
    }
  }

  @Test("events are kept while the Compute service fails or lets nobody in", arguments: [401, 500, 503])
  func keeps(_ status: Int) async throws {
    let nova = NovaDouble([.status(status), .status(status)])
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.queue("a")
        for _ in 0..<2 {
          #expect(await nova.nextRequest()?.tags == ["a"])
          if let retry = await clock.nextSleep() { clock.advance(to: retry) }
        }
        #expect(await nova.nextRequest()?.tags == ["a"])
        try await waitUntil("the event is marked") { try await store.outcomes() == ["a delivered"] }
      }
    }
  }

  @Test("events wait across restarts for a Compute service that is not there")
  func notThere() async throws {
    // A port that was free a moment ago.
    let (port, known) = (AsyncStream.makeStream(of: Int.self), NovaDouble())
    try await known.serving { port.continuation.yield($0) }
    var ports = port.stream.makeAsyncIterator()
    let free = try #require(await ports.next())
    // The HTTP client goes on trying to connect for so long where nobody listens.
    try await delivering(to: free, requestDeadline: .seconds(1)) { store in
      try await store.queue("a", "b")
      _ = await clock.nextSleep()
    }
    let nova = NovaDouble()
    try await nova.serving(port: free) { port in
      clock.advance(to: clock.now + .seconds(60))
      try await delivering(to: port) { store in
        #expect(await nova.nextRequest()?.tags == ["a", "b"])
        try await waitUntil("both are marked") { try await store.outcomes() == ["a delivered", "b delivered"] }
      }
    }
  }

  @Test("an event whose answer was lost in a crash is sent again, and a delivered one is not")
  func crash() async throws {
    let gate = Gate()
    let nova = NovaDouble([.codes([:]), .held(gate, [:])])
    try await nova.serving { port in
      try await delivering(to: port) { store in
        try await store.queue("a")
        #expect(await nova.nextRequest()?.tags == ["a"])
        try await waitUntil("the first is marked") { try await store.outcomes() == ["a delivered"] }
        try await store.queue("b")
        #expect(await nova.nextRequest()?.tags == ["b"])
        // The delivery ends here, with the request out and no answer.
      }
      gate.open()
      try await delivering(to: port) { store in
        #expect(await nova.nextRequest()?.tags == ["b"])
        try await waitUntil("the second is marked") { try await store.outcomes() == ["a delivered", "b delivered"] }
      }
    }
  }

  @Test("two hundred events at once cost few requests, and none is lost")
  func burst() async throws {
    let nova = NovaDouble()
    try await nova.serving { port in
      try await delivering(to: port) { store in
        let tags = (0..<200).map { "t\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for tag in tags { group.addTask { try await store.queue(tag) } }
          try await group.waitForAll()
        }
        var received: [String] = []
        while received.count < 200, let request = await nova.nextRequest() {
          #expect(request.events.count <= 100)
          received += request.tags
        }
        #expect(Set(received) == Set(tags))
        try await waitUntil("all are marked") { try await store.outcomes().count == 200 }
      }
    }
  }
}

extension Store {
  /// Queues an event for each tag, each about a port of its own.
  func queue(_ tags: String...) async throws {
    try await write { transaction in
      for tag in tags {
        try transaction.queue(InstanceEvent(name: .networkVIFPlugged, instanceID: UUID(), tag: tag), portID: UUID())
      }
    }
  }

  /// Tag and outcome of every event that has left the outbox, in the order of the events.
  func outcomes() async throws -> [String] {
    try await read { snapshot in
      try snapshot.rows("SELECT tag, outcome FROM event_deliveries ORDER BY event_id") { "\($0.text(0)) \($0.text(1))" }
    }
  }
}
