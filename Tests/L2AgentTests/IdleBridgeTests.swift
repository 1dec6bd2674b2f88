import L2Agent
import Model
import Netlink
import Testing

@Suite("Bridges that nothing uses")
struct IdleBridgeTests {
  static let network = UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f")!
  let bridge = Link(index: 3, name: InterfaceName.bridge(of: network), kind: "bridge")
  let tunnel = Link(
    index: 4, name: "vxlan-723", master: 3, kind: "vxlan", vxlan: VXLAN(identifier: 723, local: 1, device: 2))
  let eth1 = Link(index: 2, name: "eth1", master: 3)
  let tap = Link(index: 9, name: "tapdcd2dea6-23", master: 3, kind: "tun")
  let start = ContinuousClock.now

  private func doomed(_ links: Link..., deleted: Bool = false, addressed: Set<Int32> = []) -> [String] {
    var configuration = AgentConfiguration(host: "h")
    configuration.interfaceMappings = ["p1": "eth1"]
    configuration.bridgeMappings = ["p2": "brq00000000-00"]
    var idle = IdleBridges<ContinuousClock.Instant>(configuration)
    func look(_ now: ContinuousClock.Instant) -> [String] {
      idle.doomed(
        in: LinkTable(links), touched: [], deletedNetworks: deleted ? [Self.network] : [], addressed: addressed,
        now: now
      ).map(\.name)
    }
    let first = look(start)
    return first.isEmpty ? look(start + .seconds(60)) : first
  }

  @Test("a bridge without taps goes with its tunnel, and leaves the operator's interface alone")
  func idle() {
    #expect(doomed(bridge, tunnel, eth1) == ["vxlan-723", bridge.name])
    #expect(doomed(bridge, deleted: true) == [bridge.name])
  }

  @Test("a bridge that somebody uses stays, also when its network was deleted")
  func used() {
    let stranger = Link(index: 7, name: "veth7", master: 3, kind: "veth")
    #expect(doomed(bridge, tunnel, tap, deleted: true) == [])
    #expect(doomed(bridge, stranger, deleted: true) == [])
    #expect(doomed(bridge, deleted: true, addressed: [3]) == [])
  }

  @Test("links that are not the agent's stay")
  func others() {
    #expect(doomed(Link(index: 5, name: "br0", kind: "bridge")) == [])
    #expect(doomed(Link(index: 5, name: "brq00000000-00", kind: "bridge")) == [])
    #expect(doomed(Link(index: 5, name: "brq11111111-11", kind: "dummy")) == [])
  }

  @Test("a bridge that somebody touches is idle from then on")
  func touched() {
    var idle = IdleBridges<ContinuousClock.Instant>(AgentConfiguration(host: "h"))
    func look(_ seconds: Int, touched: Set<Int32> = []) -> Bool {
      !idle.doomed(
        in: LinkTable([bridge]), touched: touched, deletedNetworks: [], addressed: [], now: start + .seconds(seconds)
      ).isEmpty
    }
    #expect(!look(0))
    #expect(!look(59, touched: [3]))
    #expect(!look(118))
    #expect(look(119))
  }
}
