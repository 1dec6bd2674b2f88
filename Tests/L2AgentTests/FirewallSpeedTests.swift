import HostRPC
import JSON
import L2Agent
import Model
import NFTables
import PacketTable
import Synchronization
import Testing

@Suite("The firewall of a full host", .timeLimit(.minutes(5)))
struct FirewallSpeedTests {
  static func port(_ number: Int) -> TestPort {
    TestPort(
      name: "\(number)",
      mac: "fa:16:3e:01:0\(number / 256):\(MACAddress(bits: UInt64(number % 256)).description.suffix(2))",
      addresses: ["10.2.\(number / 256).\(number % 256)", "2001:db8::2:\(String(number, radix: 16))"],
      groups: ["own\(number)"])
  }

  /// Six rules for each port, none of which another port has, so that no chain is shared.
  static func rules(_ number: Int) -> [JSONValue] {
    (0..<4).map { .rule("ingress", "IPv4", "tcp", 1000 + number...1000 + number + $0) }
      + [.rule("egress"), .rule("egress", "IPv6")]
  }

  @Test("500 ports with six rules each are loaded in one transaction, and one more changes nothing of them")
  func load() async throws {
    let bench = try PacketBench()
    let ports = (0..<501).map(Self.port)
    for (number, port) in ports.enumerated() {
      bench.setGroup(port.groups[0], Self.rules(number))
      bench.state.withLock { $0.ports[port.name] = port }
    }
    let clock = ContinuousClock()
    _ = try await bench.firewall.filters("tap0")
    let all = bench.information(ports.dropLast().map(\.name))
    let load = await clock.measure {
      #expect(await bench.firewall.prepare(ports.dropLast().map(\.details), all).isEmpty)
    }
    let before = try await bench.listing()
    let one = bench.information([ports[500].name])
    let more = await clock.measure {
      #expect(await bench.firewall.prepare([ports[500].details], one).isEmpty)
    }
    var after = try await bench.listing()
    #expect(after.ports.removeValue(forKey: ports[500].device) != nil)
    #expect(after.ports == before.ports)
    #expect(after.chains.count == before.chains.count + 1)
    print("500 ports with 6 rules: \(load); one more: \(more)")
  }

  @Test("one member more of a group of a thousand is one element in one transaction, however many ports refer to it")
  func member() async throws {
    let bench = try PacketBench()
    bench.setGroup("user", [.rule("ingress", "IPv4", group: "big"), .rule("egress")])
    func member(_ number: Int) -> TestPort {
      var port = Self.port(number)
      (port.name, port.groups) = ("far\(number)", ["big"])
      port.addresses.removeLast()
      return port
    }
    let ports = (0..<50).map { number in
      var port = Self.port(number)
      port.groups = ["user"]
      return port
    }
    bench.state.withLock { state in
      for port in ports + (1000..<2000).map(member) { state.ports[port.name] = port }
    }
    try await bench.prepare(ports.map(\.name))
    let monitor = try RulesetMonitor(bench.namespace)
    let one = member(2000)
    bench.state.withLock { $0.ports[one.name] = one }
    try await bench.hint("big")
    let joined = try monitor.changes()
    #expect(joined.first == "add element bridge plugboard member4-big { \(one.addresses[0]) }")
    #expect(joined.count == 2 && joined[1].hasPrefix("# new generation"), "\(joined)")
    bench.state.withLock { $0.ports[one.name] = nil }
    try await bench.hint("big")
    let left = try monitor.changes()
    #expect(left.first == "delete element bridge plugboard member4-big { \(one.addresses[0]) }")
    #expect(left.count == 2, "\(left)")
    // A host without a port that refers to the group does nothing.
    let elsewhere = try PacketBench()
    #expect(await elsewhere.firewall.devices(concernedBy: ["big"]).isEmpty)
  }

  @Test("rules are made from 500 ports, and compared, without the kernel")
  func compile() async throws {
    let bench = try PacketBench()
    var input = FirewallInput()
    for number in 0..<500 {
      let port = Self.port(number)
      input.ports[port.device] = FirewallPort(
        device: port.device, bridge: "brq1", mac: port.macAddress,
        fixedIPs: port.addresses.compactMap { IPAddress($0) },
        securityGroups: port.groups)
      input.groups[port.groups[0]] =
        (0..<4).map {
          FirewallRule(.ingress, .ipv4, ipProtocol: 6, portRangeMin: 1000 + number, portRangeMax: 1000 + number + $0)
        } + [FirewallRule(.egress, .ipv4), FirewallRule(.egress, .ipv6)]
    }
    let clock = ContinuousClock()
    var ruleset = Ruleset()
    let compiling = clock.measure { ruleset = RuleCompiler(input).ruleset }
    var commands = ""
    let comparing = clock.measure { commands = RulesetDifference(from: Ruleset(), to: ruleset).commands }
    _ = try await bench.firewall.filters("tap0")
    let loading = try await clock.measure { try await bench.kernel.nftables.run(commands) }
    #expect(try await bench.listing().ports == ruleset.ports)
    print("500 ports: compiled in \(compiling), compared in \(comparing), loaded in \(loading)")
  }
}
