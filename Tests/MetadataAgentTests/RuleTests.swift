import HostRPC
import Model
import Testing

@testable import MetadataAgent

@Suite("What the metadata agent decides")
struct MetadataRuleTests {
  private static let network = UUID()

  private static func namespace(_ name: String, _ identity: UInt64) -> NamespaceChanges.Namespace {
    .init(name: name, networkID: network, identity: identity)
  }

  struct Look: Sendable {
    var served: [String: UInt64]
    var present: [String: UInt64]
    var limit = 10
    var closed: [String] = []
    var opened: [String] = []
  }

  static let looks = [
    Look(served: [:], present: [:]),
    Look(served: [:], present: ["a": 1, "b": 2], opened: ["a", "b"]),
    Look(served: ["a": 1], present: ["a": 1]),
    Look(served: ["a": 1], present: [:], closed: ["a"]),
    Look(served: ["a": 1], present: ["a": 2], closed: ["a"], opened: ["a"]),
    Look(served: ["a": 1], present: ["a": 1, "b": 2, "c": 3], limit: 2, opened: ["b"]),
    Look(served: ["a": 1, "b": 2], present: ["b": 2, "c": 3], limit: 2, closed: ["a"], opened: ["c"]),
  ]

  @Test("exactly the namespaces that are there are listened in", arguments: looks)
  func changes(_ look: Look) {
    let changes = NamespaceChanges(
      served: look.served, present: look.present.map { Self.namespace($0.key, $0.value) }, limit: look.limit)
    #expect(changes.closed == look.closed)
    #expect(changes.opened.map(\.name) == look.opened)
  }

  @Test("a port is remembered for a moment, and the oldest is forgotten when there are too many")
  func memory() {
    let start = ContinuousClock.now
    var memory = PortMemory<ContinuousClock.Instant>(capacity: 2, lifetime: .seconds(2))
    let addresses = (1...3).map { GuestAddress(networkID: Self.network, address: "10.0.0.\($0)") }
    let port = GetPorts.Result.Port(id: UUID(), deviceID: "d", projectID: "p")
    #expect(memory.port(at: addresses[0], now: start) == nil)
    memory.remember(port, at: addresses[0], now: start)
    memory.remember(nil, at: addresses[1], now: start)
    #expect(memory.port(at: addresses[0], now: start + .seconds(1)) == .some(port))
    #expect(memory.port(at: addresses[1], now: start + .seconds(1)) == .some(nil))
    #expect(memory.port(at: addresses[0], now: start + .seconds(2)) == nil)
    memory.remember(port, at: addresses[2], now: start)
    #expect(memory.count == 2)
    #expect(memory.port(at: addresses[0], now: start) == nil)
  }

  @Test("connections are counted by everybody, by network and by address")
  func connections() {
    var limits = MetadataAgentConfiguration.Limits()
    (limits.connections, limits.connectionsOfNetwork, limits.connectionsOfAddress) = (4, 3, 2)
    let count = ConnectionCount(limits)
    let (one, other) = (GuestAddress(networkID: UUID(), address: "a"), GuestAddress(networkID: UUID(), address: "a"))
    let neighbour = GuestAddress(networkID: one.networkID, address: "b")
    #expect([count.enter(one), count.enter(one), count.enter(one)] == [true, true, false])
    #expect([count.enter(neighbour), count.enter(neighbour)] == [true, false])
    #expect([count.enter(other), count.enter(other)] == [true, false])
    count.leave(one)
    #expect([count.enter(neighbour), count.enter(other), count.enter(one)] == [true, false, false])
  }
}
