import HostRPC
import L2Agent
import Model
import Netlink
import Testing

@Suite("Bridges that are not the agent's", .timeLimit(.minutes(1)))
struct WiringBridgeTests {
  static let physnet = DeviceDetails.port("00000001", type: "vlan", segment: 100, physicalNetwork: "p1", mtu: 1400)

  /// A bridge with an interface in it, both up.
  private func makeBridge(_ name: String, _ bench: Bench) throws -> Link {
    let bridge = try bench.socket.createBridge(name)
    try bench.socket.change(bridge, LinkChange(isUp: true))
    let eth1 = try bench.socket.createVeth("eth1", peer: "wire1")
    try bench.socket.change(eth1, LinkChange(isUp: true, master: bridge.index))
    return bridge
  }

  @Test("the bridge of bridge_mappings gets the taps, and stays with all it has when the network goes")
  func mapped() async throws {
    var bench = try Bench()
    let bridge = try makeBridge("br-ex", bench)
    bench.configuration.bridgeMappings = ["p1": "br-ex"]
    bench.configuration.idleBridgeLife = .zero
    let names = Set(try bench.links.links.map(\.name))
    let server = FakeServer([Self.physnet])
    try await bench.withAgent(server) { calls in
      do {
        let tap = try bench.make(Self.physnet.device)
        #expect(await calls.next() == .details([tap.name]))
        #expect(await calls.next() == .up(tap.name))
        #expect(try bench.bridge(of: tap.name) == "br-ex")
        #expect(try bench.links[tap.name]?.mtu == 1400)
        #expect(Set(try bench.links.links.map(\.name)) == names.union([tap.name]))
      }
      #expect(await calls.next() == .down(Self.physnet.device))
      server.send(NetworkDelete.self, .init(networkID: DeviceDetails.network))
      // What the agent does next it does after it has heard of the network.
      let other = try bench.make(DeviceDetails.port("77777777").device)
      #expect(await calls.next() == .details([other.name]))
    }
    #expect(try bench.links["br-ex"]?.index == bridge.index)
    #expect(try bench.bridge(of: "eth1") == "br-ex")
  }

  @Test("an interface in somebody else's bridge is left there, and only its network's devices have to wait")
  func strangers() async throws {
    var bench = try Bench()
    _ = try makeBridge("virbr0", bench)
    bench.configuration.interfaceMappings = ["p1": "eth1"]
    bench.configuration.retryPause = .seconds(3600)
    bench.configuration.longestRetryPause = .seconds(3600)
    let flat = DeviceDetails.port("00000001", type: "flat", physicalNetwork: "p1")
    let local = DeviceDetails.port("00000002", network: HostsTests.other)
    let (one, two) = (try bench.make(flat.device), try bench.make(local.device))
    try await bench.withAgent(FakeServer([flat, local])) { calls in
      #expect(await calls.next() == .details([one.name, two.name]))
      #expect(await calls.next() == .many(up: [local.device], down: [flat.device]))
      let bridges = try ["eth1", one.name, two.name].map { try bench.bridge(of: $0) }
      #expect(bridges == ["virbr0", nil, "brq11111111-b9"])
    }
  }

  @Test("a guest's tap that is in no bridge is left to libvirt for a moment, and to nobody for longer")
  func plugPause() async throws {
    var bench = try Bench()
    bench.configuration.plugPause = .milliseconds(5)
    let ports = [DeviceDetails.port("00000001"), DeviceDetails.port("00000002")]
    let clock = BehaviourClock()
    try await bench.withAgent(FakeServer(ports), clock: clock) { calls in
      let taps = try ports.map { try bench.make($0.device) }
      for _ in taps {
        guard case .details(let devices) = await calls.next() else {
          Issue.record("nothing was asked")
          return
        }
        while !clock.hasSleeper(until: clock.now.offset + .milliseconds(5)) { await Task.yield() }
        for device in devices {
          let link = try #require(try bench.links[device])
          #expect(link.master == nil && !link.isUp, "\(device)")
        }
        if devices.contains(taps[0].name) {
          // As libvirt does: there would be trouble if the tap were in a bridge.
          let bridge = try bench.socket.link(named: "brqdb3e1ed8-b9") ?? bench.socket.createBridge("brqdb3e1ed8-b9")
          let tap = try #require(try bench.links[taps[0].name])
          try bench.socket.change(tap, LinkChange(master: bridge.index))
        }
        clock.advance(by: .milliseconds(5))
        let up = await calls.next()
        #expect(up == (devices.count == 1 ? .up(devices[0]) : .many(up: devices, down: [])))
        for device in devices { #expect(try bench.bridge(of: device) == "brqdb3e1ed8-b9") }
        if devices.count == taps.count { break }
      }
    }
  }
}
