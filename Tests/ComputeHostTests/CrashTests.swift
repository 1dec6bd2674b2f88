import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

/// A build is begun, its process ends somewhere, and another process gets the same request.
@Suite("A build that is begun again after a crash")
struct CrashTests {
  /// The second process, for which the agent plugs the port.
  private func again(_ shop: Workshop) async throws {
    let events = InstanceEvents()
    async let build: Void = shop.builder(events: events).build(shop.request())
    await shop.clock.untilAsleep(Workshop.sleepers)
    shop.networking.setStatus("ACTIVE")
    shop.clock.advance(by: shop.options.lookInterval)
    try await build
  }

  private func expectOnce(_ shop: Workshop) {
    let created = shop.guests.calls.entries.filter { $0 == .create(shop.instanceID, paused: true) }
    #expect(created.count == 1)
    #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
    #expect(shop.networking.calls.entries.filter { $0 == .create(shop.networkID) }.count == 1)
    #expect(shop.networking.ports.withLock { $0.count } == 1)
    #expect(shop.server.updates.entries.last?.vmState == "active")
  }

  @Test("after the port was made: it is not made a second time")
  func afterPorts() async throws {
    try await Workshop.with { shop in
      let port = NewPort(
        networkID: shop.networkID, instanceID: shop.instanceID, projectID: "0123", host: shop.host, fixedIP: nil)
      _ = try await shop.networking.createPort(port)
      try await again(shop)
      expectOnce(shop)
    }
  }

  @Test("while the guest waits: it is neither created nor resumed a second time")
  func whileWaiting() async throws {
    try await Workshop.with { shop in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await shop.builder().build(shop.request()) }
        await shop.untilPaused()
        group.cancelAll()
      }
      #expect(shop.server.updates.entries.isEmpty)
      #expect(shop.guests.states.withLock { $0[shop.instanceID] } == .paused)
      try await again(shop)
      expectOnce(shop)
    }
  }

  @Test("while the guest was being created: what is left of it is removed, and it is created anew")
  func whileCreating() async throws {
    try await Workshop.with { shop in
      shop.guests.states.withLock { $0[shop.instanceID] = PowerState.none }
      try await again(shop)
      #expect(shop.guests.calls.entries.first == .destroy(shop.instanceID))
      expectOnce(shop)
    }
  }

  @Test("after the resume: the guest is left alone, and the server is told")
  func afterResume() async throws {
    try await Workshop.with { shop in
      let port = NewPort(
        networkID: shop.networkID, instanceID: shop.instanceID, projectID: "0123", host: shop.host, fixedIP: nil)
      _ = try await shop.networking.createPort(port)
      shop.guests.states.withLock { $0[shop.instanceID] = .running }
      try await shop.builder().build(shop.request())
      #expect(shop.guests.calls.entries.isEmpty)
      #expect(shop.server.updates.entries.last?.vmState == "active")
      #expect(shop.networking.ports.withLock { $0.count } == 1)
    }
  }

  @Test("a port whose answer was lost is found, and not made a second time")
  func lostAnswer() async throws {
    try await Workshop.with { shop in
      shop.networking.lostAnswers.withLock { $0 = 1 }
      shop.guests.whileCreating.withLock { $0 = { _ in try shop.plug() } }
      async let build: Void = shop.builder().build(shop.request())
      await shop.clock.untilAsleep(1)
      shop.clock.advance(by: .seconds(1))
      try await build
      expectOnce(shop)
    }
  }
}
