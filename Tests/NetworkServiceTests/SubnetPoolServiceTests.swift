import JSON
import NIOHTTP1
import Testing

@Suite("Subnet pools")
struct SubnetPoolServiceTests {
  @Test("a pool is made, shown, changed and deleted as upstream does it")
  func life() async throws {
    try await TestCloud.serve { cloud in
      let pool = try await cloud.create(
        "subnetpool", ["name": "p", "prefixes": ["10.1.0.0/16", "10.0.0.0/16"], "default_prefixlen": 26])
      let id = try pool.text("id")
      #expect(pool["prefixes"] == ["10.0.0.0/15"] && pool["ip_version"] == 4)
      #expect(pool["default_prefixlen"] == "26" && pool["min_prefixlen"] == "8" && pool["max_prefixlen"] == "32")
      #expect(pool["shared"] == false && pool["is_default"] == false && pool["default_quota"] == .null)
      #expect(pool["address_scope_id"] == .null && pool["revision_number"] == 0 && pool["tags"] == [])
      #expect(pool["project_id"] == .string(adminProject) && pool["tenant_id"] == .string(adminProject))
      #expect(try await cloud.get("/v2.0/subnetpools/\(id)").body?["subnetpool"] == pool)
      #expect(try await cloud.get("/v2.0/subnetpools?name=p").body?["subnetpools"] == [pool])
      let changed = try await cloud.change(
        "subnetpools/\(id)", "subnetpool",
        [
          "name": "q", "description": "d", "prefixes": ["10.0.0.0/14"], "default_quota": 512, "min_prefixlen": 20,
          "max_prefixlen": 30, "default_prefixlen": 24, "is_default": true,
        ])
      let after = try #require(changed.body?["subnetpool"])
      #expect(after["name"] == "q" && after["description"] == "d" && after["prefixes"] == ["10.0.0.0/14"])
      #expect(after["default_quota"] == 512 && after["min_prefixlen"] == "20" && after["max_prefixlen"] == "30")
      #expect(after["default_prefixlen"] == "24" && after["is_default"] == true && after["revision_number"] == 1)
      let stale = try await cloud.send(
        .DELETE, "/v2.0/subnetpools/\(id)", headers: [("If-Match", "revision_number=0")])
      #expect(stale.status == 412)
      #expect(try await cloud.send(.DELETE, "/v2.0/subnetpools/\(id)").status == 204)
      let gone = try await cloud.get("/v2.0/subnetpools/\(id)")
      #expect(gone.status == 404 && gone.errorType == "SubnetPoolNotFound")
      #expect(gone.errorMessage == "Subnet pool \(id) could not be found.")
    }
  }

  @Test("pools that cannot be are refused with upstream's exceptions")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let cases: [(JSONValue, String, String)] = [
        (["name": "p"], "HTTPBadRequest", "Failed to parse request. Required attribute 'prefixes' not specified"),
        (
          ["prefixes": ["10.0.0.0/8"]], "HTTPBadRequest",
          "Failed to parse request. Required attribute 'name' not specified"
        ),
        (["name": "p", "prefixes": []], "EmptySubnetPoolPrefixList", "Empty subnet pool prefix list."),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8", "2001:db8::/32"]], "PrefixVersionMismatch",
          "Cannot mix IPv4 and IPv6 prefixes in a subnet pool."
        ),
        (
          ["name": "p", "prefixes": ["x"]], "HTTPBadRequest",
          "Invalid input for prefixes. Reason: 'x' is not a valid IP subnet."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8", "10.0.0.0/8"]], "HTTPBadRequest",
          "Invalid input for prefixes. Reason: Duplicate items in the list: '10.0.0.0/8'."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8"], "min_prefixlen": 24, "max_prefixlen": 16],
          "IllegalSubnetPoolPrefixBounds", "Illegal prefix bounds: min_prefixlen=24, max_prefixlen=16."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8"], "max_prefixlen": 33], "IllegalSubnetPoolPrefixBounds",
          "Illegal prefix bounds: max_prefixlen=33, ip_version_max=32."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8"], "default_prefixlen": 7], "IllegalSubnetPoolPrefixBounds",
          "Illegal prefix bounds: default_prefixlen=7, min_prefixlen=8."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8"], "default_quota": -1], "HTTPBadRequest",
          "Invalid input for default_quota. Reason: '-1' should be non-negative."
        ),
        (
          ["name": " ", "prefixes": ["10.0.0.0/8"]], "HTTPBadRequest",
          "Invalid input for name. Reason: ' ' Blank strings are not permitted."
        ),
        (
          ["name": "p", "prefixes": ["10.0.0.0/8"], "ip_version": 4], "HTTPBadRequest",
          "Attribute 'ip_version' not allowed in POST"
        ),
      ]
      for (body, type, message) in cases {
        let answer = try await cloud.send(.POST, "/v2.0/subnetpools", body: ["subnetpool": body])
        #expect(answer.status == 400 && answer.errorType == type && answer.errorMessage == message, "\(answer)")
      }
      let id = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["10.0.0.0/16"], "is_default": true])
        .text("id")
      let second = try await cloud.send(
        .POST, "/v2.0/subnetpools",
        body: ["subnetpool": ["name": "q", "prefixes": ["10.9.0.0/16"], "is_default": true]])
      #expect(second.status == 400 && second.errorType == "InvalidInput")
      for prefixes in [["10.0.0.0/17"], ["10.1.0.0/16"]] as [JSONValue] {
        let shrunk = try await cloud.change("subnetpools/\(id)", "subnetpool", ["prefixes": prefixes])
        #expect(shrunk.status == 400 && shrunk.errorType == "IllegalSubnetPoolPrefixUpdate")
      }
      let scope = try await cloud.change("subnetpools/\(id)", "subnetpool", ["address_scope_id": .string(id)])
      #expect(scope.status == 404 && scope.errorType == "AddressScopeNotFound")
      let shared = try await cloud.change("subnetpools/\(id)", "subnetpool", ["shared": true])
      #expect(shared.errorMessage == "Cannot update read-only attribute shared")
    }
  }

  @Test("subnets are cut from a pool by length, by prefix or by default, and given back")
  func allocation() async throws {
    try await TestCloud.serve { cloud in
      let pool = try await cloud.create(
        "subnetpool",
        ["name": "p", "prefixes": ["10.0.0.0/22"], "default_prefixlen": 24, "min_prefixlen": 23, "is_default": true]
      ).text("id")
      let network = try await cloud.emptyNetwork()
      let first = try await cloud.subnet(network, ["subnetpool_id": .string(pool)])
      #expect(first["cidr"] == "10.0.0.0/24" && first["gateway_ip"] == "10.0.0.1")
      #expect(first["subnetpool_id"] == .string(pool) && first.pools == ["10.0.0.2-10.0.0.254"])
      let second = try await cloud.subnet(network, ["use_default_subnetpool": true, "prefixlen": 25])
      #expect(second["cidr"] == "10.0.1.0/25")
      let third = try await cloud.subnet(network, ["subnetpool_id": .string(pool), "cidr": "10.0.2.0/24"])
      #expect(third["cidr"] == "10.0.2.0/24")
      let cases: [([String: JSONValue], Int, String)] = [
        (["prefixlen": 22], 400, "MinPrefixSubnetAllocationError"),
        (["prefixlen": 33], 400, "MaxPrefixSubnetAllocationError"),
        (["prefixlen": 23], 409, "SubnetAllocationError"), (["cidr": "10.0.2.0/25"], 409, "SubnetAllocationError"),
        (["cidr": "10.9.0.0/24"], 409, "SubnetAllocationError"), (["ip_version": 6], 400, "BadRequest"),
        (["allocation_pools": [["start": "10.0.3.2", "end": "10.0.3.3"]]], 400, "BadRequest"),
      ]
      for (body, status, type) in cases {
        let answer = try await cloud.askSubnet(network, body.merging(["subnetpool_id": .string(pool)]) { $1 })
        #expect(answer.status == status && answer.errorType == type, "\(body) \(answer)")
      }
      // All of a version on a network come from the same pool.
      let mixed = try await cloud.askSubnet(network, ["cidr": "192.168.0.0/24"])
      #expect(mixed.status == 400 && mixed.errorType == "NetworkSubnetPoolAffinityError")
      _ = try await cloud.subnet(network, ["cidr": "2001:db8::/64"])
      let inUse = try await cloud.send(.DELETE, "/v2.0/subnetpools/\(pool)")
      #expect(inUse.status == 400 && inUse.errorType == "SubnetPoolDeleteError")
      // With the network go its subnets, and all is free again.
      #expect(try await cloud.send(.DELETE, "/v2.0/subnets/\(second.text("id"))").status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(network)").status == 204)
      let other = try await cloud.emptyNetwork()
      let whole = try await cloud.subnet(other, ["subnetpool_id": .string(pool), "prefixlen": 23])
      #expect(whole["cidr"] == "10.0.0.0/23")
    }
  }

  @Test("an IPv6 subnet out of a pool has upstream's gateway, and automatic ones are /64")
  func version6() async throws {
    try await TestCloud.serve { cloud in
      let pool = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["2001:db8::/56"]]).text("id")
      let network = try await cloud.emptyNetwork()
      let base: [String: JSONValue] = ["subnetpool_id": .string(pool), "ip_version": 6]
      let subnet = try await cloud.subnet(
        network, base.merging(["ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"]) { $1 })
      #expect(subnet["cidr"] == "2001:db8::/64" && subnet["gateway_ip"] == "2001:db8::1")
      let longer = try await cloud.askSubnet(network, base.merging(["prefixlen": 80, "ipv6_ra_mode": "slaac"]) { $1 })
      #expect(longer.status == 400 && longer.errorType == "InvalidInput")
      // What was refused has taken nothing.
      let next = try await cloud.subnet(network, base.merging(["prefixlen": 64]) { $1 })
      #expect(next["cidr"] == "2001:db8:0:1::/64")
    }
  }

  @Test("a pool's quota is a project's share of it")
  func quota() async throws {
    try await TestCloud.serve { cloud in
      let pool = try await cloud.create(
        "subnetpool", ["name": "p", "prefixes": ["10.0.0.0/16"], "default_quota": 512, "shared": true]
      ).text("id")
      for token in [adminToken, memberToken] {
        let network = try await cloud.emptyNetwork(token: token)
        for _ in 0..<2 {
          _ = try await cloud.subnet(network, ["subnetpool_id": .string(pool), "prefixlen": 24], token: token)
        }
        let refused = try await cloud.askSubnet(
          network, ["subnetpool_id": .string(pool), "prefixlen": 30], token: token)
        #expect(refused.status == 409 && refused.errorType == "SubnetPoolQuotaExceeded")
        #expect(refused.errorMessage == "Per-project subnet pool prefix quota exceeded.")
      }
    }
  }

  @Test("a shared pool is seen and used by all and changed by none but its owner")
  func rights() async throws {
    try await TestCloud.serve { cloud in
      let shared = try await cloud.create(
        "subnetpool", ["name": "s", "prefixes": ["10.0.0.0/16"], "shared": true]
      ).text("id")
      let hidden = try await cloud.create("subnetpool", ["name": "h", "prefixes": ["10.0.0.0/16"]]).text("id")
      let own = try await cloud.create("subnetpool", ["name": "o", "prefixes": ["10.0.0.0/16"]], token: memberToken)
        .text("id")
      let listed = try await cloud.get("/v2.0/subnetpools?sort_key=name&sort_dir=asc&fields=name", token: memberToken)
      #expect(listed.body?["subnetpools"] == [["name": "o"], ["name": "s"]])
      for (id, get, put) in [(shared, 200, 403), (hidden, 404, 404), (own, 200, 200)] {
        #expect(try await cloud.get("/v2.0/subnetpools/\(id)", token: memberToken).status == get)
        let change = try await cloud.change("subnetpools/\(id)", "subnetpool", ["name": "x"], token: memberToken)
        #expect(change.status == put)
      }
      for body in [["shared": true], ["is_default": true]] as [[String: JSONValue]] {
        let refused = try await cloud.send(
          .POST, "/v2.0/subnetpools", token: memberToken,
          body: ["subnetpool": .object(body.merging(["name": "p", "prefixes": ["10.0.0.0/16"]]) { $1 })])
        #expect(refused.status == 403 && refused.errorType == "PolicyNotAuthorized")
      }
      let network = try await cloud.emptyNetwork(token: memberToken)
      _ = try await cloud.subnet(network, ["subnetpool_id": .string(shared), "prefixlen": 24], token: memberToken)
      let other = try await cloud.emptyNetwork(token: memberToken)
      let unseen = try await cloud.askSubnet(
        other, ["subnetpool_id": .string(hidden), "prefixlen": 24], token: memberToken)
      #expect(unseen.status == 404 && unseen.errorType == "SubnetPoolNotFound")
    }
  }

  @Test("many who cut from a pool at once get prefixes that do not overlap")
  func concurrency() async throws {
    try await TestCloud.serve { cloud in
      let pool = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["10.0.0.0/19"]]).text("id")
      let cidrs = try await withThrowingTaskGroup(of: String?.self) { group in
        for _ in 0..<40 {
          group.addTask {
            let network = try await cloud.emptyNetwork()
            let answer = try await cloud.askSubnet(network, ["subnetpool_id": .string(pool), "prefixlen": 24])
            return answer.body?["subnet"]?["cidr"]?.string
          }
        }
        return try await group.reduce(into: [String]()) { cidrs, cidr in if let cidr { cidrs.append(cidr) } }
      }
      #expect(Set(cidrs) == Set((0..<32).map { "10.0.\($0).0/24" }) && cidrs.count == 32)
    }
  }
}
