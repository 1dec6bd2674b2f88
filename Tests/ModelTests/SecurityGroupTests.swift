import Model
import Testing

@Suite("The rules of security groups")
struct SecurityGroupTests {
  /// What a pair of port_range_min and port_range_max comes to, by what the protocol makes of ports.
  private enum Kind: CaseIterable {
    case none, ports, icmp, other

    init(_ ipProtocol: IPProtocol?) {
      self =
        switch ipProtocol?.number {
        case nil: .none
        case 6, 17, 33, 132, 136: .ports
        case 1, 58: .icmp
        default: .other
        }
    }
  }

  private static let ranges: [(Int?, Int?)] = {
    let ends: [Int?] = [nil, 0, 1, 22, 255, 256, 65535]
    return ends.flatMap { min in ends.map { (min, $0) } }
  }()

  @Test("every protocol, ethertype and pair of ports is judged as upstream judges it")
  func judgements() {
    let names = IPProtocol.known.map(\.name) + (0...255).map { "\($0)" }
    for text in [nil] + names.map(Optional.some) {
      for ethertype in Ethertype.allCases {
        for (min, max) in Self.ranges {
          let traffic = SecurityGroupTraffic(
            direction: .ingress, ethertype: ethertype, ipProtocol: text.flatMap { IPProtocol($0) }, portRangeMin: min,
            portRangeMax: max
          ).canonical
          #expect(
            Self.fault(traffic) == Self.expected(traffic), "\(text ?? "any") \(ethertype) \(min ?? -1) \(max ?? -1)")
        }
      }
    }
  }

  private static func fault(_ traffic: SecurityGroupTraffic) -> SecurityGroupRuleFault? {
    do {
      try traffic.check()
      return nil
    } catch {
      return error
    }
  }

  /// Written from upstream's documentation of the errors, not from the code under test.
  private static func expected(_ traffic: SecurityGroupTraffic) -> SecurityGroupRuleFault? {
    let (min, max) = (traffic.portRangeMin, traffic.portRangeMax)
    if min != nil || max != nil {
      switch Kind(traffic.ipProtocol) {
      case .none: return .portsWithoutProtocol
      case .other: return .portsForProtocol(traffic.ipProtocol?.number ?? -1)
      case .ports:
        if min == 0 || max == 0 { return .portValue(0) }
        guard let min, let max, min <= max else { return .portRange }
      case .icmp:
        if let min, min > 255 { return .icmpValue(field: "type", attribute: "port_range_min", value: min) }
        if let max, max > 255 { return .icmpValue(field: "code", attribute: "port_range_max", value: max) }
        if min == nil, let max { return .missingICMPType(code: max) }
      }
    }
    let onlyIPv6: Set<Int> = [41, 43, 44, 58, 59, 60]
    if traffic.ethertype == .ipv4, let ipProtocol = traffic.ipProtocol, onlyIPv6.contains(ipProtocol.number) {
      return .protocolVersion(.ipv4, ipProtocol: ipProtocol.text)
    }
    return nil
  }

  @Test(
    "a protocol is known by name in any case and by number, and by nothing else",
    arguments: [
      ("tcp", "tcp", "tcp", 6), ("TCP", "tcp", "tcp", 6), ("6", "6", "tcp", 6), ("06", "6", "tcp", 6),
      ("icmpv6", "icmpv6", "ipv6-icmp", 58), ("58", "58", "ipv6-icmp", 58), ("0", "0", "ip", 0), ("ip", "ip", "ip", 0),
      ("hopopt", "hopopt", "hopopt", 0), ("255", "255", "255", 255), ("99", "99", "99", 99),
    ])
  func protocols(written: String, text: String, name: String, number: Int) throws {
    let known = try #require(IPProtocol(written))
    #expect(known.text == text)
    #expect(known.name == name)
    #expect(known.number == number)
  }

  @Test(
    "what is no protocol is none",
    arguments: ["", "256", "-1", "1.5", "nonsense", "tcp ", "0006", "6e0", "٦", "any", "None"])
  func noProtocol(text: String) {
    #expect(IPProtocol(text) == nil)
  }

  @Test("ICMP of IPv6 has one name and one number, and all ports are no range")
  func canonicalForm() {
    func canonical(_ text: String, _ ethertype: Ethertype) -> String? {
      SecurityGroupTraffic(direction: .egress, ethertype: ethertype, ipProtocol: IPProtocol(text)).canonical
        .ipProtocol?.text
    }
    #expect(canonical("icmp", .ipv6) == "ipv6-icmp")
    #expect(canonical("icmpv6", .ipv6) == "ipv6-icmp")
    #expect(canonical("1", .ipv6) == "58")
    #expect(canonical("58", .ipv6) == "58")
    #expect(canonical("icmp", .ipv4) == "icmp")
    #expect(canonical("1", .ipv4) == "1")
    let all = SecurityGroupTraffic(
      direction: .ingress, ethertype: .ipv4, ipProtocol: .tcp, portRangeMin: 1, portRangeMax: 65535
    ).canonical
    #expect(all == SecurityGroupTraffic(direction: .ingress, ethertype: .ipv4, ipProtocol: .tcp))
  }

  @Test(
    "a remote prefix keeps its host bits as text, and its meaning has none",
    arguments: [
      ("10.0.0.5", "10.0.0.5/32", "10.0.0.5/32"), ("10.0.0.5/8", "10.0.0.5/8", "10.0.0.0/8"),
      ("10.0.0.5/255.0.0.0", "10.0.0.5/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0"),
      ("1.2.3.4/0.0.0.0", "1.2.3.4/0", "0.0.0.0/0"), ("1.2.3.4/255.255.255.255", "1.2.3.4/32", "1.2.3.4/32"),
      ("2001:DB8::5/64", "2001:db8::5/64", "2001:db8::/64"), ("::/0", "::/0", "::/0"), ("::1", "::1/128", "::1/128"),
    ])
  func prefixes(written: String, text: String, normalized: String) throws {
    let prefix = try #require(RemotePrefix(written))
    #expect(prefix.text == text)
    #expect(prefix.network.description == normalized)
  }

  @Test(
    "what is no prefix is none",
    arguments: [
      "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/255.0.255.0", "10.0.0", "::/129", "::/255.0.0.0",
      "10.0.0.0/8/8", "nonsense",
    ])
  func noPrefix(text: String) {
    #expect(RemotePrefix(text) == nil)
  }

  @Test("a prefix of the other version is refused, after the ports and before the protocol")
  func prefixVersion() throws {
    let prefix = try #require(RemotePrefix("10.0.0.0/8"))
    let traffic = SecurityGroupTraffic(direction: .ingress, ethertype: .ipv6, ipProtocol: .tcp, remotePrefix: prefix)
    #expect(Self.fault(traffic) == .prefixVersion(.ipv6, prefix: "10.0.0.0/8"))
    let ports = SecurityGroupTraffic(direction: .ingress, ethertype: .ipv6, portRangeMin: 1, remotePrefix: prefix)
    #expect(Self.fault(ports) == .portsWithoutProtocol)
    let wide = try #require(RemotePrefix("::/0"))
    let icmp = SecurityGroupTraffic(direction: .ingress, ethertype: .ipv4, ipProtocol: .ipv6ICMP, remotePrefix: wide)
    #expect(Self.fault(icmp) == .prefixVersion(.ipv4, prefix: "::/0"))
  }

  @Test("rules mean the same by name or number and however 'from anywhere' is written")
  func meaning() throws {
    func meaning(_ ipProtocol: String, _ prefix: String?) -> SecurityGroupTraffic.Meaning {
      SecurityGroupTraffic(
        direction: .ingress, ethertype: .ipv4, ipProtocol: IPProtocol(ipProtocol),
        remotePrefix: prefix.flatMap { RemotePrefix($0) }
      ).meaning
    }
    #expect(meaning("tcp", nil) == meaning("6", "0.0.0.0/0"))
    #expect(meaning("tcp", nil) != meaning("udp", nil))
    #expect(meaning("ip", nil) == meaning("0", nil))
    // Upstream compares what was written.
    #expect(meaning("tcp", "10.0.0.5/8") != meaning("tcp", "10.0.0.0/8"))
    #expect(meaning("tcp", "10.0.0.5") == meaning("tcp", "10.0.0.5/32"))
  }
}
