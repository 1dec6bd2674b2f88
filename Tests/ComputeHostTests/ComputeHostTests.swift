import ComputeHost
import HostRPC
import JSON
import Model
import Synchronization
import Testing

/// The whole of a compute host but its program, with doubles around it.
@Suite("A compute host", .timeLimit(.minutes(1)))
struct ComputeHostTests {
  /// Runs a host, hands `body` the way to send it messages, and stops it.
  func with(
    _ shop: Workshop, _ body: (_ send: @Sendable (HostMessage) -> Void) async throws -> Void
  ) async throws {
    let (messages, sender) = AsyncStream.makeStream(of: HostMessage.self)
    let terminator = Terminator(
      host: shop.host, networking: shop.networking, files: shop.files, links: shop.links, hypervisor: shop.guests,
      server: shop.server, logger: Workshop.quiet)
    let parts = ComputeHost.Parts(
      builder: shop.builder(), terminator: terminator, performer: shop.performer(), hypervisor: shop.guests,
      cache: shop.cache, events: shop.events, server: shop.server,
      messages: { connected, received in
        await connected()
        for await message in messages { await received(message) }
      }, reportInterval: .seconds(3600), logger: Workshop.quiet)
    let host = ComputeHost(parts, maxConcurrentBuilds: 2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await host.run() }
      try await body { sender.yield($0) }
      group.cancelAll()
    }
  }

  func buildMessage(_ shop: Workshop, id: Int64 = 1) -> HostMessage {
    HostMessage(BuildAndRunInstance.self, .init(instance: shop.request()), id: id)
  }

  private func terminateMessage(_ shop: Workshop, id: Int64 = 2) -> HostMessage {
    HostMessage(TerminateInstance.self, .init(instanceID: shop.instanceID), id: id)
  }

  @Test("builds, hears of the port, resumes, and acknowledges in the end; then deletes")
  func life() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(buildMessage(shop))
        await shop.untilPaused()
        #expect(shop.server.acknowledged.entries.isEmpty)
        shop.networking.setStatus("ACTIVE")
        let event = InstanceEvent(
          name: .networkVIFPlugged, instanceID: shop.instanceID, tag: "\(try shop.portID)")
        send(HostMessage(ExternalInstanceEvent.self, .init(events: [event]), id: 7))
        await shop.server.acknowledged.until(1)
        await shop.server.acknowledged.until(7)
        #expect(shop.server.updates.entries.last?.vmState == "active")

        send(terminateMessage(shop))
        await shop.server.acknowledged.until(2)
        #expect(shop.server.updates.entries.last?.vmState == "deleted")
        #expect(shop.guests.states.withLock { $0.isEmpty })
        #expect(shop.networking.ports.withLock { $0.isEmpty })
      }
    }
  }

  @Test("a deletion ends the build that still waits for its port")
  func deleteWhileBuilding() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(buildMessage(shop))
        await shop.untilPaused()
        send(terminateMessage(shop))
        await shop.server.acknowledged.until { Set($0).isSuperset(of: [1, 2]) }
        #expect(shop.server.updates.entries.map(\.vmState) == ["deleted"])
        #expect(shop.guests.calls.entries.last == .destroy(shop.instanceID))
        #expect(shop.networking.ports.withLock { $0.isEmpty })
      }
    }
  }

  @Test("a request that comes twice builds one guest")
  func twice() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(buildMessage(shop))
        send(buildMessage(shop, id: 1))
        await shop.untilPaused()
        try shop.plug()
        await shop.server.acknowledged.until(1)
        #expect(shop.guests.calls.entries.filter { $0 == .create(shop.instanceID, paused: true) }.count == 1)
      }
    }
  }

  @Test("a build whose end the server knows is acknowledged and not begun again")
  func endedBefore() async throws {
    try await Workshop.with { shop in
      shop.server.listed.withLock {
        $0 = [
          HostInstance(
            instanceID: shop.instanceID, name: "vm", vmState: "active", taskState: nil, build: shop.request())
        ]
      }
      try await with(shop) { send in
        send(buildMessage(shop))
        await shop.server.acknowledged.until(1)
        #expect(shop.guests.calls.entries.isEmpty)
        // Its guest is not there any more, which the server is told.
        await shop.server.updates.until(InstanceUpdate(instanceID: shop.instanceID, powerState: 4))
      }
    }
  }

  @Test("a guest that was killed from outside is told as shut down")
  func killed() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        shop.guests.whileCreating.withLock { $0 = { _ in try shop.plug() } }
        send(buildMessage(shop))
        await shop.server.acknowledged.until(1)
        shop.guests.kill(shop.instanceID)
        await shop.server.updates.until(InstanceUpdate(instanceID: shop.instanceID, powerState: 4))
      }
    }
  }

  @Test("a deleted instance's own ports are unbound, also when another process built it")
  func deleteAfterRestart() async throws {
    try await Workshop.with { shop in
      let port = InstancePort(
        id: UUID(), networkID: shop.networkID, macAddress: MACAddress(bits: 1), status: "ACTIVE",
        deviceID: "\(shop.instanceID)", hostID: shop.host, vifType: "bridge")
      shop.networking.ports.withLock { $0[port.id] = port }
      shop.guests.states.withLock { $0[shop.instanceID] = .running }
      shop.server.listed.withLock {
        $0 = [
          HostInstance(
            instanceID: shop.instanceID, name: "vm", vmState: "active", taskState: "deleting",
            build: shop.request(ports: [port.id]))
        ]
      }
      try await with(shop) { send in
        send(terminateMessage(shop))
        await shop.server.acknowledged.until(2)
        #expect(shop.networking.calls.entries.contains(.unbind(port.id)))
        #expect(shop.networking.ports.withLock { $0[port.id] } != nil)
      }
    }
  }

  @Test("a message that nobody understands is acknowledged, for it would not be understood the next time either")
  func unknownMessage() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(HostMessage(id: 9, method: "evacuate", args: [:], version: "1.0"))
        await shop.server.acknowledged.until(9)
        send(HostMessage(id: 10, method: "terminate_instance", args: [:], version: "6.0"))
        await shop.server.acknowledged.until(10)
      }
    }
  }
}
