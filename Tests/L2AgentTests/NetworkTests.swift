import HostRPC
import L2Agent
import Model
import Netlink
import Testing

/// Real packets: two hosts with a cable between them, each with an agent's bridge and a guest. The guest's end is a veth
/// in a namespace of its own; its other end has the name of a tap, which is all that the agent looks at.
@Suite("Guests reach each other", .timeLimit(.minutes(1)))
struct NetworkTests {
  struct Host {
    var bench: Bench
    let guest: NetworkNamespace
    let details: DeviceDetails

    init(number: UInt32, type: String, segment: Int?, physicalNetwork: String? = nil) throws {
      bench = try Bench()
      guest = try NetworkNamespace()
      details = .port(
        "0000000\(number)", type: type, segment: segment, physicalNetwork: physicalNetwork, mtu: 1400)
      let inside = try NetlinkSocket(in: guest)
      let device = try bench.socket.createVeth(details.device, peer: "eth0", in: guest)
      #expect(!device.isUp)
      let eth0 = try #require(try inside.link(named: "eth0"))
      try inside.change(eth0, LinkChange(isUp: true, mtu: 1400))
      try inside.add(LinkAddress(link: eth0.index, address: 0x0A58_0000 | number, prefixLength: 24))
    }

    func connect(_ interface: String, _ address: UInt32?) throws {
      let link = try #require(try bench.socket.link(named: interface))
      try bench.socket.change(link, LinkChange(isUp: true))
      if let address { try bench.socket.add(LinkAddress(link: link.index, address: address, prefixLength: 24)) }
    }

    func wire() async throws {
      try await bench.withAgent(FakeServer([details])) { calls in
        #expect(await calls.next() == .details([details.device]))
        #expect(await calls.next() == .up(details.device))
      }
    }
  }

  /// Ten packets in two seconds, one of which must come back.
  private func reaches(_ address: String, from namespace: NetworkNamespace) throws -> Bool {
    let (code, output) = try run("ping", "-c", "1", "-w", "5", "-i", "0.2", address, in: namespace)
    if code != 0 { Issue.record("\(output)") }
    return code == 0
  }

  private func cable(_ one: Host, _ two: Host, addressed: Bool) throws {
    _ = try one.bench.socket.createVeth("under1", peer: "under2", in: two.bench.namespace)
    try one.connect("under1", addressed ? 0x0A4E_0001 : nil)
    try two.connect("under2", addressed ? 0x0A4E_0002 : nil)
  }

  @Test("over VXLAN", arguments: ["a multicast group", "flooding to given remotes"])
  func vxlan(by flooding: String) async throws {
    var one = try Host(number: 1, type: "vxlan", segment: 723)
    var two = try Host(number: 2, type: "vxlan", segment: 723)
    try cable(one, two, addressed: true)
    let (first, second) = (IPv4Address(bits: 0x0A4E_0001), IPv4Address(bits: 0x0A4E_0002))
    let group = try #require(IPv4Network("239.1.1.0/24"))
    let isMulticast = flooding == "a multicast group"
    one.bench.configuration.vxlan = try Tunneling(
      localIP: first, flooding: isMulticast ? .group(group) : .remotes([second]))
    two.bench.configuration.vxlan = try Tunneling(
      localIP: second, flooding: isMulticast ? .group(group) : .remotes([first]))
    try await one.wire()
    try await two.wire()
    #expect(try reaches("10.88.0.2", from: one.guest))
    #expect(try reaches("10.88.0.1", from: two.guest))
    // A guest finds no address of the host's on its own network.
    for link in ["brqdb3e1ed8-b9", "vxlan-723"] {
      let (code, output) = try run("ip", "-6", "-o", "address", "show", "dev", link, in: one.bench.namespace)
      #expect(code == 0 && output.isEmpty)
    }
  }

  @Test("over the interface of a flat physical network")
  func flat() async throws {
    var one = try Host(number: 1, type: "flat", segment: nil, physicalNetwork: "physnet1")
    var two = try Host(number: 2, type: "flat", segment: nil, physicalNetwork: "physnet1")
    try cable(one, two, addressed: false)
    one.bench.configuration.interfaceMappings = ["physnet1": "under1"]
    two.bench.configuration.interfaceMappings = ["physnet1": "under2"]
    try await one.wire()
    try await two.wire()
    #expect(try reaches("10.88.0.2", from: one.guest))
  }

  @Test("a bridge that libvirt's caller made, with the tap in it, is taken as it is")
  func madeBefore() async throws {
    let one = try Host(number: 1, type: "local", segment: nil)
    let bridge = try one.bench.socket.createBridge("brqdb3e1ed8-b9")
    try one.bench.socket.change(bridge, LinkChange(isUp: true))
    let tap = try #require(try one.bench.links[one.details.device])
    try one.bench.socket.change(tap, LinkChange(isUp: true, master: bridge.index))
    try await one.wire()
    let links = try one.bench.links
    #expect(links[tap.index]?.master == bridge.index)
    #expect(links[tap.index]?.mtu == 1400 && links[bridge.index]?.mtu == 1400)
  }
}
