import HostRPC
import JSON
import L2Agent
import Logging
import Model
import Netlink
import PacketTable
import Testing

@Suite("The agent and its firewall", .timeLimit(.minutes(1)))
struct FirewallAgentTests {
  let bench: Bench
  let port: DeviceDetails

  init() throws {
    bench = try Bench()
    var port = DeviceDetails.port("dcd2dea6")
    port.portSecurityEnabled = true
    self.port = port
  }

  private func information(_ rules: [JSONValue], groups: [String] = ["g"]) -> SecurityGroupInfoForDevices.Result {
    .init(
      devices: [
        "\(port.portID)": [
          "device": .string(port.device), "mac_address": .string("\(port.macAddress)"), "fixed_ips": ["10.0.0.1"],
          "allowed_address_pairs": [], "security_groups": JSONValue(groups),
        ]
      ], securityGroups: ["g": .array(rules)])
  }

  /// What the kernel has for the device, and the rules of its ingress chain.
  private func rules() throws -> String { try run("nft", "list", "ruleset", in: bench.namespace).1 }

  @Test("a port has its rules before its tap is in a bridge, and loses them when the tap goes")
  func lifeOfAPort() async throws {
    var tap: Tap? = try bench.make(port.device)
    let server = FakeServer([port])
    server.set(information([.rule("ingress", "IPv4", "tcp", 22...22)]))
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([port.device]))
      #expect(await calls.next() == .up(port.device))
      let text = try rules()
      #expect(text.contains("\"\(port.device)\" . fa:16:3e:94:a7:1f . 10.0.0.1"))
      #expect(text.contains("dport 22 accept"))
      #expect(text.contains("\"brqdb3e1ed8-b9\""))
      tap = nil
      #expect(tap == nil)
      #expect(await calls.next() == .down(port.device))
      #expect(try !rules().contains(port.device))
    }
  }

  @Test("a port whose rules the server does not tell is not put on its network, and reported down once")
  func unknownRules() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .down(tap.name))
      #expect(try bench.bridge(of: tap.name) == nil)
      server.set(information([]))
      while let call = await calls.next(), call != .up(tap.name) { #expect(call == .details([tap.name])) }
      let bridge = try bench.bridge(of: tap.name)
      #expect(bridge == "brqdb3e1ed8-b9")
    }
  }

  @Test("a changed group changes the rules, and nothing is reported")
  func changedGroup() async throws {
    let taps = [try bench.make(port.device)]
    let server = FakeServer([port])
    server.set(information([.rule("ingress", "IPv4", "tcp", 22...22)]))
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([port.device]))
      #expect(await calls.next() == .up(port.device))
      server.set(information([.rule("ingress", "IPv4", "tcp", 80...80)]))
      server.send(SecurityGroupsRuleUpdated.self, SecurityGroupsHint(securityGroups: ["g"]))
      // The loop follows groups before it treats devices, so this report comes after.
      server.send(
        PortUpdate.self,
        .init(port: ["id": .string("\(port.portID)")], networkType: nil, segmentationID: nil, physicalNetwork: nil))
      #expect(await calls.next() == .details([port.device]))
      #expect(await calls.next() == .up(port.device))
      let text = try rules()
      #expect(text.contains("dport 80 accept") && !text.contains("dport 22 accept"))
    }
    #expect(taps.count == 1)
  }

  @Test("an agent that stops and starts again makes no rule anew")
  func restart() async throws {
    let tap = try bench.make(port.device)
    var rulesets: [String] = []
    for _ in 0..<2 {
      let server = FakeServer([port])
      server.set(information([.rule("ingress", "IPv4", "tcp", 22...22), .rule("egress", "IPv6")]))
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .details([tap.name]))
        #expect(await calls.next() == .up(tap.name))
      }
      rulesets.append(try run("nft", "-a", "list", "ruleset", in: bench.namespace).1)
    }
    #expect(rulesets[0] == rulesets[1])
  }

  @Test("a port that was deleted while no agent ran leaves its network with its rules in force, and then they go")
  func deletedWhileAway() async throws {
    let tap = try bench.make(port.device)
    let first = FakeServer([port])
    first.set(information([]))
    try await bench.withAgent(first) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
    let second = FakeServer([.port("0a7b3a8a")])
    try await bench.withAgent(second) { calls in
      #expect(await calls.next() == .details([tap.name]))
      let other = try bench.make("tap0a7b3a8a-23")
      #expect(await calls.next() == .details([other.name]))
      #expect(await calls.next() == .up(other.name))
      #expect(try bench.bridge(of: tap.name) == nil)
      #expect(try !rules().contains(port.device))
    }
  }

  @Test("rules that another program flushes are there again by the next look")
  func flushed() async throws {
    var bench = bench
    bench.configuration.pollingInterval = .milliseconds(20)
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    server.set(information([.rule("ingress", "IPv4", "tcp", 22...22)]))
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      let before = try rules()
      #expect(before.contains(tap.name))
      #expect(try run("nft", "flush", "ruleset", in: bench.namespace).0 == 0)
      var looks = 0
      while try !rules().contains("dport 22 accept"), looks < 1000 { looks += 1 }
      #expect(try rules().count == before.count)
    }
  }

  @Test("what keeps bridged packets from conntrack is noticed and switched on")
  func bridgeNetfilter() async throws {
    let sysctls = ["bridge-nf-call-iptables", "bridge-nf-call-ip6tables"].map { "net.bridge.\($0)" }
    for sysctl in sysctls { #expect(try run("sysctl", "-w", "\(sysctl)=0", in: bench.namespace).0 == 0) }
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    server.set(information([]))
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
    for sysctl in sysctls { #expect(try run("sysctl", "-n", sysctl, in: bench.namespace).1 == "1\n") }
  }
}
