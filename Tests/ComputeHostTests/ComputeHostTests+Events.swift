import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

extension ComputeHostTests {
  private func message(_ shop: Workshop, _ names: [InstanceEventName], id: Int64) throws -> HostMessage {
    let port = try shop.portID
    let events = names.map { InstanceEvent(name: $0, instanceID: shop.instanceID, tag: "\(port)") }
    return HostMessage(ExternalInstanceEvent.self, .init(events: events), id: id)
  }

  @Test("network-changed never delays a plugged event, whether before it in its message or in messages before")
  func changedFirst() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(buildMessage(shop))
        await shop.untilPaused()
        for id: Int64 in 5...7 { send(try message(shop, [.networkChanged, .networkChanged], id: id)) }
        await shop.server.acknowledged.until(7)
        shop.networking.setStatus("ACTIVE")
        send(try message(shop, [.networkChanged, .networkVIFPlugged, .networkChanged], id: 8))
        await shop.server.acknowledged.until(1)
        await shop.server.acknowledged.until(8)
        #expect(shop.guests.calls.entries.last == .resume(shop.instanceID))
        // The clock stood still all the time.
        #expect(shop.clock.now.offset == .zero)
      }
    }
  }

  @Test("a deleted port's interface leaves the guest after the build, and the message is answered then")
  func deletedWhileBuilding() async throws {
    try await Workshop.with { shop in
      try await with(shop) { send in
        send(buildMessage(shop))
        await shop.untilPaused()
        let port = try shop.portID
        let deleted = try message(shop, [.networkVIFPlugged, .networkVIFDeleted], id: 5)
        shop.networking.ports.withLock { $0[port] = nil }
        send(deleted)
        await shop.server.acknowledged.until { Set($0).isSuperset(of: [1, 5]) }
        #expect(shop.server.acknowledged.entries.first == 1)
        #expect(shop.guests.calls.entries.map(\.verb) == ["create", "resume", "detach"])
        #expect(shop.guests.interfaces.withLock { $0[shop.instanceID] } == [])
      }
    }
  }
}
