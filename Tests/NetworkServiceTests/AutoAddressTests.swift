import JSON
import NIOHTTP1
import Testing

@Suite("Addresses of IPv6 and of several subnets")
struct AutoAddressTests {
  private static let mac = "fa:16:3e:5b:95:3c"
  private static let automatic = "2001:db8::f816:3eff:fe5b:953c"

  private func slaac(_ cloud: TestCloud, _ network: String, _ cidr: String = "2001:db8::/64") async throws -> String {
    try await cloud.subnet(
      network, ["cidr": .string(cidr), "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"]
    ).text("id")
  }

  private func port(
    _ cloud: TestCloud, _ network: String, _ members: [String: JSONValue] = [:]
  ) async throws -> JSONValue {
    try await cloud.create("port", .object(members.merging(["network_id": .string(network)]) { $1 }))
  }

  @Test("a port gets one address of each version and an automatic one of every such subnet")
  func newPort() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"])
      _ = try await cloud.subnet(network, ["cidr": "10.1.0.0/24"])
      _ = try await cloud.subnet(
        network,
        ["cidr": "2001:db8:9::/64", "ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful"])
      _ = try await slaac(cloud, network)
      _ = try await cloud.subnet(network, ["cidr": "2001:db8:1::/64", "ipv6_address_mode": "dhcpv6-stateless"])
      let addresses = try await port(cloud, network, ["mac_address": .string(Self.mac)]).addresses
      #expect(addresses.count == 4)
      #expect(addresses.filter { $0.hasPrefix("10.") }.count == 1)
      #expect(addresses.filter { $0.hasPrefix("2001:db8:9:") }.count == 1)
      #expect(addresses.contains(Self.automatic) && addresses.contains("2001:db8:1:0:f816:3eff:fe5b:953c"))
    }
  }

  @Test("ports that are there already get their addresses with the subnet, and lose them with it")
  func existingPorts() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"])
      let own = try await port(cloud, network, ["mac_address": .string(Self.mac)])
      let id = try own.text("id")
      let router = try await port(cloud, network, ["device_owner": "network:router_interface"]).text("id")
      let before = own.addresses
      let subnet = try await slaac(cloud, network)
      #expect(try await Set(cloud.addresses(id)) == Set(before + [Self.automatic]))
      #expect(try await cloud.addresses(router).count == 1)
      let revision = try #require(try await cloud.port(id)["revision_number"]?.integer)
      #expect(revision > (own["revision_number"]?.integer ?? 0))
      // The subnet may be deleted although ports have its addresses, but not from under a router.
      let claim: JSONValue = ["fixed_ips": [["subnet_id": .string(subnet), "ip_address": "2001:db8::"]]]
      #expect(try await cloud.change("ports/\(router)", "port", claim).status == 200)
      let inUse = try await cloud.send(.DELETE, "/v2.0/subnets/\(subnet)")
      #expect(inUse.status == 409 && inUse.errorType == "SubnetInUse")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(router)").status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/subnets/\(subnet)").status == 204)
      #expect(try await cloud.addresses(id) == before)
    }
  }

  @Test("an automatic address follows the MAC address and stays when the others change")
  func macChange() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let four = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"]).text("id")
      _ = try await slaac(cloud, network)
      let id = try await port(cloud, network, ["mac_address": .string(Self.mac)]).text("id")
      let before = try await cloud.addresses(id)
      let moved = try await cloud.change("ports/\(id)", "port", ["mac_address": "fa:16:3e:00:00:01"])
      #expect(moved.status == 200)
      let after = try await cloud.addresses(id)
      #expect(Set(after) == Set(before).subtracting([Self.automatic]).union(["2001:db8::f816:3eff:fe00:1"]))
      #expect(try await cloud.change("ports/\(id)", "port", ["fixed_ips": []]).status == 200)
      #expect(try await cloud.addresses(id) == ["2001:db8::f816:3eff:fe00:1"])
      let again = try await cloud.change("ports/\(id)", "port", ["fixed_ips": [["subnet_id": .string(four)]]])
      #expect(again.body?["port"]?.addresses.count == 2)
      // The MAC address's old one is free for the next.
      #expect(try await port(cloud, network, ["mac_address": .string(Self.mac)]).addresses.contains(Self.automatic))
    }
  }

  @Test("addresses that a subnet does not give are refused with upstream's exceptions")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let four = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"]).text("id")
      let automatic = try await slaac(cloud, network)
      _ = try await port(cloud, network, ["fixed_ips": [["ip_address": "10.0.0.7"]]])
      let other = try await cloud.emptyNetwork()
      let foreign = try await cloud.subnet(other, ["cidr": "10.0.0.0/24"]).text("id")
      let unknown = "3f1c1d5e-0f0e-4f5c-8f0e-0d7a6d1c2b3a"
      let cases: [([String: JSONValue], Int, String)] = [
        (["ip_address": "10.0.0.7"], 409, "IpAddressAlreadyAllocated"),
        (["ip_address": "10.9.0.7"], 400, "InvalidIpForNetwork"),
        (["ip_address": "10.0.0.255", "subnet_id": .string(four)], 400, "InvalidIpForSubnet"),
        (["ip_address": "10.0.0.0"], 400, "InvalidIpForNetwork"),
        (["subnet_id": .string(foreign)], 400, "InvalidInput"),
        (["subnet_id": .string(unknown)], 404, "SubnetNotFound"), ([:], 400, "InvalidInput"),
        (["ip_address": "2001:db8::7", "subnet_id": .string(automatic)], 400, "AllocationOnAutoAddressSubnet"),
      ]
      for (fixedIP, status, type) in cases {
        let answer = try await cloud.send(
          .POST, "/v2.0/ports",
          body: ["port": ["network_id": .string(network), "fixed_ips": [.object(fixedIP)]]])
        #expect(answer.status == status && answer.errorType == type, "\(fixedIP) \(String(describing: answer.body))")
      }
      let empty = try await cloud.emptyNetwork()
      let answer = try await cloud.send(
        .POST, "/v2.0/ports", body: ["port": ["network_id": .string(empty), "fixed_ips": [["ip_address": "10.0.0.7"]]]])
      #expect(answer.status == 400)
      #expect(answer.errorMessage == "Invalid input for operation: IP allocation requires subnets for network.")
    }
  }

  @Test("subnets with service types serve those owners only, and DHCP everywhere")
  func serviceTypes() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24", "service_types": ["compute:nova"]])
      let refused = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
      #expect(refused.status == 409 && refused.errorType == "IpAddressGenerationFailureNoMatchingSubnet")
      #expect(
        refused.errorMessage == "No valid service subnet for the given device owner, network \(network), service type ."
      )
      #expect(try await port(cloud, network, ["device_owner": "network:dhcp"]).addresses == ["10.0.0.2"])
      #expect(try await port(cloud, network, ["device_owner": "compute:nova"]).addresses[0].hasPrefix("10.0."))
      _ = try await cloud.subnet(network, ["cidr": "10.1.0.0/24"])
      #expect(try await port(cloud, network).addresses[0].hasPrefix("10.1."))
      #expect(try await port(cloud, network, ["device_owner": "compute:nova"]).addresses[0].hasPrefix("10.0."))
    }
  }

  @Test("the first subnet that has an address left gives it")
  func severalSubnets() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      for number in 0..<3 {
        _ = try await cloud.subnet(network, ["cidr": .string("10.0.\(number).0/30")])
      }
      var all: [String] = []
      for _ in 0..<3 { all += try await port(cloud, network).addresses }
      #expect(all == ["10.0.0.2", "10.0.1.2", "10.0.2.2"])
      let full = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
      #expect(full.status == 409 && full.errorType == "IpAddressGenerationFailure")
    }
  }

  @Test("sixty-four clients at once get every address of a subnet once, and none is lost")
  func concurrency() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24", "gateway_ip": nil])
      _ = try await slaac(cloud, network)
      let addresses = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<64 {
          group.addTask {
            var addresses: [String] = []
            // Each makes five and deletes one of them: 256 are wanted at last, of the 254 that there are.
            for number in 0..<5 {
              let answer = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
              guard answer.status == 201, let port = answer.body?["port"] else {
                #expect(answer.errorType == "IpAddressGenerationFailure")
                continue
              }
              if number == 2 {
                #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port.text("id"))").status == 204)
              } else {
                addresses += port.addresses.filter { $0.hasPrefix("10.") }
              }
            }
            return addresses
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(Set(addresses).count == addresses.count)
      // Whoever came too late left room for nobody else: what is still free can be had.
      var rest = 254 - addresses.count
      while rest > 0 {
        let port = try await port(cloud, network)
        #expect(!addresses.contains { port.addresses.contains($0) })
        rest -= 1
      }
      let full = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
      #expect(full.status == 409 && full.errorType == "IpAddressGenerationFailure")
    }
  }
}
