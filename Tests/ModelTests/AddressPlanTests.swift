import Model
import Testing

@Suite("Which addresses a port gets")
struct AddressPlanTests {
  private static let network = UUID()
  private static let time = Timestamp(microseconds: 0)

  private func subnet(_ cidr: String, mode: IPv6Mode? = nil, serviceTypes: [String] = []) throws -> Subnet {
    let prefix = try #require(IPNetwork(cidr))
    return Subnet(
      id: UUID(), networkID: Self.network, projectID: "p", cidr: prefix, gatewayIP: nil,
      allocationPools: prefix.defaultPools(without: nil), ipv6RAMode: mode, ipv6AddressMode: mode,
      serviceTypes: serviceTypes, createdAt: Self.time, updatedAt: Self.time)
  }

  private func port(owner: String = "", mac: UInt64 = 0xFA16_3E00_0001, _ fixedIPs: [FixedIP] = []) -> Port {
    Port(
      id: UUID(), networkID: Self.network, projectID: "p", macAddress: MACAddress(bits: mac), deviceOwner: owner,
      fixedIPs: fixedIPs, createdAt: Self.time, updatedAt: Self.time)
  }

  private func request(_ address: String? = nil, of subnet: Subnet? = nil) throws -> FixedIPRequest {
    FixedIPRequest(subnetID: subnet?.id, address: try address.map { try #require(IPAddress($0)) })
  }

  private func ip(_ subnet: Subnet, _ address: String) throws -> FixedIP {
    FixedIP(subnetID: subnet.id, address: try #require(IPAddress(address)))
  }

  private func refusal(
    _ requests: [FixedIPRequest]?, for port: Port, subnets: [Subnet]
  ) -> AddressRefusal? {
    do {
      _ = try AddressPlan(requests, for: port, before: nil, subnets: subnets)
      return nil
    } catch let refusal {
      return refusal
    }
  }

  @Test("a port that names no address gets one of each version and all automatic ones")
  func newPort() throws {
    let four = [try subnet("10.0.0.0/24"), try subnet("10.0.1.0/24")]
    let stateful = try subnet("2001:db8::/64", mode: .dhcpv6Stateful)
    let manual = try subnet("2001:db8:1::/64")
    let automatic = [
      try subnet("2001:db8:2::/64", mode: .slaac), try subnet("2001:db8:3::/64", mode: .dhcpv6Stateless),
    ]
    let plan = try AddressPlan(nil, for: port(), before: nil, subnets: four + [stateful] + automatic + [manual])
    #expect(plan.anyOf.map { $0.map(\.id) } == [four.map(\.id), [stateful.id, manual.id]])
    #expect(
      plan.wanted == [
        try ip(automatic[0], "2001:db8:2::f816:3eff:fe00:1"), try ip(automatic[1], "2001:db8:3::f816:3eff:fe00:1"),
      ])
    #expect(plan.kept.isEmpty && plan.released.isEmpty)
    #expect(try AddressPlan(nil, for: port(), before: nil, subnets: []) == AddressPlan())
    #expect(try AddressPlan([], for: port(), before: nil, subnets: four) == AddressPlan())
    // Automatic addresses come with a port that wants none.
    #expect(try AddressPlan([], for: port(), before: nil, subnets: four + automatic).wanted.count == 2)
  }

  @Test("a router's port has no automatic addresses, and may have any of such a subnet")
  func routers() throws {
    let automatic = try subnet("2001:db8::/64", mode: .slaac)
    let router = port(owner: "network:router_interface")
    #expect(try AddressPlan(nil, for: router, before: nil, subnets: [automatic]) == AddressPlan())
    let first = try AddressPlan([request("2001:db8::")], for: router, before: nil, subnets: [automatic])
    #expect(first.wanted == [try ip(automatic, "2001:db8::")])
    let any = try AddressPlan([request(of: automatic)], for: router, before: nil, subnets: [automatic])
    #expect(any.anyOf == [[automatic]])
  }

  @Test("subnets for certain services are taken first by those, and by nobody else")
  func serviceTypes() throws {
    let (plain, nova) = (try subnet("10.0.0.0/24"), try subnet("10.0.1.0/24", serviceTypes: ["compute:nova"]))
    let guest = try AddressPlan(nil, for: port(owner: "compute:nova"), before: nil, subnets: [plain, nova])
    #expect(guest.anyOf == [[nova, plain]])
    #expect(try AddressPlan(nil, for: port(owner: "x"), before: nil, subnets: [plain, nova]).anyOf == [[plain]])
    #expect(refusal(nil, for: port(owner: "x"), subnets: [nova]) == .noSubnetForOwner)
    #expect(refusal(try [request(of: nova)], for: port(owner: "x"), subnets: [plain, nova]) == .otherSubnet(nova.id))
    // DHCP serves every subnet that it is enabled on.
    #expect(try AddressPlan(nil, for: port(owner: "network:dhcp"), before: nil, subnets: [nova]).anyOf == [[nova]])
  }

  @Test("addresses that are asked for are refused with upstream's reasons")
  func refusals() throws {
    let (four, automatic) = (try subnet("10.0.0.0/24"), try subnet("2001:db8::/64", mode: .slaac))
    let six = try subnet("2001:db8:1::/64")
    let all = [four, automatic, six]
    let foreign = UUID()
    let cases: [(FixedIPRequest, AddressRefusal?, String)] = [
      (try request("10.0.0.7"), nil, ""),
      (try request("10.0.0.0"), .notOfNetwork(try #require(IPAddress("10.0.0.0"))), ""),
      (try request("10.0.0.255", of: four), .notOfSubnet(try #require(IPAddress("10.0.0.255"))), ""),
      (try request("10.0.1.1"), .notOfNetwork(try #require(IPAddress("10.0.1.1"))), ""),
      (FixedIPRequest(subnetID: foreign), .otherSubnet(foreign), ""), (FixedIPRequest(), .neitherSubnetNorAddress, ""),
      (
        try request("2001:db8::5"), .autoAddressedSubnet(try #require(IPAddress("2001:db8::5")), subnet: automatic.id),
        ""
      ),
      (try request("2001:db8::f816:3eff:fe00:1"), nil, ""), (try request("2001:db8:1::"), nil, ""),
      (try request("2001:db8:1::"), .notOfNetwork(try #require(IPAddress("2001:db8:1::"))), "compute:nova"),
      (try request("2001:db8:1::"), nil, "network:router_gateway"),
    ]
    for (request, expected, owner) in cases {
      #expect(refusal([request], for: port(owner: owner), subnets: all) == expected, "\(request)")
    }
    #expect(refusal([try request("10.0.0.7")], for: port(), subnets: []) == .networkWithoutSubnets)
    // The automatic address is taken once, although it was asked for.
    let asked = try AddressPlan([request("2001:db8::f816:3eff:fe00:1")], for: port(), before: nil, subnets: all)
    #expect(asked.wanted.count == 1 && asked.anyOf.isEmpty)
  }

  @Test("a port keeps what is asked for again, and gives back the rest but for automatic addresses")
  func reassignment() throws {
    let (four, other, automatic) = (
      try subnet("10.0.0.0/24"), try subnet("10.0.1.0/24"), try subnet("2001:db8::/64", mode: .slaac)
    )
    let all = [four, other, automatic]
    let own = [
      try ip(four, "10.0.0.7"), try ip(four, "10.0.0.8"), try ip(automatic, "2001:db8::f816:3eff:fe00:1"),
    ]
    let before = port(own)
    func plan(_ requests: [FixedIPRequest]?) throws -> AddressPlan {
      try AddressPlan(requests, for: before, before: before, subnets: all)
    }
    #expect(try plan(nil) == AddressPlan(kept: own))
    let named = try plan([request(of: four), request("10.0.0.8")])
    #expect(named.kept == [own[1], own[0], own[2]] && named.released.isEmpty && named.wanted.isEmpty)
    #expect(try plan([]) == AddressPlan(kept: [own[2]], released: [own[0], own[1]]))
    let moved = try plan([request(of: other), request("10.0.0.9")])
    #expect(moved.anyOf == [[other]])
    #expect(moved.wanted == [try ip(four, "10.0.0.9")])
    #expect(moved.released == [own[0], own[1]] && moved.kept == [own[2]])
  }

  @Test("a new MAC address brings new automatic addresses and leaves the others alone")
  func macChange() throws {
    let (four, automatic) = (try subnet("10.0.0.0/24"), try subnet("2001:db8::/64", mode: .slaac))
    let own = [try ip(four, "10.0.0.7"), try ip(automatic, "2001:db8::f816:3eff:fe00:1")]
    let before = port(own)
    var after = before
    after.macAddress = MACAddress(bits: 0xFA16_3E00_0002)
    let plan = try AddressPlan(nil, for: after, before: before, subnets: [four, automatic])
    #expect(plan.kept == [own[0]] && plan.released == [own[1]])
    #expect(plan.wanted == [try ip(automatic, "2001:db8::f816:3eff:fe00:2")])
  }
}
