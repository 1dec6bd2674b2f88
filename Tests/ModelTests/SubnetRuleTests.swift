import Model
import Testing

@Suite("What a subnet may be")
struct SubnetRuleTests {
  private func subnet(_ cidr: String, _ change: (inout Subnet) throws -> Void = { _ in }) throws -> Subnet {
    let prefix = try #require(IPNetwork(cidr))
    var subnet = Subnet(
      id: UUID(), networkID: UUID(), projectID: "p", cidr: prefix, gatewayIP: prefix.defaultGateway,
      allocationPools: prefix.defaultPools(without: prefix.defaultGateway), createdAt: Timestamp(microseconds: 0),
      updatedAt: Timestamp(microseconds: 0))
    try change(&subnet)
    return subnet
  }

  private func violation(of subnet: Subnet) -> SubnetViolation? {
    do {
      try subnet.checkNew(limits: SubnetLimits(), namesGateway: true)
      return nil
    } catch let violation {
      return violation
    }
  }

  @Test("prefixes are judged with and without DHCP")
  func prefixes() throws {
    let cases: [(cidr: String, dhcp: SubnetViolation?, plain: SubnetViolation?)] = [
      ("10.0.0.0/30", nil, nil), ("10.0.0.0/31", .prefixTooLongForDHCP, nil),
      ("10.0.0.1/32", .prefixTooLongForDHCP, nil),
      ("0.0.0.0/0", .prefixWithoutLength, .prefixWithoutLength), ("0.0.0.0/8", .zeroNetworkWithDHCP, nil),
      ("224.0.0.0/24", .multicastWithDHCP, nil), ("239.0.0.0/8", .multicastWithDHCP, nil),
      ("127.0.0.0/24", .loopbackWithDHCP, nil), ("2001:db8::/64", nil, nil), ("2001:db8::/126", nil, nil),
      ("2001:db8::/127", .prefixTooLongForDHCP, nil), ("::/64", .unspecifiedPrefix, .unspecifiedPrefix),
      ("ff02::/64", .multicastWithDHCP, nil), ("::1/128", .prefixTooLongForDHCP, nil),
    ]
    for test in cases {
      // The gateways of the smallest prefixes are judged elsewhere.
      #expect(violation(of: try subnet(test.cidr) { $0.gatewayIP = nil }) == test.dhcp, "\(test.cidr)")
      let plain = try subnet(test.cidr) { ($0.gatewayIP, $0.enableDHCP) = (nil, false) }
      #expect(violation(of: plain) == test.plain, "\(test.cidr)")
    }
  }

  @Test("a gateway is no address that IPv4 reserves, of the same version, and otherwise anywhere")
  func gateways() throws {
    let cases: [(cidr: String, gateway: String, expected: SubnetViolation?)] = [
      ("10.0.0.0/24", "10.0.0.1", nil), ("10.0.0.0/24", "10.0.0.0", .reservedGateway),
      ("10.0.0.0/24", "10.0.0.255", .reservedGateway), ("10.0.0.0/24", "192.168.0.1", nil),
      ("10.0.0.0/24", "fe80::1", .otherVersion(name: "gateway_ip", value: "fe80::1")),
      ("2001:db8::/64", "2001:db8::", nil), ("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", nil),
      ("2001:db8::/64", "fe80::1", nil),
      ("2001:db8::/64", "10.0.0.1", .otherVersion(name: "gateway_ip", value: "10.0.0.1")),
    ]
    for test in cases {
      let subnet = try subnet(test.cidr) { $0.gatewayIP = IPAddress(test.gateway) }
      #expect(violation(of: subnet) == test.expected, "\(test.gateway)")
    }
  }

  @Test("IPv6's modes go together as upstream has them")
  func modes() throws {
    let all: [IPv6Mode?] = [nil] + IPv6Mode.allCases.map { $0 }
    for ra in all {
      for address in all {
        let both = try subnet("2001:db8::/64") { ($0.ipv6RAMode, $0.ipv6AddressMode) = (ra, address) }
        let differ = ra.flatMap { ra in address.map { SubnetViolation.modesDiffer(ra: ra, address: $0) } }
        #expect(violation(of: both) == (ra == address ? nil : differ))
        var plain = both
        plain.enableDHCP = false
        #expect(violation(of: plain) == (ra == nil && address == nil ? nil : .modeWithoutDHCP))
        // An automatic address has an interface's half of 64 bits.
        let longer = try subnet("2001:db8::/80") { ($0.ipv6RAMode, $0.ipv6AddressMode) = (ra, address) }
        if ra == address || ra == nil || address == nil {
          #expect(violation(of: longer) == (longer.isAutoAddressed ? .autoAddressPrefixLength : nil))
        }
        #expect(both.isAutoAddressed == [.slaac, .dhcpv6Stateless].contains { $0 == ra || $0 == address })
      }
    }
    let four = try subnet("10.0.0.0/24") { $0.ipv6RAMode = .slaac }
    #expect(violation(of: four) == .modeOfIPv4(name: "ipv6_ra_mode"))
    let other = try subnet("10.0.0.0/24") { $0.ipv6AddressMode = .slaac }
    #expect(violation(of: other) == .modeOfIPv4(name: "ipv6_address_mode"))
  }

  @Test("name servers and routes are few, and of the subnet's version")
  func lists() throws {
    let server = try #require(IPAddress("10.0.0.2"))
    let route = HostRoute(destination: try #require(IPNetwork("10.9.0.0/16")), nextHop: server)
    #expect(violation(of: try subnet("10.0.0.0/24") { $0.dnsNameservers = Array(repeating: server, count: 5) }) == nil)
    #expect(
      violation(of: try subnet("10.0.0.0/24") { $0.dnsNameservers = Array(repeating: server, count: 6) })
        == .tooManyNameservers(limit: 5))
    #expect(violation(of: try subnet("10.0.0.0/24") { $0.hostRoutes = Array(repeating: route, count: 20) }) == nil)
    #expect(
      violation(of: try subnet("10.0.0.0/24") { $0.hostRoutes = Array(repeating: route, count: 21) })
        == .tooManyHostRoutes(limit: 20))
    #expect(
      violation(of: try subnet("2001:db8::/64") { $0.dnsNameservers = [server] })
        == .otherVersion(name: "dns_nameserver", value: "10.0.0.2"))
    #expect(
      violation(of: try subnet("2001:db8::/64") { $0.hostRoutes = [route] })
        == .otherVersion(name: "nexthop", value: "10.0.0.2"))
  }

  @Test("pools lie among the hosts and apart from each other and from the gateway")
  func pools() throws {
    func pool(_ first: String, _ last: String) throws -> AllocationPool {
      AllocationPool(first: try #require(IPAddress(first)), last: try #require(IPAddress(last)))
    }
    let inside = try pool("10.0.0.10", "10.0.0.20")
    for (pools, expected) in [
      ([inside], nil), ([], nil), ([try pool("10.0.0.21", "10.0.0.30"), inside], nil),
      ([try pool("10.0.0.0", "10.0.0.9")], .poolOutOfBounds(try pool("10.0.0.0", "10.0.0.9"))),
      ([try pool("10.0.0.9", "10.0.0.255")], .poolOutOfBounds(try pool("10.0.0.9", "10.0.0.255"))),
      ([try pool("2001:db8::1", "2001:db8::2")], .poolOfOtherVersion(try pool("2001:db8::1", "2001:db8::2"))),
      ([try pool("10.0.0.20", "10.0.0.30"), inside], .poolsOverlap(inside, try pool("10.0.0.20", "10.0.0.30"))),
    ] as [([AllocationPool], SubnetViolation?)] {
      let subnet = try subnet("10.0.0.0/24") { $0.allocationPools = pools }
      var found: SubnetViolation?
      do { try subnet.checkPools() } catch let violation { found = violation }
      #expect(found == expected, "\(pools)")
    }
    let gateway = try #require(IPAddress("10.0.0.20"))
    let conflicting = try subnet("10.0.0.0/24") { ($0.gatewayIP, $0.allocationPools) = (gateway, [inside]) }
    #expect(throws: SubnetViolation.gatewayInPool(gateway, inside)) { try conflicting.checkGatewayOutsidePools() }
  }

  @Test("a change is judged by what it changes")
  func changes() throws {
    let before = try subnet("2001:db8::/64") { ($0.ipv6RAMode, $0.ipv6AddressMode) = (.slaac, .slaac) }
    func violation(_ change: (inout Subnet) -> Void) -> SubnetViolation? {
      var after = before
      change(&after)
      do {
        try after.checkChange(from: before, limits: SubnetLimits())
        return nil
      } catch let violation {
        return violation
      }
    }
    #expect(violation { $0.name = "other" } == nil)
    #expect(violation { $0.enableDHCP = false } == .dhcpNeededByMode)
    #expect(violation { $0.gatewayIP = nil } == nil)
    let inPool = before.allocationPools[0].first
    #expect(violation { $0.gatewayIP = inPool } == .gatewayInPool(inPool, before.allocationPools[0]))
    #expect(violation { $0.allocationPools = [] } == nil)
  }

  @Test("a network carries the smallest packets of a subnet's version")
  func mtu() throws {
    let (four, six) = (try subnet("10.0.0.0/24"), try subnet("2001:db8::/64"))
    for (mtu, subnet, minimum) in [
      (68, four, nil), (67, four, 68), (1280, six, nil), (1279, six, 1280), (67, six, 68),
    ] as [(Int, Subnet, Int?)] {
      var found: SubnetViolation?
      do { try subnet.checkMTU(mtu) } catch let violation { found = violation }
      #expect(found == minimum.map { .networkMTU(minimum: $0) }, "\(mtu)")
    }
  }

  @Test("a subnet that names no gateway gets the first host of IPv4, and of IPv6 the routers' address")
  func defaultGateways() throws {
    for (cidr, gateway, first) in [
      ("10.0.0.0/24", "10.0.0.1", "10.0.0.1"), ("255.255.255.255/32", nil, nil),
      ("2001:db8::/64", "2001:db8::", "2001:db8::1"),
      (
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil
      ),
    ] as [(String, String?, String?)] {
      let prefix = try #require(IPNetwork(cidr))
      #expect(prefix.defaultGateway?.description == gateway && prefix.firstAfterNetwork?.description == first)
    }
  }
}
