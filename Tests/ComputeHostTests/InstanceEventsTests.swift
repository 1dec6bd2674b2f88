import ComputeHost
import Model
import Testing

/// The cases are those of LP 1951720, comment 7.
@Suite("Waiting for events")
struct InstanceEventsTests {
  let events = InstanceEvents()
  let instanceID = UUID()
  let portID = UUID()

  var key: InstanceEvents.Key { .init(name: .networkVIFPlugged, tag: "\(portID)") }

  func event(
    _ name: InstanceEventName = .networkVIFPlugged, tag: String? = nil, _ status: InstanceEventStatus = .completed
  ) -> InstanceEvent {
    InstanceEvent(name: name, instanceID: instanceID, tag: tag ?? "\(portID)", status: status)
  }

  @Test("an event that is waited for wakes its wait, once or twice alike")
  func duplicate() async {
    let wait = events.prepare(instanceID, [key])
    #expect(events.pop(event()))
    #expect(events.pop(event()))
    events.end(wait)
    var wakeUps = 0
    for await _ in wait.wakeUps { wakeUps += 1 }
    #expect(wakeUps == 1)
    #expect(wait.failedTags.isEmpty)
  }

  @Test("an event that comes before its wait is nobody's")
  func early() {
    #expect(!events.pop(event()))
    let wait = events.prepare(instanceID, [key])
    #expect(wait.failedTags.isEmpty)
  }

  @Test("an event that comes after its wait is nobody's")
  func late() {
    let wait = events.prepare(instanceID, [key])
    events.end(wait)
    #expect(!events.pop(event()))
  }

  @Test("a later wait has a generation of its own, and what the earlier one learnt is not in it")
  func generations() async {
    let first = events.prepare(instanceID, [key])
    #expect(events.pop(event(.networkVIFPlugged, .failed)))
    let second = events.prepare(instanceID, [key])
    #expect(second.generation > first.generation)
    #expect(first.failedTags == ["\(portID)"])
    #expect(second.failedTags.isEmpty)
    // The end of the earlier wait, which comes late, leaves the later one alone.
    events.end(first)
    #expect(events.pop(event()))
    for await _ in first.wakeUps {}
  }

  @Test("an event of another kind, port or instance wakes nobody")
  func others() {
    _ = events.prepare(instanceID, [key])
    #expect(!events.pop(event(.networkChanged)))
    #expect(!events.pop(event(tag: "\(UUID())")))
    #expect(!events.pop(InstanceEvent(name: .networkVIFPlugged, instanceID: UUID(), tag: "\(portID)")))
    #expect(!events.pop(InstanceEvent(name: .networkVIFPlugged, instanceID: instanceID, tag: nil)))
  }

  @Test("a failure is remembered until a success of the same port comes")
  func failed() {
    let wait = events.prepare(instanceID, [key])
    events.pop(event(.networkVIFPlugged, .failed))
    #expect(wait.failedTags == ["\(portID)"])
    events.pop(event())
    #expect(wait.failedTags.isEmpty)
  }

  @Test("all waits end when the process does, and those that are begun then are born ended")
  func cancelAll() async {
    let wait = events.prepare(instanceID, [key])
    events.cancelAll()
    for await _ in wait.wakeUps {}
    let late = events.prepare(UUID(), [key])
    for await _ in late.wakeUps {}
    #expect(!events.pop(event()))
  }
}

@Suite("How a wait for ports is decided")
struct PlugOutcomeTests {
  static let port = UUID()
  static let other = UUID()

  struct Case: Sendable {
    var missing: [UUID]?
    var failed: Set<UUID> = []
    var endsOnFailure = true
    var isExpired = false
    var outcome: PlugOutcome?
  }

  static let cases: [Case] = [
    Case(missing: [], outcome: .plugged),
    Case(missing: [], isExpired: true, outcome: .plugged),
    Case(missing: [], failed: [port], outcome: .plugged),
    Case(missing: [port], outcome: nil),
    Case(missing: nil, outcome: nil),
    Case(missing: [port], isExpired: true, outcome: .timedOut([port])),
    Case(missing: nil, isExpired: true, outcome: .timedOut([port, other])),
    Case(missing: [port], failed: [port], outcome: .failed(port)),
    Case(missing: [port], failed: [other], outcome: nil),
    Case(missing: [port], failed: [port], endsOnFailure: false, outcome: nil),
    Case(missing: [port], failed: [port], endsOnFailure: false, isExpired: true, outcome: .timedOut([port])),
  ]

  @Test("the state of the ports comes first, then a failure, then the time", arguments: cases)
  func decide(_ row: Case) {
    let outcome = PlugOutcome.decide(
      expected: [Self.port, Self.other], missing: row.missing, failed: row.failed, endsOnFailure: row.endsOnFailure,
      isExpired: row.isExpired)
    #expect(outcome == row.outcome)
  }
}
