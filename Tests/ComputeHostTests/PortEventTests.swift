import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

/// Every cell of the table of `docs/port-events.md`.
@Suite("Events around ports", .timeLimit(.minutes(1)))
struct PortEventTests {
  /// Runs an operation to its wait, lets `body` do something to its port, and returns how the operation ended.
  private func scene(
    _ operation: PortEventTable.Operation, before: (PortEventScene) -> Void = { _ in },
    _ body: (PortEventScene) async throws -> Void
  ) async throws -> (outcome: OperationOutcome?, shop: Workshop) {
    let found = Mutex<(OperationOutcome?, Workshop)?>(nil)
    try await Workshop.with { shop in
      let scene = try await PortEventScene(operation, in: shop)
      before(scene)
      async let ended = scene.perform()
      await scene.untilWaiting()
      #expect(scene.isHeldBack)
      #expect(!scene.hasEnded || operation.wait == .none)
      try await body(scene)
      let outcome = try await ended
      found.withLock { $0 = (outcome, shop) }
    }
    return try #require(found.withLock { $0 })
  }

  private func expect(
    _ effect: PortEventTable.Effect, _ event: PortEventTable.Event, _ operation: PortEventTable.Operation
  ) {
    #expect(PortEventTable.effect(of: event, on: operation) == effect, "\(operation.name), \(event.rawValue)")
  }

  @Test("in time: the operation goes on", arguments: PortEventTable.waiting)
  func inTime(_ operation: PortEventTable.Operation) async throws {
    expect(.goesOn, .inTime, operation)
    let (outcome, shop) = try await scene(operation) { $0.plug() }
    #expect(outcome == .done)
    if operation.wait == .new || operation.wait == .again { #expect(shop.guests.calls.entries.last?.verb == "resume") }
  }

  @Test("duplicate: the operation goes on once", arguments: PortEventTable.waiting)
  func duplicate(_ operation: PortEventTable.Operation) async throws {
    expect(.goesOn, .duplicate, operation)
    let (outcome, shop) = try await scene(operation) { scene in
      scene.plug()
      scene.event()
      scene.event()
    }
    #expect(outcome == .done)
    #expect(shop.guests.calls.entries.count { $0.verb == "resume" } <= 1)
    #expect(shop.server.finished.entries.count <= 1)
  }

  @Test(
    "early: an event before the wait is nobody's, and the port's status is found by looking",
    arguments: PortEventTable.waiting)
  func early(_ operation: PortEventTable.Operation) async throws {
    let tooEarly = { (scene: PortEventScene) in _ = #expect(!scene.event()) }
    let (outcome, shop) = try await scene(operation, before: tooEarly) { scene in
      await scene.untilLooked {
        scene.setStatus("ACTIVE")
        scene.shop.clock.advance(by: scene.shop.options.lookInterval)
      }
      guard operation.wait == .elsewhere else { return }
      // The port is ACTIVE on the other host all the time, so its status says nothing.
      #expect(!scene.hasEnded)
      scene.plug()
    }
    expect(operation.wait == .elsewhere ? .waits : .looks, .early, operation)
    #expect(outcome == .done)
    #expect(shop.server.finished.entries.count <= 1)
  }

  @Test("late: an event after the wait is nobody's", arguments: PortEventTable.waiting)
  func late(_ operation: PortEventTable.Operation) async throws {
    expect(.ignored, .late, operation)
    var scene: PortEventScene?
    let (_, shop) = try await self.scene(operation) { found in
      found.plug()
      scene = found
    }
    let calls = shop.guests.calls.entries
    #expect(try #require(scene).event() == false)
    #expect(shop.guests.calls.entries == calls)
  }

  @Test(
    "stale: an event of an earlier plug does nothing while the port is not wired", arguments: PortEventTable.waiting)
  func stale(_ operation: PortEventTable.Operation) async throws {
    let (outcome, _) = try await scene(operation) { scene in
      await scene.untilLooked { scene.event() }
      // The event of the other host's plug, which the wait cannot tell from its own, is the one exception.
      guard operation.wait != .elsewhere else { return }
      #expect(!scene.hasEnded)
      #expect(scene.isHeldBack)
      scene.plug()
    }
    expect(operation.wait == .elsewhere ? .goesOn : .waits, .stale, operation)
    #expect(outcome == .done)
  }

  @Test("failed: the operation fails, and leaves no guest that stands still", arguments: PortEventTable.waiting)
  func failed(_ operation: PortEventTable.Operation) async throws {
    let (outcome, shop) = try await scene(operation) { $0.event(.networkVIFPlugged, .failed) }
    expectFailure(operation, .failed, outcome, shop)
  }

  @Test("never: the operation fails when its time is over", arguments: PortEventTable.waiting)
  func never(_ operation: PortEventTable.Operation) async throws {
    let (outcome, shop) = try await scene(operation) { $0.shop.clock.advance(by: .seconds(300)) }
    expectFailure(operation, .never, outcome, shop)
  }

  private func expectFailure(
    _ operation: PortEventTable.Operation, _ event: PortEventTable.Event, _ outcome: OperationOutcome?, _ shop: Workshop
  ) {
    let isRolledBack = operation.wait == .one || operation.wait == .elsewhere
    expect(isRolledBack ? .rollsBack : .fails, event, operation)
    #expect(outcome == (isRolledBack ? .rolledBack : .failed))
    #expect(shop.guests.states.withLock { $0[shop.instanceID] } == (operation.wait == .one ? .running : nil))
    #expect(shop.links.taps.withLock { $0.isEmpty })
  }

  @Test("missing: a port that was wired without an event is found by the next look", arguments: PortEventTable.waiting)
  func missing(_ operation: PortEventTable.Operation) async throws {
    let (outcome, shop) = try await scene(operation) { scene in
      await scene.untilLooked {
        scene.setStatus("ACTIVE")
        scene.shop.clock.advance(by: scene.shop.options.lookInterval)
      }
      if operation.wait == .elsewhere { scene.shop.clock.advance(by: .seconds(300)) }
    }
    guard operation.wait != .elsewhere else { return expectFailure(operation, .missing, outcome, shop) }
    expect(.looks, .missing, operation)
    #expect(outcome == .done)
  }

  @Test("network-changed and network-vif-unplugged: nobody waits for them", arguments: PortEventTable.waiting)
  func others(_ operation: PortEventTable.Operation) async throws {
    expect(.ignored, .changed, operation)
    expect(.ignored, .unplugged, operation)
    let (outcome, _) = try await scene(operation) { scene in
      #expect(!scene.event(.networkChanged))
      #expect(!scene.event(.networkVIFUnplugged))
      #expect(!scene.hasEnded)
      scene.plug()
    }
    #expect(outcome == .done)
  }

  @Test(
    "network-vif-deleted: the port is not waited for any more, and its interface leaves the guest",
    arguments: PortEventTable.waiting)
  func deleted(_ operation: PortEventTable.Operation) async throws {
    expect(.drops, .deleted, operation)
    let port = Mutex<UUID?>(nil)
    let (outcome, shop) = try await scene(operation) { scene in
      port.withLock { $0 = scene.port }
      scene.shop.networking.ports.withLock { $0[scene.port] = nil }
      scene.shop.clock.advance(by: scene.shop.options.lookInterval)
    }
    #expect(outcome == .done)
    // The job that the event has put behind the operation.
    let deleted = try #require(port.withLock { $0 })
    try await shop.performer().dropInterface(port: deleted, of: shop.instanceID)
    let taps = shop.guests.interfaces.withLock { ($0[shop.instanceID] ?? []).map(\.tap) }
    #expect(!taps.contains(VIF.tapName(port: deleted)))
  }

  @Test(
    "what waits for no port is not held up by any event", arguments: PortEventTable.others, InstanceEventName.allCases)
  func withoutWait(_ operation: PortEventTable.Operation, _ name: InstanceEventName) async throws {
    for event in PortEventTable.Event.allCases where event != .noHost && event != .deleted {
      expect(.ignored, event, operation)
    }
    expect(operation.leg == nil ? .ignored : .drops, .deleted, operation)
    let (outcome, shop) = try await scene(operation) { #expect(!$0.event(name)) }
    #expect(outcome == (operation.leg == nil ? nil : .done))
    if operation.leg == nil { #expect(shop.server.updates.entries.last?.vmState == "deleted") }
  }

  @Test(
    "an event for an instance without a host is refused with 422, which the sender repeats",
    arguments: PortEventTable.operations)
  func withoutHost(_ operation: PortEventTable.Operation) {
    expect(operation.mayBeHostless ? .kept : .nothing, .noHost, operation)
    let event = InstanceEvent(name: .networkVIFPlugged, instanceID: UUID(), tag: "\(UUID())")
    #expect(ExternalEventVerdict(on: event, instance: EventTarget(hosts: [])).code == 422)
  }
}

extension PortEventTable {
  /// The operations that wait for a port, those among them whose ports were plugged before, and all others.
  static let waiting: [Operation] = operations.filter { $0.wait != .none }
  static let again: [Operation] = operations.filter { $0.wait == .again }
  static let others: [Operation] = operations.filter { $0.wait == .none }
}
