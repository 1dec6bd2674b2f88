import JSON
import L2Agent
import Model
import Testing

@Suite("From groups to rules")
struct FirewallCompilerTests {
  struct Row: Sendable {
    let rule: FirewallRule
    let match: String
    var members: FirewallMembers?
  }

  static let rows: [Row] = [
    .init(rule: FirewallRule(.ingress, .ipv4), match: "meta protocol ip accept"),
    .init(rule: FirewallRule(.ingress, .ipv6), match: "meta protocol ip6 accept"),
    .init(rule: FirewallRule(.egress, .ipv4), match: "meta protocol ip return"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, ipProtocol: 6, portRangeMin: 22, portRangeMax: 22),
      match: "meta protocol ip meta l4proto 6 th dport 22 accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv6, ipProtocol: 17, portRangeMin: 1, portRangeMax: 1023),
      match: "meta protocol ip6 meta l4proto 17 th dport 1-1023 accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, ipProtocol: 132, portRangeMin: 7, portRangeMax: 7),
      match: "meta protocol ip meta l4proto 132 th dport 7 accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, ipProtocol: 1, portRangeMin: 8, portRangeMax: 0),
      match: "meta protocol ip meta l4proto 1 icmp type 8 icmp code 0 accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv6, ipProtocol: 58, portRangeMin: 128),
      match: "meta protocol ip6 meta l4proto 58 icmpv6 type 128 accept"),
    .init(rule: FirewallRule(.ingress, .ipv4, ipProtocol: 112), match: "meta protocol ip meta l4proto 112 accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, remotePrefix: IPNetwork("10.0.0.0/8")),
      match: "meta protocol ip ip saddr 10.0.0.0/8 accept"),
    .init(
      rule: FirewallRule(.egress, .ipv6, remotePrefix: IPNetwork("2001:db8::/32")),
      match: "meta protocol ip6 ip6 daddr 2001:db8::/32 return"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, remotePrefix: IPNetwork("0.0.0.0/0")), match: "meta protocol ip accept"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, remoteGroup: "g"), match: "meta protocol ip ip saddr @member4-g accept"),
    .init(
      rule: FirewallRule(.egress, .ipv6, remoteGroup: "g"), match: "meta protocol ip6 ip6 daddr @member6-g return"),
    .init(
      rule: FirewallRule(.ingress, .ipv4, remoteGroup: "g"), match: "meta protocol ip ip saddr @prefix4-g accept",
      members: FirewallMembers([IPNetwork("10.0.0.0/8")!])),
  ]

  private func port(_ groups: [String] = ["g"], pairs: [FirewallPort.AddressPair] = []) -> FirewallPort {
    FirewallPort(
      device: "tap1", bridge: "brq1", mac: MACAddress("fa:16:3e:00:00:01")!,
      fixedIPs: [IPAddress("10.0.0.1")!, IPAddress("2001:db8::1")!], addressPairs: pairs, securityGroups: groups)
  }

  private func chain(_ ruleset: Ruleset, _ map: String) throws -> [String] {
    let element = try #require(ruleset.ports["tap1"]?.first { $0.set == map })
    let target = try #require(element.value).dropFirst(5)
    return try #require(ruleset.chains[String(target)])
  }

  @Test("each rule becomes what nft calls it", arguments: rows.indices)
  func rule(_ index: Int) throws {
    let row = Self.rows[index]
    let input = FirewallInput(
      ports: [port()], groups: ["g": [row.rule]], members: row.members.map { ["g": $0] } ?? [:])
    let lines = try chain(RuleCompiler(input).ruleset, row.rule.direction.rawValue)
    #expect(lines.contains(row.match))
    #expect(lines.contains("drop") == (row.rule.direction == .egress))
  }

  @Test("a port without rules lets nothing through but answers")
  func nothing() throws {
    let ruleset = RuleCompiler(FirewallInput(ports: [port([])])).ruleset
    #expect(try chain(ruleset, "ingress") == [])
    #expect(try chain(ruleset, "egress") == ["drop"])
  }

  @Test("ports with the same rules share their chains, whatever the order of their groups")
  func shared() {
    let one = FirewallRule(.ingress, .ipv4, ipProtocol: 6, portRangeMin: 22, portRangeMax: 22)
    let two = FirewallRule(.ingress, .ipv6)
    var other = port(["h", "g"])
    other.device = "tap2"
    let ruleset = RuleCompiler(FirewallInput(ports: [port(["g", "h"]), other], groups: ["g": [one], "h": [two]]))
      .ruleset
    #expect(ruleset.chains.count == 2)
    #expect(ruleset.ports.count == 2)
  }

  @Test("rules that differ in their ports alone are one, with the ports together")
  func ports() throws {
    func rule(_ ports: ClosedRange<Int>?, _ number: UInt8 = 6, _ prefix: String? = nil) -> FirewallRule {
      FirewallRule(
        .ingress, .ipv4, ipProtocol: number, portRangeMin: ports?.lowerBound, portRangeMax: ports?.upperBound,
        remotePrefix: prefix.flatMap { IPNetwork($0) })
    }
    func lines(_ rules: [FirewallRule]) throws -> [String] {
      try chain(RuleCompiler(FirewallInput(ports: [port()], groups: ["g": rules])).ruleset, "ingress")
    }
    #expect(
      try lines([
        rule(443...443), rule(22...22), rule(80...90), rule(85...95), rule(96...96), rule(53...53, 17),
        rule(1...1, 6, "10.0.0.0/8"),
      ]) == [
        "meta protocol ip meta l4proto 17 th dport 53 accept",
        "meta protocol ip meta l4proto 6 th dport 1 ip saddr 10.0.0.0/8 accept",
        "meta protocol ip meta l4proto 6 th dport { 22, 80-96, 443 } accept",
      ])
    // All ports have the others in them.
    #expect(try lines([rule(nil), rule(22...22)]) == ["meta protocol ip meta l4proto 6 accept"])
  }

  @Test("a source is an address with its Ethernet address; a prefix within another one is left out")
  func sources() {
    let mac = MACAddress("fa:16:3e:00:00:ee")!
    let pairs = ["10.9.0.0/16", "10.9.1.0/24", "10.9.1.1/32", "2001:db8:1::/64"].map {
      FirewallPort.AddressPair(mac: mac, prefix: IPNetwork($0)!)
    }
    let elements = RuleCompiler(FirewallInput(ports: [port(pairs: pairs)])).ruleset.ports["tap1"] ?? []
    func keys(_ set: String) -> [String] { elements.filter { $0.set == set }.map(\.key).sorted() }
    #expect(keys("mac") == ["fa:16:3e:00:00:01", "fa:16:3e:00:00:ee"])
    #expect(keys("source4") == ["fa:16:3e:00:00:01 . 10.0.0.1"])
    #expect(keys("range4") == ["fa:16:3e:00:00:ee . 10.9.0.0/16"])
    #expect(
      keys("source6") == [
        "fa:16:3e:00:00:01 . 2001:db8::1", "fa:16:3e:00:00:01 . fe80::f816:3eff:fe00:1",
        "fa:16:3e:00:00:ee . fe80::f816:3eff:fe00:ee",
      ])
    #expect(keys("range6") == ["fa:16:3e:00:00:ee . 2001:db8:1::/64"])
    #expect(keys("guests") == [""])
    #expect(keys("routed") == [""])
  }

  @Test("a group without members has empty sets, for rules name them")
  func emptyGroup() {
    let rule = FirewallRule(.ingress, .ipv4, remoteGroup: "far")
    let ruleset = RuleCompiler(FirewallInput(ports: [port()], groups: ["g": [rule]])).ruleset
    #expect(ruleset.members == [.init(group: "far", version: .v4, hasPrefixes: false): []])
  }

  @Test("a change of one member is one command, and no change is none")
  func difference() {
    let rule = FirewallRule(.ingress, .ipv4, remoteGroup: "far")
    func ruleset(_ count: UInt32) -> Ruleset {
      let members = FirewallMembers((0..<count).map { IPNetwork("10.1.\($0 / 256).\($0 % 256)/32")! })
      return RuleCompiler(FirewallInput(ports: [port()], groups: ["g": [rule]], members: ["far": members])).ruleset
    }
    let (old, new) = (ruleset(1000), ruleset(1001))
    let join = RulesetDifference(from: old, to: new)
    #expect(join.commands == "add element bridge plugboard member4-far { 10.1.3.232 }\n")
    #expect(!join.narrowed)
    let leave = RulesetDifference(from: new, to: old)
    #expect(leave.commands == "delete element bridge plugboard member4-far { 10.1.3.232 }\n")
    #expect(leave.narrowed)
    #expect(RulesetDifference(from: new, to: new).commands.isEmpty)
  }

  @Test("a member that moves into a prefix is the prefix's")
  func memberPrefixes() {
    let members = FirewallMembers(["10.0.0.1/32", "10.0.0.0/24", "10.0.1.1/32"].map { IPNetwork($0)! })
    #expect(members.prefixes == [IPNetwork("10.0.0.0/24")!])
    #expect(members.addresses == [IPAddress("10.0.1.1")!])
    #expect(members.contains(IPAddress("10.0.0.1")!))
  }
}
