import HostRPC
import L2Agent
import Model
import Netlink
import PacketTable
import Testing

@Suite("Packets while the rules change", .timeLimit(.minutes(5)))
struct PacketChangesTests {
  private static let (a, b) = (PacketScene.a, PacketScene.b)
  private static let macs = (a.macAddress, b.macAddress)
  private static let back = (b.macAddress, a.macAddress)

  private func scene() async throws -> PacketBench {
    let bench = try PacketBench()
    try await PacketScene.fill(bench)
    return bench
  }

  /// A connection of TCP to port 22, as far as its data.
  private func connect(_ bench: PacketBench, port: UInt16 = 40000) throws {
    let (a4, b4) = ("10.0.0.10", "10.0.0.11")
    #expect(try bench.passes([Frame.tcp(Self.macs, a4, b4, from: port, to: 22)], from: "a", to: "b"))
    let answer = Frame.tcp(Self.back, b4, a4, from: 22, to: port, flags: 0x12, sequence: 5000, acknowledgement: 1001)
    #expect(try bench.passes([answer], from: "b", to: "a"))
    #expect(try bench.passes([ack(port)], from: "a", to: "b"))
  }

  private func ack(_ port: UInt16 = 40000, _ data: [UInt8] = []) -> [UInt8] {
    Frame.tcp(
      Self.macs, "10.0.0.10", "10.0.0.11", from: port, to: 22, flags: 0x10, sequence: 1001, acknowledgement: 5001, data)
  }

  private func answer(_ port: UInt16 = 40000) -> [UInt8] {
    Frame.tcp(
      Self.back, "10.0.0.11", "10.0.0.10", from: 22, to: port, flags: 0x10, sequence: 5001, acknowledgement: 1001,
      [1, 2, 3])
  }

  @Test("answers pass, though no rule names them, and nothing else of the answering side does")
  func answers() async throws {
    let bench = try await scene()
    try connect(bench)
    #expect(try bench.passes([answer()], from: "b", to: "a"))
    let other = Frame.tcp(Self.back, "10.0.0.11", "10.0.0.10", from: 23, to: 40001)
    #expect(try !bench.passes([other], from: "b", to: "a"))
    // An error about the connection belongs to it.
    let quoted = Array(ack()[14..<42])
    let error = Frame.icmp(Self.back, "10.0.0.11", "10.0.0.10", type: 3, code: 1, [0, 0, 0, 0] + quoted)
    #expect(try bench.passes([error], from: "b", to: "a"))
  }

  @Test("a connection ends when its rule goes, and no other one does")
  func ruleRemoved() async throws {
    let bench = try await scene()
    try connect(bench)
    let echo = Frame.icmp(Self.macs, "10.0.0.10", "10.0.0.11", type: 8)
    #expect(try bench.passes([echo], from: "a", to: "b"))
    bench.setGroup("web", [.rule("egress"), .rule("ingress", "IPv4", "icmp", type: 8)])
    try await bench.hint("web")
    #expect(try !bench.passes([ack(40000, [1])], from: "a", to: "b"))
    #expect(try !bench.passes([answer()], from: "b", to: "a"))
    let reply = Frame.icmp(Self.back, "10.0.0.11", "10.0.0.10", type: 0)
    #expect(try bench.passes([reply], from: "b", to: "a"))
  }

  @Test("a connection outlives a change that still allows it, and the agent's restart")
  func connectionKept() async throws {
    let bench = try await scene()
    try connect(bench)
    bench.setGroup("web", [.rule("egress"), .rule("ingress", "IPv4", "tcp", 20...30)])
    try await bench.hint("web")
    #expect(try bench.passes([answer()], from: "b", to: "a"))
    bench.restart()
    #expect(try bench.passes([answer()], from: "b", to: "a"))
    try await bench.prepare(PacketScene.ports.map(\.name))
    #expect(try bench.passes([answer()], from: "b", to: "a"))
  }

  @Test("a connection that a rule let in before the agent was killed ends when the next agent learns that it is gone")
  func ruleRemovedWhileAway() async throws {
    let bench = try await scene()
    try connect(bench)
    bench.restart()
    bench.setGroup("web", [.rule("egress")])
    #expect(try bench.passes([answer()], from: "b", to: "a"))
    try await bench.prepare(PacketScene.ports.map(\.name))
    #expect(try !bench.passes([answer()], from: "b", to: "a"))
    #expect(try !bench.passes([ack(40000, [1])], from: "a", to: "b"))
  }

  @Test("who joins a remote group gets in, who leaves it does not any more, and nor does what he had begun")
  func members() async throws {
    let bench = try await scene()
    func probe(_ port: UInt16) -> [UInt8] {
      Frame.udp(
        (PacketScene.x.macAddress, PacketScene.b.macAddress), "10.0.0.20", "10.0.0.11", from: port, to: 5000)
    }
    bench.setGroup("narrow", [.rule("egress"), .rule("egress", "IPv6")])
    try await bench.hint("narrow")
    #expect(try !bench.passes([probe(1)], from: "x", to: "b"))
    try await bench.change("x") { $0.groups = ["narrow", "client"] }
    try await bench.hint("client")
    #expect(try bench.passes([probe(1)], from: "x", to: "b"))
    let answer = Frame.udp(
      (PacketScene.b.macAddress, PacketScene.x.macAddress), "10.0.0.11", "10.0.0.20", from: 5000, to: 1)
    #expect(try bench.passes([answer], from: "b", to: "x"))
    try await bench.change("x") { $0.groups = ["narrow"] }
    try await bench.hint("client")
    #expect(try !bench.passes([probe(1)], from: "x", to: "b"))
    #expect(try !bench.passes([answer], from: "b", to: "x"))
  }

  @Test("a member that is deleted is none, and who gets its address next inherits no connection")
  func memberGone() async throws {
    let bench = try await scene()
    let probe = Frame.udp(Self.macs, "10.0.0.10", "10.0.0.11", to: 5000)
    #expect(try bench.passes([probe], from: "a", to: "b"))
    #expect(
      try bench.passes(
        [Frame.udp(Self.back, "10.0.0.11", "10.0.0.10", from: 5000, to: 40000)], from: "b", to: "a"))
    try await bench.unplug("a")
    try await bench.hint("client")
    var next = PacketScene.a
    next.groups = ["narrow"]
    bench.setGroup("narrow", [.rule("egress")])
    try await bench.plug(next)
    #expect(try !bench.passes([probe], from: "a", to: "b"))
  }

  @Test("an address pair is the guest's from when it is added until it is taken away")
  func addressPairs() async throws {
    let bench = try await scene()
    let frame = Frame.tcp(Self.macs, "10.0.0.77", "10.0.0.11", to: 22)
    let arp = Frame.arp(Self.macs.0, sender: (Self.macs.0, "10.0.0.77"), target: "10.0.0.11")
    #expect(try !bench.passes([frame], from: "a", to: "b"))
    #expect(try !bench.passes([arp], from: "a", to: "b"))
    try await bench.change("a") { $0.pairs = [["10.0.0.77"], ["10.0.0.64/28"], ["10.0.0.0/25"]] }
    #expect(try bench.passes([frame], from: "a", to: "b"))
    #expect(try bench.passes([arp], from: "a", to: "b"))
    try await bench.change("a") { $0.pairs = [] }
    #expect(try !bench.passes([frame], from: "a", to: "b"))
    #expect(try !bench.passes([arp], from: "a", to: "b"))
  }

  @Test("a pair's prefix that grows, shrinks or moves is what it is now, for the guest and for who refers to its group")
  func prefixes() async throws {
    let bench = try await scene()
    let mac = PacketScene.f.macAddress
    for (prefix, inside, outside) in [
      ("10.9.0.0/17", "10.9.127.1", "10.9.128.1"), ("10.8.0.0/15", "10.9.128.1", "10.10.0.1"),
      ("10.9.64.0/18", "10.9.64.1", "10.9.128.1"), ("10.9.64.1", "10.9.64.1", "10.9.64.2"),
      ("10.9.0.0/16", "10.9.64.2", "10.8.0.1"),
    ] {
      try await bench.change("f") { $0.pairs = [[prefix]] }
      try await bench.hint("client")
      for (address, passes) in [(inside, true), (outside, false)] {
        let frame = Frame.udp((mac, Self.b.macAddress), address, "10.0.0.11", to: 5000)
        #expect(try bench.passes([frame], from: "f", to: "b") == passes, "\(address) with \(prefix)")
      }
    }
  }

  @Test("port security that is switched off lets everything through, and on again nothing but what the rules say")
  func portSecurity() async throws {
    let bench = try await scene()
    let spoofed = Frame.udp((MACAddress("fa:16:3e:00:00:99")!, Self.b.macAddress), "192.0.2.1", "10.0.0.30", to: 9)
    #expect(try !bench.passes([spoofed], from: "a", to: "u"))
    try await bench.change("a") { $0.isSecure = false }
    #expect(try bench.passes([spoofed], from: "a", to: "u"))
    try await bench.change("a") { $0.isSecure = true }
    #expect(try !bench.passes([spoofed], from: "a", to: "u"))
  }

  @Test("rules that somebody has flushed come back, and what began without them ends")
  func flushed() async throws {
    let bench = try await scene()
    let before = try await bench.listing()
    #expect(try await !bench.firewall.mend())
    #expect(try run("nft", "flush", "ruleset", in: bench.namespace).0 == 0)
    let closed = Frame.udp(Self.macs, "10.0.0.10", "10.0.0.11", to: 5001)
    #expect(try bench.passes([closed], from: "a", to: "b"))
    #expect(try await bench.firewall.mend())
    #expect(try await bench.listing() == before)
    #expect(try !bench.passes([closed], from: "a", to: "b"))
    #expect(try await !bench.firewall.mend())
    try await bench.checkTable()
  }

  @Test("the answers of a group without state need a rule of their own")
  func stateless() async throws {
    let bench = try await scene()
    bench.setGroup(
      "web", [.rule("egress", stateful: false), .rule("ingress", "IPv4", "udp", 5000...5000, stateful: false)])
    bench.setGroup("client", [.rule("egress", stateful: false)])
    try await bench.hint("web", "client")
    #expect(try bench.passes([Frame.udp(Self.macs, "10.0.0.10", "10.0.0.11", to: 5000)], from: "a", to: "b"))
    let answer = Frame.udp(Self.back, "10.0.0.11", "10.0.0.10", from: 5000, to: 40000)
    #expect(try !bench.passes([answer], from: "b", to: "a"))
    bench.setGroup(
      "client", [.rule("egress", stateful: false), .rule("ingress", "IPv4", "udp", 40000...40000, stateful: false)])
    try await bench.hint("client")
    #expect(try bench.passes([answer], from: "b", to: "a"))
  }

  @Test("two networks with the same addresses know nothing of each other's connections")
  func zones() async throws {
    let bench = try await scene()
    try await bench.plug(
      TestPort(name: "c", network: "n2", mac: Self.a.mac, addresses: Self.a.addresses, groups: ["client"]),
      TestPort(name: "d", network: "n2", mac: Self.b.mac, addresses: Self.b.addresses, groups: ["narrow"]))
    try connect(bench)
    // The same connection would be established there as well.
    #expect(try !bench.passes([ack(40000, [1])], from: "c", to: "d"))
    #expect(try bench.passes([ack(40000, [1])], from: "a", to: "b"))
  }

  @Test("a limit of what a guest sends drops what is over it, filtered or not")
  func limit() async throws {
    let bench = try await scene()
    for name in ["a", "u"] {
      var details = try bench.port(name).details
      details.bandwidth = PortBandwidth(egress: BandwidthLimit(maxKbps: 8, maxBurstKbps: 16))
      #expect(await bench.firewall.prepare([details], bench.information([name])).isEmpty)
      let tap = try #require(bench.tap(name))
      let sender = try bench.port(name)
      let frames = (0..<8).map { number in
        Frame.udp(
          (sender.macAddress, PacketScene.s.macAddress), sender.addresses[0], "10.0.0.2", to: 9,
          [UInt8](repeating: UInt8(number), count: 1400))
      }
      for frame in frames { try tap.send(frame) }
      var received: [[UInt8]] = []
      let sink = try #require(bench.tap("s"))
      while let frame = try sink.receive(within: 0) { received.append(frame) }
      #expect(received.contains(frames[0]))
      #expect(!received.contains(frames[7]))
    }
  }

  @Test("after 200 random changes, restarts among them, what the rules say is what passes")
  func random() async throws {
    let bench = try await scene()
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random changes: seed \(seed)")
    var generator = SplitMix(state: seed)
    var extra: Set<Int> = []
    for _ in 0..<200 {
      let number = Int.random(in: 0..<12, using: &generator)
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: bench.restart()
      case 1:
        let rules = ["web", "client", "narrow"].randomElement(using: &generator)!
        let kept = bench.group(rules)
        bench.setGroup(rules, kept + [.rule("ingress", "IPv4", "tcp", 1000...1000 + number)])
        try await bench.hint(rules)
        bench.setGroup(rules, kept)
        try await bench.hint(rules)
      case 2:
        try await bench.change("f") { $0.pairs.append(["172.16.\(number).0/24"]) }
        try await bench.change("f") { $0.pairs.removeLast() }
        try await bench.hint("client")
      default:
        if extra.remove(number) != nil {
          try await bench.unplug("x\(number)")
        } else {
          extra.insert(number)
          try await bench.plug(
            TestPort(
              name: "x\(number)", mac: "fa:16:3e:00:01:0\(String(number, radix: 16))",
              addresses: ["10.0.1.\(number)", "2001:db8::1:\(number)"],
              groups: [["web"], ["client"], ["narrow", "web"]].randomElement(using: &generator)!))
        }
        try await bench.hint("client")
      }
    }
    for number in extra { try await bench.unplug("x\(number)") }
    // An agent that has just started knows nothing of what went while there was none.
    try await bench.prepare(PacketScene.ports.map(\.name))
    try await bench.firewall.keepOnly(Set(PacketScene.ports.map(\.device)))
    try await bench.hint("client", "web", "narrow")
    try await bench.checkTable()
    // Nothing is left of what came and went: a host that never saw it has the same.
    let fresh = try await scene()
    #expect(try await bench.listing() == fresh.listing(), "seed \(seed)")
  }
}
