import JSON
import NIOHTTP1
import Testing

@Suite("Subnets")
struct SubnetTests {
  @Test("a subnet that names nothing but its prefix has upstream's gateway and pools, in both versions")
  func defaults() async throws {
    try await TestCloud.serve { cloud in
      let cases: [(cidr: String, shown: String, gateway: JSONValue, pools: [String], dhcp: Bool)] = [
        ("10.0.0.0/24", "10.0.0.0/24", "10.0.0.1", ["10.0.0.2-10.0.0.254"], true),
        // Host bits that are set are cleared.
        ("10.1.0.77/24", "10.1.0.0/24", "10.1.0.1", ["10.1.0.2-10.1.0.254"], true),
        ("10.2.0.0/31", "10.2.0.0/31", "10.2.0.1", ["10.2.0.0-10.2.0.0"], false),
        ("10.3.0.1", "10.3.0.1/32", "10.3.0.2", ["10.3.0.1-10.3.0.1"], false),
        ("2001:db8::/64", "2001:db8::/64", "2001:db8::", ["2001:db8::1-2001:db8::ffff:ffff:ffff:ffff"], true),
        ("2001:DB8:1:0::5/126", "2001:db8:1::4/126", "2001:db8:1::4", ["2001:db8:1::5-2001:db8:1::7"], true),
      ]
      for test in cases {
        let network = try await cloud.emptyNetwork()
        let subnet = try await cloud.subnet(network, ["cidr": .string(test.cidr), "enable_dhcp": .bool(test.dhcp)])
        #expect(subnet["cidr"] == .string(test.shown) && subnet["gateway_ip"] == test.gateway, "\(subnet)")
        #expect(subnet.pools == test.pools)
        #expect(subnet["ip_version"] == (test.cidr.contains(":") ? 6 : 4))
        #expect(subnet["subnetpool_id"] == .null && subnet["service_types"] == [] && subnet["revision_number"] == 0)
        #expect(try await cloud.get("/v2.0/subnets/\(subnet.text("id"))").body?["subnet"] == subnet)
      }
    }
  }

  @Test("gateways may be absent or outside, and cut the pools in two")
  func gateways() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let none = try await cloud.subnet(network, ["cidr": "10.0.0.0/24", "gateway_ip": nil])
      #expect(none["gateway_ip"] == .null && none.pools == ["10.0.0.1-10.0.0.254"])
      let outside = try await cloud.subnet(network, ["cidr": "10.1.0.0/24", "gateway_ip": "192.168.1.1"])
      #expect(outside["gateway_ip"] == "192.168.1.1" && outside.pools == ["10.1.0.1-10.1.0.254"])
      let middle = try await cloud.subnet(network, ["cidr": "10.2.0.0/24", "gateway_ip": "10.2.0.100"])
      #expect(middle.pools == ["10.2.0.1-10.2.0.99", "10.2.0.101-10.2.0.254"])
    }
  }

  @Test("an IPv6 subnet shows its modes and may not lose the DHCP that they need")
  func modes() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let modes: [String: JSONValue] = ["ipv6_ra_mode": "dhcpv6-stateful", "ipv6_address_mode": "dhcpv6-stateful"]
      let subnet = try await cloud.subnet(network, modes.merging(["cidr": "2001:db8::/64"]) { $1 })
      #expect(subnet["ipv6_ra_mode"] == "dhcpv6-stateful" && subnet["ipv6_address_mode"] == "dhcpv6-stateful")
      let id = try subnet.text("id")
      let refused = try await cloud.change("subnets/\(id)", "subnet", ["enable_dhcp": false])
      #expect(refused.status == 400 && refused.errorType == "InvalidInput")
      #expect(
        refused.errorMessage
          == "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.")
      let fixed = try await cloud.change("subnets/\(id)", "subnet", ["ipv6_ra_mode": "slaac"])
      #expect(fixed.status == 400 && fixed.errorMessage == "Cannot update read-only attribute ipv6_ra_mode")
    }
  }

  @Test("everything that can be changed is changed, counts the revision, and If-Match is heeded")
  func update() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let id = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"]).text("id")
      let change: JSONValue = [
        "name": "n", "description": "d", "gateway_ip": "10.0.0.254", "enable_dhcp": false,
        "allocation_pools": [["start": "10.0.0.10", "end": "10.0.0.20"]], "dns_nameservers": ["10.0.0.3", "10.0.0.2"],
        "host_routes": [["destination": "10.9.0.0/16", "nexthop": "10.0.0.9"]],
        "service_types": ["compute:nova", "network:dhcp"],
      ]
      let answer = try await cloud.change("subnets/\(id)", "subnet", change)
      let subnet = try #require(answer.body?["subnet"])
      for member in change.object?.members ?? [] { #expect(subnet[member.name] == member.value, "\(member.name)") }
      #expect(subnet["revision_number"] == 1)
      #expect(try await cloud.get("/v2.0/subnets/\(id)").body?["subnet"] == subnet)
      // The same again changes nothing.
      #expect(try await cloud.change("subnets/\(id)", "subnet", change).body?["subnet"] == subnet)
      let stale = try await cloud.send(
        .PUT, "/v2.0/subnets/\(id)", headers: [("If-Match", "revision_number=0")], body: ["subnet": ["name": "x"]])
      #expect(stale.status == 412 && stale.errorType == "RevisionNumberConstraintFailed")
      let cleared = try await cloud.change(
        "subnets/\(id)", "subnet",
        ["gateway_ip": nil, "dns_nameservers": [], "host_routes": nil, "service_types": [], "allocation_pools": []])
      let empty = try #require(cleared.body?["subnet"])
      #expect(empty["gateway_ip"] == .null && empty["dns_nameservers"] == [] && empty["host_routes"] == [])
      #expect(empty["service_types"] == [] && empty["allocation_pools"] == [])
    }
  }

  @Test("the gateway of a router is not taken away, and no pool may hold a gateway")
  func gatewayChanges() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let id = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"]).text("id")
      let inPool = try await cloud.change("subnets/\(id)", "subnet", ["gateway_ip": "10.0.0.7"])
      #expect(inPool.status == 409 && inPool.errorType == "GatewayConflictWithAllocationPools")
      #expect(
        inPool.errorMessage == "Gateway ip 10.0.0.7 conflicts with allocation pool 10.0.0.2-10.0.0.254.")
      let router = try await cloud.create(
        "port",
        [
          "network_id": .string(network), "device_owner": "network:router_interface",
          "fixed_ips": [["ip_address": "10.0.0.1"]],
        ]
      ).text("id")
      let inUse = try await cloud.change("subnets/\(id)", "subnet", ["gateway_ip": nil])
      #expect(inUse.status == 409 && inUse.errorType == "GatewayIpInUse")
      #expect(inUse.errorMessage == "Current gateway ip 10.0.0.1 already in use by port \(router). Unable to update.")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(router)").status == 204)
      let moved = try await cloud.change(
        "subnets/\(id)", "subnet",
        ["gateway_ip": "10.0.0.7", "allocation_pools": [["start": "10.0.0.8", "end": "10.0.0.9"]]])
      #expect(moved.status == 200 && moved.body?["subnet"]?.pools == ["10.0.0.8-10.0.0.9"])
    }
  }

  @Test("addresses outside new pools stay their ports', and only the pools are handed out")
  func poolChange() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork()
      let id = try await cloud.subnet(
        network, ["cidr": "10.0.0.0/24", "allocation_pools": [["start": "10.0.0.10", "end": "10.0.0.12"]]]
      ).text("id")
      var ports: [String] = []
      for _ in 0..<3 { ports.append(try await cloud.create("port", ["network_id": .string(network)]).text("id")) }
      let changed = try await cloud.change(
        "subnets/\(id)", "subnet", ["allocation_pools": [["start": "10.0.0.12", "end": "10.0.0.14"]]])
      #expect(changed.status == 200)
      var all: [String] = []
      for port in ports { all += try await cloud.addresses(port) }
      #expect(Set(all) == ["10.0.0.10", "10.0.0.11", "10.0.0.12"])
      for _ in 0..<2 { all += try await cloud.create("port", ["network_id": .string(network)]).addresses }
      #expect(Set(all) == Set((10...14).map { "10.0.0.\($0)" }))
      let full = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
      #expect(full.status == 409 && full.errorType == "IpAddressGenerationFailure")
      // What was given back outside the pools is not handed out again.
      for port in ports { _ = try await cloud.send(.DELETE, "/v2.0/ports/\(port)") }
      #expect(try await cloud.create("port", ["network_id": .string(network)]).addresses == ["10.0.0.12"])
    }
  }

  @Test("subnets of one network do not overlap, those of two may; both versions stand side by side")
  func overlap() async throws {
    try await TestCloud.serve { cloud in
      let (one, other) = (try await cloud.emptyNetwork(), try await cloud.emptyNetwork())
      for network in [one, other] {
        _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24"])
        _ = try await cloud.subnet(network, ["cidr": "2001:db8::/64"])
      }
      for cidr in ["10.0.0.0/16", "10.0.0.128/25", "2001:db8::/48", "2001:db8::5/128"] {
        let dhcp = JSONValue.bool(!cidr.hasSuffix("128"))
        let refused = try await cloud.askSubnet(one, ["cidr": .string(cidr), "enable_dhcp": dhcp])
        #expect(refused.status == 400 && refused.errorType == "InvalidInput", "\(cidr)")
        #expect(
          refused.errorMessage?.hasSuffix("for network: \(one) overlaps with another subnet.") == true, "\(cidr)")
      }
    }
  }

  @Test("a member makes subnets of its own networks only, and readers none")
  func rights() async throws {
    try await TestCloud.serve { cloud in
      let own = try await cloud.emptyNetwork(token: memberToken)
      let shared = try await cloud.emptyNetwork(["shared": true])
      let hidden = try await cloud.emptyNetwork()
      let subnet = try await cloud.subnet(own, ["cidr": "10.0.0.0/24"], token: memberToken).text("id")
      let sharedSubnet = try await cloud.subnet(shared, ["cidr": "10.1.0.0/24"]).text("id")
      let hiddenSubnet = try await cloud.subnet(hidden, ["cidr": "10.2.0.0/24"]).text("id")
      let forbidden = try await cloud.askSubnet(shared, ["cidr": "10.3.0.0/24"], token: memberToken)
      #expect(forbidden.status == 403 && forbidden.errorType == "PolicyNotAuthorized")
      #expect(try await cloud.askSubnet(hidden, ["cidr": "10.3.0.0/24"], token: memberToken).status == 404)
      let types = try await cloud.askSubnet(
        own, ["cidr": "10.3.0.0/24", "service_types": ["compute:nova"]], token: memberToken)
      #expect(types.status == 403)
      #expect(try await cloud.get("/v2.0/subnets/\(sharedSubnet)", token: memberToken).status == 200)
      #expect(try await cloud.get("/v2.0/subnets/\(hiddenSubnet)", token: memberToken).status == 404)
      let change: JSONValue = ["subnet": ["name": "x"]]
      for (id, status) in [(subnet, 200), (sharedSubnet, 403), (hiddenSubnet, 404)] {
        let answer = try await cloud.send(.PUT, "/v2.0/subnets/\(id)", token: memberToken, body: change)
        #expect(answer.status == status)
      }
      let listed = try await cloud.get("/v2.0/subnets?fields=id", token: memberToken).body?["subnets"]?.array
      #expect(Set((listed ?? []).compactMap { $0["id"]?.string }) == [subnet, sharedSubnet])
      for (id, status) in [(sharedSubnet, 403), (hiddenSubnet, 404), (subnet, 204)] {
        #expect(try await cloud.send(.DELETE, "/v2.0/subnets/\(id)", token: memberToken).status == status)
      }
      let reader = "reader of \(memberProject)"
      #expect(try await cloud.askSubnet(own, ["cidr": "10.5.0.0/24"], token: reader).status == 403)
    }
  }

  @Test("lists are filtered by every attribute that upstream filters by")
  func filters() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork(["shared": true])
      _ = try await cloud.subnet(network, ["cidr": "10.0.0.0/24", "name": "a", "gateway_ip": nil])
      _ = try await cloud.subnet(
        network, ["cidr": "2001:db8::/64", "name": "b", "ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"])
      _ = try await cloud.subnet(
        try await cloud.emptyNetwork(), ["cidr": "10.1.0.0/24", "name": "c", "enable_dhcp": false])
      for (query, names) in [
        ("ip_version=6", ["b"]), ("ip_version=4", ["a", "c"]), ("cidr=10.0.0.0/24", ["a"]),
        ("ipv6_ra_mode=slaac", ["b"]), ("ipv6_address_mode=dhcpv6-stateful", []), ("enable_dhcp=false", ["c"]),
        ("gateway_ip=10.1.0.1", ["c"]), ("network_id=\(network)", ["a", "b"]), ("name=a&name=c", ["a", "c"]),
        ("shared=true", ["a", "b"]), ("shared=false", ["c"]), ("subnetpool_id=\(network)", []),
        ("sort_key=gateway_ip&sort_dir=desc", ["b", "c", "a"]),
      ] {
        let sort = query.contains("sort_key") ? "" : "&sort_key=name&sort_dir=asc"
        let answer = try await cloud.get("/v2.0/subnets?fields=name&\(query)\(sort)")
        let found = answer.body?["subnets"]?.array?.compactMap { $0["name"]?.string }
        #expect(found == names, "\(query): \(String(describing: answer.body))")
      }
    }
  }
}
