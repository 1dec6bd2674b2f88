import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

@Suite("Building an instance")
struct BuilderTests {
  @Test("the guest is created paused and resumed when its port is ACTIVE")
  func plugged() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      #expect(shop.guests.calls.entries == [.create(shop.instanceID, paused: true)])
      try shop.plug()
      try await build
      #expect(
        shop.guests.calls.entries == [.create(shop.instanceID, paused: true), .resume(shop.instanceID)])
      let update = try #require(shop.server.updates.entries.last)
      #expect(update.vmState == "active")
      #expect(update.taskState == .cleared)
      #expect(update.powerState == 1)
      #expect(update.launchedAt != nil)
      #expect(
        Set(shop.server.steps.entries).isSuperset(of: [
          "build_received", "ports_allocated", "vif_wait_registered", "guest_create_started", "guest_created_paused",
          "vifs_plugged", "guest_resumed", "active",
        ]))
    }
  }

  @Test("an event that comes while the guest is still being created counts")
  func whileCreating() async throws {
    try await Workshop.with { shop in
      shop.guests.whileCreating.withLock { $0 = { _ in try shop.plug() } }
      try await shop.builder().build(shop.request())
      #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
    }
  }

  @Test("a port that became ACTIVE before anybody waited is found by looking")
  func early() async throws {
    try await Workshop.with { shop in
      shop.guests.whileCreating.withLock { $0 = { _ in shop.networking.setStatus("ACTIVE") } }
      try await shop.builder().build(shop.request())
      #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
    }
  }

  @Test("an event that was lost costs one interval of looking")
  func lost() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      let looks = shop.networking.calls.entries.count
      shop.networking.setStatus("ACTIVE")
      shop.clock.advance(by: shop.options.lookInterval)
      try await build
      #expect(shop.networking.calls.entries.count >= looks)
      #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
    }
  }

  @Test("a boot that waits tells its steps so far, so that a person sees what it waits for")
  func stuck() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      #expect(shop.server.steps.entries.isEmpty)
      shop.clock.advance(by: shop.options.lookInterval)
      await shop.server.steps.until("guest_created_paused")
      #expect(!shop.server.steps.entries.contains("guest_resumed"))
      try shop.plug()
      try await build
      #expect(shop.server.steps.entries.filter { $0 == "guest_created_paused" }.count == 1)
      #expect(shop.server.steps.entries.last == "active")
    }
  }

  @Test("a late event of an earlier plug does not resume a guest whose port is DOWN")
  func lateEventOfAnEarlierPlug() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      let looks = shop.networking.calls.entries.filter { $0 == .look }.count
      #expect(try shop.event())
      await shop.networking.calls.until { $0.filter { $0 == .look }.count > looks }
      #expect(!shop.guests.calls.entries.contains(.resume(shop.instanceID)))
      try shop.plug()
      try await build
      #expect(shop.guests.calls.entries.filter { $0 == .resume(shop.instanceID) }.count == 1)
    }
  }

  @Test("duplicate events resume the guest once")
  func duplicates() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      try shop.plug()
      try shop.event()
      try shop.event()
      try await build
      #expect(shop.guests.calls.entries.filter { $0 == .resume(shop.instanceID) }.count == 1)
    }
  }

  @Test("a Networking service that is away while the guest waits does not end the wait")
  func serviceAway() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      shop.networking.isDown.withLock { $0 = true }
      try shop.event()
      await shop.networking.calls.until { $0.filter { $0 == .look }.count > 2 }
      shop.networking.isDown.withLock { $0 = false }
      shop.networking.setStatus("ACTIVE")
      await shop.clock.untilAsleep(Workshop.sleepers)
      shop.clock.advance(by: shop.options.lookInterval)
      try await build
      #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
    }
  }

  @Test("with vif_plugging_timeout 0 nobody waits, and the guest is not paused")
  func noTimeout() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      try await shop.builder().build(shop.request())
      #expect(shop.guests.calls.entries.first == .create(shop.instanceID, paused: false))
      #expect(shop.server.updates.entries.last?.vmState == "active")
    }
  }

  @Test("a port that is administratively down is not waited for")
  func adminDown() async throws {
    try await Workshop.with { shop in
      let port = InstancePort(
        id: UUID(), networkID: shop.networkID, macAddress: MACAddress(bits: 1), status: "DOWN", isAdminStateUp: false,
        deviceID: "", hostID: "", vifType: "unbound")
      shop.networking.ports.withLock { $0[port.id] = port }
      try await shop.builder().build(shop.request(ports: [port.id]))
      #expect(shop.guests.calls.entries.first == .create(shop.instanceID, paused: false))
    }
  }
}
