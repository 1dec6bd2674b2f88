import HostRPC
import L2Agent
import Model
import Netlink
import PacketTable
import Synchronization
import Testing

@Suite("Packets of the host, and from other hosts", .timeLimit(.minutes(2)))
struct PacketHostTests {
  private static let (a, b) = (PacketScene.a, PacketScene.b)
  /// A guest of the same network on another host, where nothing is filtered.
  private static let far = TestPort(name: "far", mac: "fa:16:3e:00:00:f0", addresses: ["10.0.0.40"], isSecure: false)

  /// How a network's traffic comes to this host from others.
  enum Way: String, CaseIterable {
    case tunnel
    /// A flat network's interface. To the bridge a VLAN's subinterface is nothing else.
    case cable
  }

  /// Joins a bridge of the bench to one in another namespace, with the guest `far` behind it.
  private func join(_ bench: PacketBench, _ way: Way) throws -> NetworkNamespace {
    let other = try NetworkNamespace()
    let tap = try Tap(Self.far.device, in: other)
    bench.state.withLock { ($0.ports["far"], $0.taps["far"]) = (Self.far, tap) }
    let (here, there) = (try NetlinkSocket(in: bench.namespace), try NetlinkSocket(in: other))
    _ = try here.createVeth("under0", peer: "under0", in: other)
    let bridge = try there.createBridge("br0")
    let ends = [(here, try #require(try here.link(named: Self.bridge))), (there, bridge)]
    for (number, (socket, bridge)) in ends.enumerated() {
      let under = try #require(try socket.link(named: "under0"))
      var segment = under
      if way == .tunnel {
        try socket.change(under, LinkChange(isUp: true))
        try socket.add(LinkAddress(link: under.index, address: 0x0A63_0001 + UInt32(number), prefixLength: 24))
        let command = "link add vxlan-77 type vxlan id 77 dstport 8472 dev under0 remote 10.99.0.\(2 - number)"
        let namespace = number == 0 ? bench.namespace : other
        let (code, text) = try runProgram(
          ["nsenter", "--net=\(namespace.path)", "ip"] + command.split(separator: " ").map(String.init))
        try #require(code == 0, "\(text)")
        segment = try #require(try socket.link(named: "vxlan-77"))
      }
      try socket.change(segment, LinkChange(isUp: true, master: bridge.index))
      try socket.change(bridge, LinkChange(isUp: true))
    }
    let end = try #require(try there.link(named: Self.far.device))
    try there.change(end, LinkChange(isUp: true, master: bridge.index))
    try waitUntilJoined(bench)
    return other
  }

  /// The kernel opens a bridge's port to a cable some time after the cable's other end is up.
  private func waitUntilJoined(_ bench: PacketBench) throws {
    let (far, b) = (try #require(bench.tap("far")), try #require(bench.tap("b")))
    let mac = Self.far.macAddress
    let hello = Frame.arp(mac, sender: (mac, "10.0.0.40"), target: "10.0.0.40")
    for _ in 0..<500 {
      try far.send(hello)
      while let frame = try b.receive(within: 20) { if frame == hello { return } }
    }
    Issue.record("the two bridges were not joined")
  }

  private static let bridge = InterfaceName.bridge(of: a.details.networkID)

  @Test("what comes from another host is judged by the same rules, in the network's zone", arguments: Way.allCases)
  func otherHosts(_ way: Way) async throws {
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    let other = try join(bench, way)
    let (far, b) = (Self.far, Self.b)
    let there = (far.macAddress, b.macAddress)
    let back = (b.macAddress, far.macAddress)
    #expect(try !bench.passes([Frame.tcp(there, "10.0.0.40", "10.0.0.11", to: 23)], from: "far", to: "b"))
    #expect(try bench.passes([Frame.tcp(there, "10.0.0.40", "10.0.0.11", to: 22)], from: "far", to: "b"))
    let answer = Frame.tcp(
      back, "10.0.0.11", "10.0.0.40", from: 22, to: 40000, flags: 0x12, sequence: 5000, acknowledgement: 1001)
    #expect(try bench.passes([answer], from: "b", to: "far"))
    // What `a` begins there is answered, and nothing but the answer comes in.
    let (out, home) = ((Self.a.macAddress, far.macAddress), (far.macAddress, Self.a.macAddress))
    #expect(try bench.passes([Frame.udp(out, "10.0.0.10", "10.0.0.40", to: 53)], from: "a", to: "far"))
    #expect(try bench.passes([Frame.udp(home, "10.0.0.40", "10.0.0.10", from: 53, to: 40000)], from: "far", to: "a"))
    #expect(try !bench.passes([Frame.udp(home, "10.0.0.40", "10.0.0.10", from: 54, to: 40000)], from: "far", to: "a"))
    // All of it is in the network's zone, and nothing in the host's.
    let zone = try #require(try await bench.listing().zones[Self.bridge])
    let table = try ConntrackTable(in: bench.namespace)
    func ports(_ zone: UInt16) async throws -> Set<UInt16> {
      let far: UInt128 = 0x0A00_0028
      return Set(
        try await table.connections(zones: [zone]).filter { [$0.source, $0.destination].contains(far) }
          .map(\.destinationPort))
    }
    #expect(try await ports(zone).isSuperset(of: [22, 53]))
    #expect(try await ports(0).isEmpty)
    #expect(other.path.isEmpty == false)
  }

  @Test("packets of the host that have nothing to do with guests keep their marks")
  func marks() async throws {
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    let tap = try Tap("uplink0", in: bench.namespace)
    let socket = try NetlinkSocket(in: bench.namespace)
    let link = try #require(try socket.link(named: "uplink0"))
    try socket.change(link, LinkChange(isUp: true))
    try socket.add(LinkAddress(link: link.index, address: 0xC633_6401, prefixLength: 24))
    let mac = try #require(try socket.link(named: "uplink0")?.mac)
    let rules =
      "add table inet operator; add counter inet operator kept; "
      + "add chain inet operator first { type filter hook prerouting priority -160; }; "
      + "add rule inet operator first iifname uplink0 udp dport 9 meta mark set 7; "
      + "add chain inet operator last { type filter hook input priority 0; }; "
      + "add rule inet operator last udp dport 9 meta mark 7 counter name kept; "
      + "add rule inet operator last udp dport 10 meta mark 0 counter name kept"
    let (code, text) = try run("nft", rules, in: bench.namespace)
    try #require(code == 0, "\(text)")
    let macs = (MACAddress("02:00:00:00:00:01")!, MACAddress(bits: mac))
    for port in [9, 10] as [UInt16] { try tap.send(Frame.udp(macs, "198.51.100.2", "198.51.100.1", to: port)) }
    let counted = try run("nft", "list", "counter", "inet", "operator", "kept", in: bench.namespace).1
    #expect(counted.contains("packets 2 "), "\(counted)")
  }

  @Test("what a guest sends to the host is judged by its rules, and loses its mark")
  func input() async throws {
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    let socket = try NetlinkSocket(in: bench.namespace)
    let bridge = try #require(try socket.link(named: Self.bridge))
    try socket.add(LinkAddress(link: bridge.index, address: 0x0A00_0001, prefixLength: 24))
    let mac = MACAddress(bits: try #require(bridge.mac))
    let rules =
      "add table inet operator; add counter inet operator came; "
      + "add chain inet operator last { type filter hook input priority 0; }; "
      + "add rule inet operator last udp dport { 9, 53 } meta mark 0 counter name came"
    let (code, text) = try run("nft", rules, in: bench.namespace)
    try #require(code == 0, "\(text)")
    for port in ["a", "x"] {
      let sender = try bench.port(port)
      let frame = Frame.udp((sender.macAddress, mac), sender.addresses[0], "10.0.0.1", to: 9)
      try #require(bench.tap(port)).send(frame)
    }
    let counted = try run("nft", "list", "counter", "inet", "operator", "came", in: bench.namespace).1
    #expect(counted.contains("packets 1 "), "\(counted)")
  }
}
