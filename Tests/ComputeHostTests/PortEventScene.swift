import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

/// An operation that waits for a port, and what happens to the port meanwhile.
struct PortEventScene: Sendable {
  let shop: Workshop
  let operation: PortEventTable.Operation
  let port: UUID

  /// Puts the instance and its port there.
  init(_ operation: PortEventTable.Operation, in shop: Workshop) async throws {
    (self.shop, self.operation) = (shop, operation)
    guard let leg = operation.leg else {
      // A build finds a port that its user made; a deletion one that is wired.
      let port = InstancePort(
        id: UUID(), networkID: shop.networkID, macAddress: MACAddress(bits: 0xFA16_3E00_0001),
        status: operation.wait == .new ? "DOWN" : "ACTIVE", deviceID: "\(shop.instanceID)", hostID: shop.host,
        vifType: "bridge")
      shop.networking.ports.withLock { $0[port.id] = port }
      self.port = port.id
      return
    }
    try await shop.prepare(leg)
    let own = shop.networking.ports.withLock { $0.values.first { $0.deviceID == "\(shop.instanceID)" }?.id }
    port = operation.wait == .one ? OperationCase.otherPort.id : try #require(own)
  }

  /// - Returns: How it ended; `nil` for a deletion.
  func perform() async throws -> OperationOutcome? {
    if let leg = operation.leg {
      try await shop.perform(shop.request(leg))
      return shop.server.finished.entries.last?.outcome
    }
    guard operation.wait == .new else {
      try await terminator.terminate(shop.instanceID, given: [])
      return nil
    }
    try await shop.builder().build(shop.request(ports: [port]))
    return shop.server.updates.entries.last?.vmState == "active" ? .done : .failed
  }

  private var terminator: Terminator {
    Terminator(
      host: shop.host, networking: shop.networking, files: shop.files, links: shop.links, hypervisor: shop.guests,
      server: shop.server, logger: Workshop.quiet)
  }

  /// Returns when the operation waits for the new plug. The agent has noticed that the old one ended.
  func untilWaiting() async {
    switch operation.wait {
    case .new: await shop.untilPaused()
    case .again:
      // The time that the agent has, and the next look.
      await shop.clock.untilAsleep(2)
      setStatus("DOWN")
      event(.networkVIFUnplugged)
      await untilPluggedAgain()
    case .one:
      await shop.guests.calls.until { $0.contains { $0.verb == "attach" } }
      await shop.clock.untilAsleep(2)
    case .elsewhere: await shop.clock.untilAsleep(2)
    case .none: break
    }
  }

  func untilPluggedAgain() async {
    await shop.guests.calls.until { $0.contains { $0.verb == "create" || $0.verb == "restore" } }
    await shop.clock.untilAsleep(Workshop.sleepers)
  }

  /// Whether the guest's processors stand still, as they must until its ports are wired.
  var isHeldBack: Bool {
    let power = shop.guests.states.withLock { $0[shop.instanceID] }
    return operation.wait == .new || operation.wait == .again ? power == .paused : true
  }

  /// - Returns: Whether somebody waited for it.
  @discardableResult
  func event(_ name: InstanceEventName = .networkVIFPlugged, _ status: InstanceEventStatus = .completed) -> Bool {
    shop.events.pop(InstanceEvent(name: name, instanceID: shop.instanceID, tag: "\(port)", status: status))
  }

  func setStatus(_ status: String) { shop.networking.ports.withLock { $0[port]?.status = status } }

  /// The agent wires the port, and the event says so.
  func plug() {
    setStatus("ACTIVE")
    event()
  }

  /// Returns when the ports have been looked at because of what `body` does.
  func untilLooked(_ body: () -> Void) async {
    let looks = shop.networking.calls.entries.count { $0 == .look }
    body()
    await shop.networking.calls.until { $0.count { $0 == .look } > looks }
  }

  var hasEnded: Bool {
    !shop.server.finished.entries.isEmpty || shop.server.updates.entries.contains { $0.vmState != nil }
  }
}
