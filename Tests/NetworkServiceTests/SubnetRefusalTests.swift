import JSON
import NIOHTTP1
import Testing

@Suite("Refused subnets")
struct SubnetRefusalTests {
  private struct Refusal: Sendable {
    var body: [String: JSONValue]
    var type: String
    var message: String
    var status = 400
  }

  private static let refusals: [Refusal] = [
    Refusal(
      body: ["cidr": "10.0.0.0/33"], type: "InvalidInput",
      message: "Invalid input for operation: 10.0.0.0/33 is not in a CIDR format."),
    Refusal(
      body: ["cidr": nil], type: "InvalidInput", message: "Invalid input for operation: None is not in a CIDR format."),
    Refusal(
      body: ["cidr": "2001:db8::/64", "ip_version": 4], type: "InvalidInput",
      message: "Invalid input for operation: cidr '2001:db8::/64' does not match the ip_version '4'."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "ip_version": 5], type: "HTTPBadRequest",
      message: "Invalid input for ip_version. Reason: 5 is not in [4, 6]."),
    Refusal(
      body: [:], type: "BadRequest",
      message: "Bad subnets request: a subnetpool must be specified in the absence of a cidr."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "prefixlen": 24], type: "BadRequest",
      message: "Bad subnets request: cidr and prefixlen must not be supplied together."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.0"], type: "InvalidInput",
      message: "Invalid input for operation: Gateway is not valid on subnet."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "gateway_ip": "2001:db8::1"], type: "InvalidInput",
      message: "Invalid input for operation: gateway_ip '2001:db8::1' does not match the ip_version '4'."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "gateway_ip": "x"], type: "HTTPBadRequest",
      message: "Invalid input for gateway_ip. Reason: 'x' is not a valid IP address."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "10.0.0.9", "end": "10.0.0.8"]]],
      type: "InvalidAllocationPool",
      message: "The allocation pool {'start': '10.0.0.9', 'end': '10.0.0.8'} is not valid."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "2001:db8::1", "end": "2001:db8::2"]]],
      type: "InvalidAllocationPool", message: "The allocation pool 2001:db8::1-2001:db8::2 is not valid."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "10.0.0.9", "end": "10.0.1.8"]]],
      type: "OutOfBoundsAllocationPool",
      message: "The allocation pool 10.0.0.9-10.0.1.8 spans beyond the subnet cidr 10.0.0.0/24."),
    Refusal(
      body: [
        "cidr": "10.0.0.0/24",
        "allocation_pools": [["start": "10.0.0.9", "end": "10.0.0.20"], ["start": "10.0.0.20", "end": "10.0.0.30"]],
      ],
      type: "OverlappingAllocationPools",
      message: "Found overlapping allocation pools: 10.0.0.9-10.0.0.20 10.0.0.20-10.0.0.30 for subnet 10.0.0.0/24.",
      status: 409),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "10.0.0.1", "end": "10.0.0.20"]]],
      type: "GatewayConflictWithAllocationPools",
      message: "Gateway ip 10.0.0.1 conflicts with allocation pool 10.0.0.1-10.0.0.20.", status: 409),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "10.0.0.1"]]], type: "HTTPBadRequest",
      message: "Invalid input for allocation_pools. Reason: Validation of dictionary's keys failed. Expected keys: "
        + "{'start', 'end'} Provided keys: {'start'}."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "x", "end": "10.0.0.3"]]], type: "HTTPBadRequest",
      message: "Invalid input for allocation_pools. Reason: 'x' is not a valid IP address."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "dns_nameservers": ["10.0.0.2", "10.0.0.2"]], type: "HTTPBadRequest",
      message: "Invalid input for dns_nameservers. Reason: Duplicate nameserver '10.0.0.2'."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "dns_nameservers": ["x"]], type: "HTTPBadRequest",
      message:
        "Invalid input for dns_nameservers. Reason: 'x' is not a valid nameserver. 'x' is not a valid IP address."
    ),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "dns_nameservers": .array((1...6).map { .string("10.0.0.\($0)") })],
      type: "DNSNameServersExhausted",
      message: "Unable to complete operation for new subnet. The number of DNS nameservers exceeds the limit 5."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "dns_nameservers": ["2001:db8::1"]], type: "InvalidInput",
      message: "Invalid input for operation: dns_nameserver '2001:db8::1' does not match the ip_version '4'."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "host_routes": [["destination": "10.9.0.1/16", "nexthop": "10.0.0.1"]]],
      type: "HTTPBadRequest", message: "Invalid input for host_routes. Reason: '10.9.0.1/16' is not a valid CIDR."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "host_routes": [["destination": "127.0.0.0/8", "nexthop": "10.0.0.1"]]],
      type: "HTTPBadRequest", message: "Invalid input for host_routes. Reason: '127.0.0.0/8' is not a routable CIDR."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "host_routes": [["destination": "2001:db8::/64", "nexthop": "10.0.0.1"]]],
      type: "InvalidInput",
      message: "Invalid input for operation: destination '2001:db8::/64' does not match the ip_version '4'."),
    Refusal(
      body: [
        "cidr": "10.0.0.0/24",
        "host_routes": .array((0...20).map { ["destination": .string("10.\($0).0.0/16"), "nexthop": "10.0.0.1"] }),
      ],
      type: "HostRoutesExhausted",
      message: "Unable to complete operation for new subnet. The number of host routes exceeds the limit 20."),
    Refusal(
      body: ["cidr": "10.0.0.0/31"], type: "InvalidInput",
      message: "Invalid input for operation: Subnet has a prefix length that is incompatible with DHCP service enabled."
    ),
    Refusal(
      body: ["cidr": "0.0.0.0/0", "enable_dhcp": false], type: "InvalidInput",
      message: "Invalid input for operation: 0 is not allowed as CIDR prefix length."),
    Refusal(
      body: ["cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"],
      type: "InvalidInput",
      message: "Invalid input for operation: ipv6_ra_mode set to 'slaac' with ipv6_address_mode set to "
        + "'dhcpv6-stateful' is not valid. If both attributes are set, they must be the same value."),
    Refusal(
      body: ["cidr": "2001:db8::/63", "ipv6_ra_mode": "slaac"], type: "InvalidInput",
      message:
        "Invalid input for operation: Invalid CIDR 2001:db8::/63 for IPv6 address mode. OpenStack uses the EUI-64 "
        + "address format, which requires the prefix to be /64."),
    Refusal(
      body: ["cidr": "2001:db8::/64", "ipv6_ra_mode": "slaac", "enable_dhcp": false], type: "InvalidInput",
      message:
        "Invalid input for operation: ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to "
        + "False."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "ipv6_ra_mode": "slaac"], type: "InvalidInput",
      message: "Invalid input for operation: ipv6_ra_mode is not valid when ip_version is 4."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "service_types": ["odd"]], type: "InvalidSubnetServiceType",
      message: "Subnet service type odd does not correspond to a valid device owner."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "service_types": [7]], type: "InvalidInputSubnetServiceType",
      message: "Subnet service type 7 is not a string."),
    Refusal(
      body: ["cidr": "10.0.0.0/24", "subnetpool_id": "3f1c1d5e-0f0e-4f5c-8f0e-0d7a6d1c2b3a"],
      type: "SubnetPoolNotFound",
      message: "Subnet pool 3f1c1d5e-0f0e-4f5c-8f0e-0d7a6d1c2b3a could not be found.", status: 404),
    Refusal(
      body: ["use_default_subnetpool": true], type: "BadRequest",
      message: "Bad subnets request: No default subnetpool found for IPv4."),
    Refusal(
      body: [
        "use_default_subnetpool": true, "subnetpool_id": "3f1c1d5e-0f0e-4f5c-8f0e-0d7a6d1c2b3a",
      ],
      type: "BadRequest",
      message: "Bad subnets request: subnetpool_id and use_default_subnetpool cannot both be specified."),
  ]

  @Test("subnets that cannot be are refused with upstream's exceptions and in its words")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      for refusal in Self.refusals {
        let answer = try await cloud.askSubnet(network, refusal.body)
        #expect(answer.status == refusal.status, "\(refusal.message)")
        #expect(answer.errorType == refusal.type)
        #expect(answer.errorMessage == refusal.message)
      }
      #expect(try await cloud.get("/v2.0/subnets").body?["subnets"] == [])
    }
  }

  @Test("a network whose packets are too small for IPv6 gets no such subnet")
  func mtu() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork(["mtu": 1000])
      let answer = try await cloud.askSubnet(network, ["cidr": "2001:db8::/64"])
      #expect(answer.status == 409 && answer.errorType == "NetworkMTUSubnetConflict")
      #expect(answer.errorMessage == "MTU of \(network) is not valid, subnet requires a minimum of 1280")
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"])
    }
  }
}
