import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

@Suite("A build that fails")
struct BuildFailureTests {
  static let allocationMessage = "Failed to allocate the network(s), not rescheduling."

  @Test("at vif_plugging_timeout the guest and the port that was made are gone, and the instance is in ERROR")
  func timeout() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      let port = try shop.portID
      shop.clock.advance(by: shop.options.timeout)
      try await build
      #expect(shop.guests.states.withLock { $0.isEmpty })
      #expect(shop.guests.calls.entries.last == .destroy(shop.instanceID))
      #expect(shop.networking.calls.entries.contains(.delete(port)))
      #expect(!Files.exists("\(shop.folder)/instances/\(shop.instanceID)"))
      let update = try #require(shop.server.updates.entries.last)
      #expect(update.vmState == "error")
      #expect(update.fault?.code == 500)
      #expect(update.fault?.message == "Build of instance \(shop.instanceID) aborted: \(Self.allocationMessage)")
      #expect(
        update.fault?.details
          == "Virtual Interface creation failed: timeout waiting for network-vif-plugged-\(port)")
    }
  }

  @Test("a time-out that is not fatal resumes the guest")
  func timeoutNotFatal() async throws {
    try await Workshop.with(isFatal: false) { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      shop.clock.advance(by: shop.options.timeout)
      try await build
      #expect(shop.guests.states.withLock { $0[shop.instanceID] } == .running)
      #expect(shop.server.updates.entries.last?.vmState == "active")
    }
  }

  @Test("an event that says failed ends the build at once when that is fatal")
  func failedEvent() async throws {
    try await Workshop.with { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      try shop.event(.failed)
      try await build
      let update = try #require(shop.server.updates.entries.last)
      #expect(update.vmState == "error")
      #expect(update.fault?.message.hasSuffix(Self.allocationMessage) == true)
    }
  }

  @Test("an event that says failed is waited out when that is not fatal")
  func failedEventNotFatal() async throws {
    try await Workshop.with(isFatal: false) { shop in
      async let build: Void = shop.builder().build(shop.request())
      await shop.untilPaused()
      let looks = shop.networking.calls.entries.filter { $0 == .look }.count
      try shop.event(.failed)
      await shop.networking.calls.until { $0.filter { $0 == .look }.count > looks }
      #expect(shop.server.updates.entries.isEmpty)
      try shop.plug()
      try await build
      #expect(shop.server.updates.entries.last?.vmState == "active")
    }
  }

  @Test("a user's own port is unbound and not deleted")
  func givenPort() async throws {
    try await Workshop.with { shop in
      let port = InstancePort(
        id: UUID(), networkID: shop.networkID, macAddress: MACAddress(bits: 1), status: "DOWN", deviceID: "",
        hostID: "", vifType: "unbound")
      shop.networking.ports.withLock { $0[port.id] = port }
      async let build: Void = shop.builder().build(shop.request(ports: [port.id]))
      await shop.untilPaused()
      shop.clock.advance(by: shop.options.timeout)
      try await build
      #expect(shop.networking.calls.entries.contains(.unbind(port.id)))
      #expect(!shop.networking.calls.entries.contains(.delete(port.id)))
    }
  }

  @Test(
    "a port that cannot be plugged is told in Nova's words",
    arguments: [
      ("binding_failed", "Binding failed for port PORT, please check neutron logs for more information."),
      ("ovs", "Unexpected vif_type=ovs"), ("unbound", "Unexpected vif_type=unbound"),
      (nil, "vif_type parameter must be present for this vif_driver implementation"),
    ] as [(String?, String)])
  func unpluggable(_ type: String?, _ message: String) async throws {
    try await Workshop.with { shop in
      shop.networking.vifType.withLock { $0 = type }
      try await shop.builder().build(shop.request())
      #expect(shop.guests.calls.entries.isEmpty)
      let deleted = shop.networking.calls.entries.compactMap { if case .delete(let id) = $0 { id } else { nil } }
      let port = try #require(deleted.first)
      let expected = message.split(separator: "PORT", omittingEmptySubsequences: false).joined(separator: "\(port)")
      #expect(shop.server.updates.entries.last?.fault?.message.hasSuffix("aborted: \(expected)") == true)
    }
  }

  @Test("what the hypervisor says of a guest that it cannot create is in the fault")
  func hypervisor() async throws {
    struct Refusal: Error, CustomStringConvertible { let description = "there is no memory" }
    try await Workshop.with { shop in
      shop.guests.whileCreating.withLock { $0 = { _ in throw Refusal() } }
      try await shop.builder().build(shop.request())
      #expect(shop.guests.states.withLock { $0.isEmpty })
      #expect(shop.networking.ports.withLock { $0.isEmpty })
      #expect(
        shop.server.updates.entries.last?.fault?.message
          == "Build of instance \(shop.instanceID) aborted: there is no memory")
    }
  }
}
