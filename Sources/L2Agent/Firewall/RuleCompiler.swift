package import Model

/// Makes the rules of ports from what the server says of them. Pure.
package struct RuleCompiler: Sendable {
  package let input: FirewallInput

  package init(_ input: FirewallInput) {
    self.input = input
  }

  /// The rules of all ports.
  package var ruleset: Ruleset {
    var ruleset = Ruleset()
    for device in input.ports.keys { compile(device, into: &ruleset) }
    ruleset.members = memberSets()
    return ruleset
  }

  /// Puts the rules of one port into `ruleset`, instead of those it has there. Its chains and limits may be in use by
  /// other ports, so none is taken away.
  ///
  /// - Parameters:
  ///   - limit: Of what the guest sends.
  ///   - mtu: The largest packet that must pass whatever the limit.
  package func compile(_ device: String, limit: BandwidthLimit? = nil, mtu: Int = 1500, into ruleset: inout Ruleset) {
    var elements: Set<Ruleset.Element> = []
    if let port = input.ports[device] {
      elements = sourceElements(of: port)
      for direction in TrafficDirection.allCases {
        let chain = chain(of: port, direction)
        ruleset.chains[chain.name] = chain.rules
        elements.insert(.init(direction.rawValue, value: "\(RulesetFrame.verdict(direction)) \(chain.name)"))
      }
      if !isStateful(port) { elements.insert(.init("stateless")) }
    }
    if let limit {
      // The count of bytes is a limit's own, so each device has one.
      let (rate, burst) = (limit.bytesPerSecond, limit.burstBytes(mtu: mtu))
      let name = "limit-\(device)-\(rate)-\(burst)"
      ruleset.limits[name] = "rate over \(rate) bytes/second burst \(burst) bytes"
      elements.insert(.init("limits", value: name))
    }
    ruleset.ports[device] = elements.isEmpty ? nil : elements
  }

  /// The addresses of the groups that rules refer to, empty ones as well: rules name the sets.
  ///
  /// - Parameters:
  ///   - old: An input from which `made` was made; what has not changed since is taken from there.
  package func memberSets(
    whereEqualTo old: FirewallInput = FirewallInput(), reuse made: [Ruleset.MemberSet: Set<String>] = [:]
  ) -> [Ruleset.MemberSet: Set<String>] {
    var sets: [Ruleset.MemberSet: Set<String>] = [:]
    for rule in input.groups.values.joined() {
      guard let group = rule.remoteGroup else { continue }
      let version = rule.ethertype.version
      for set in memberSets(group, version) where sets[set] == nil {
        let members = input.members[group]
        if let members, members == old.members[group], let texts = made[set] {
          sets[set] = texts
          continue
        }
        let texts =
          set.hasPrefixes
          ? members?.prefixes.filter { $0.version == version }.map(\.description)
          : members?.addresses.filter { $0.version == version }.map(\.description)
        sets[set] = Set(texts ?? [])
      }
    }
    return sets
  }

  private func memberSets(_ group: String, _ version: IPVersion) -> [Ruleset.MemberSet] {
    let hasPrefixes = input.members[group]?.hasPrefixes(version) == true
    return (hasPrefixes ? [false, true] : [false]).map { .init(group: group, version: version, hasPrefixes: $0) }
  }
}

// MARK: - Sources

extension RuleCompiler {
  private func sourceElements(of port: FirewallPort) -> Set<Ruleset.Element> {
    var elements: Set<Ruleset.Element> = [.init("guests")]
    for mac in Set([port.mac] + port.addressPairs.map(\.mac)) {
      elements.insert(.init("mac", "\(mac)"))
      elements.insert(.init("neighbour-mac", "0x\(String(mac.bits, radix: 16))"))
    }
    for source in port.sources {
      let version = source.prefix.version == .v4 ? 4 : 6
      let isHost = source.prefix.isHost
      let prefix = isHost ? "\(source.prefix.address)" : "\(source.prefix)"
      elements.insert(.init("\(isHost ? "source" : "range")\(version)", "\(source.mac) . \(prefix)"))
    }
    // Whom a target belongs to is asked without an Ethernet address.
    for prefix in port.sources.map(\.prefix).outermost where prefix.version == .v6 {
      let name = prefix.isHost ? "neighbour" : "neighbour-range"
      let last = prefix.isHost ? "" : "-\(number(prefix.last))"
      elements.insert(.init(name, number(prefix.address) + last))
    }
    if port.fixedIPs.contains(where: { $0.version == .v6 }) { elements.insert(.init("routed")) }
    for address in port.fixedIPs { elements.insert(.init("own\(address.version == .v4 ? 4 : 6)", "\(address)")) }
    return elements
  }

  private func number(_ address: IPAddress) -> String { "0x" + String(address.bits, radix: 16) }
}

// MARK: - Rules

extension RuleCompiler {
  /// The rules of a port in one direction. Only allowing ones, so that their order says nothing and ports whose groups
  /// come to the same share a chain.
  private func chain(of port: FirewallPort, _ direction: TrafficDirection) -> (name: String, rules: [String]) {
    let verdict = direction == .ingress ? "accept" : "return"
    var lines = matches(of: input.rules(of: port, direction)).sorted().map { "\($0) \(verdict)" }
    // The frame drops what comes back from an ingress chain; of an egress chain it is what may go on that comes back.
    if direction == .egress { lines.append("drop") }
    return ("\(direction.rawValue)-\(Digest.hex(lines.joined(separator: "\n")))", lines)
  }

  /// Whether answers pass without a rule. Upstream goes by the port's first rule, whichever direction that has.
  private func isStateful(_ port: FirewallPort) -> Bool {
    port.securityGroups.lazy.compactMap { input.groups[$0]?.first }.first?.isStateful ?? true
  }

  /// What the rules look for in a packet. Those that differ in their destination ports alone come to one expression, so
  /// that a packet is not compared with one port after the other.
  private func matches(of rules: [FirewallRule]) -> Set<String> {
    var ranges: [FirewallRule: [ClosedRange<Int>]] = [:]
    var others: Set<FirewallRule> = []
    for rule in rules {
      var other = rule
      other.isStateful = true
      if rule.hasPorts, let range = rule.portRange {
        (other.portRangeMin, other.portRangeMax) = (nil, nil)
        ranges[other, default: []].append(range)
      } else {
        others.insert(other)
      }
    }
    var matches = Set(others.flatMap { self.matches(of: $0, ports: []) })
    for (rule, ranges) in ranges where !others.contains(rule) {
      matches.formUnion(self.matches(of: rule, ports: ranges.merged))
    }
    return matches
  }

  /// What a rule looks for in a packet: one expression, or one for each set of the remote group.
  private func matches(of rule: FirewallRule, ports: [ClosedRange<Int>]) -> [String] {
    let family = rule.ethertype == .ipv4 ? "ip" : "ip6"
    let address = "\(family) \(rule.direction == .ingress ? "saddr" : "daddr")"
    var match = "meta protocol \(family)"
    if let number = rule.ipProtocol { match += " meta l4proto \(number)" }
    match += icmp(of: rule)
    let texts = ports.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    if let first = texts.first {
      match += " th dport \(texts.count == 1 ? first : "{ \(texts.joined(separator: ", ")) }")"
    }
    if let prefix = rule.remotePrefix, prefix.prefixLength > 0 { match += " \(address) \(prefix)" }
    guard let group = rule.remoteGroup else { return [match] }
    return memberSets(group, rule.ethertype.version).map { "\(match) \(address) @\($0.name)" }
  }

  private func icmp(of rule: FirewallRule) -> String {
    guard rule.ipProtocol == 1 || rule.ipProtocol == 58 else { return "" }
    let name = rule.ipProtocol == 1 ? "icmp" : "icmpv6"
    return (rule.portRangeMin.map { " \(name) type \($0)" } ?? "")
      + (rule.portRangeMax.map { " \(name) code \($0)" } ?? "")
  }
}

extension [ClosedRange<Int>] {
  /// The same numbers in as few ranges as possible, the lowest first.
  fileprivate var merged: [ClosedRange<Int>] {
    var merged: [ClosedRange<Int>] = []
    for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}

extension FirewallRule {
  /// Whether the protocol has ports: TCP, UDP, DCCP, SCTP or UDP-Lite.
  var hasPorts: Bool { ipProtocol.map { [6, 17, 33, 132, 136].contains($0) } ?? false }

  /// The destination ports; `nil` for any.
  var portRange: ClosedRange<Int>? {
    guard portRangeMin != nil || portRangeMax != nil else { return nil }
    let (low, high) = (portRangeMin ?? 0, portRangeMax ?? 65535)
    return low <= high ? low...high : nil
  }
}

extension Ethertype {
  var version: IPVersion { self == .ipv4 ? .v4 : .v6 }
}
