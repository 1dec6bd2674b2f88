import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Lists and the end of networks, and where they are")
struct NetworkListTests {
  @Test("networks are found by every attribute that they can be filtered by")
  func filters() async throws {
    try await TestCloud.serve(configuration: NetworkTests.configuration) { cloud in
      let ids = try await Self.networks(cloud)
      let cases: [(query: String, names: Set<String>)] = [
        ("", ["plain", "shared", "out", "vlan"]), ("router:external=True", ["out"]),
        ("router:external=False", ["plain", "shared", "vlan"]),
        ("router:external=True&router:external=False", ["plain", "shared", "out", "vlan"]),
        ("shared=True", ["shared"]), ("shared=false", ["plain", "out", "vlan"]), ("status=ACTIVE&name=out", ["out"]),
        ("status=DOWN", []), ("is_default=True", ["out"]), ("provider:network_type=vlan", ["vlan"]),
        ("provider:physical_network=physnet1", ["vlan"]), ("provider:segmentation_id=123", ["vlan"]),
        ("provider:network_type=vlan&provider:network_type=vxlan&name=plain", ["plain"]),
        ("admin_state_up=False", ["vlan"]), ("mtu=1000", ["plain"]), ("description=d", ["shared"]),
        ("id=\(ids["plain"] ?? "")", ["plain"]), ("project_id=\(memberProject)", ["plain"]),
        ("availability_zone_hints=az1", ["shared"]), ("availability_zone_hints=az2", []),
        ("revision_number=1&shared=True", ["shared"]),
      ]
      for test in cases {
        let networks = try await cloud.get("/v2.0/networks?\(test.query)").body?["networks"]?.array ?? []
        #expect(Set(networks.compactMap { $0["name"]?.string }) == test.names, "\(test.query)")
      }
      let sorted = try await cloud.get("/v2.0/networks?sort_key=name&sort_dir=asc", token: memberToken)
      let seen = sorted.body?["networks"]?.array ?? []
      #expect(seen.compactMap { $0["name"]?.string } == ["out", "plain", "shared"])
      #expect(seen.map { $0["shared"] } == [false, false, true])
      let shared = try await cloud.get("/v2.0/networks?shared=True&fields=name", token: memberToken).body?["networks"]
      #expect(shared == [["name": "shared"]])
      for query in ["subnets=x", "nosuch=x", "sort_key=nosuch"] {
        #expect(try await cloud.get("/v2.0/networks?\(query)").status == 400, "\(query)")
      }
      for query in ["shared=perhaps", "mtu=large"] {
        #expect(try await cloud.get("/v2.0/networks?\(query)").errorType == "InvalidInput", "\(query)")
      }
    }
  }

  @Test(
    "pages of networks hold every network once, whatever they are sorted by",
    arguments: ["name", "mtu", "admin_state_up", "tenant_id", "availability_zone_hints", "id"])
  func pages(key: String) async throws {
    try await TestCloud.serve(configuration: NetworkTests.configuration) { cloud in
      _ = try await Self.networks(cloud)
      let path = "/v2.0/networks?sort_key=\(key)&sort_dir=desc&fields=id"
      func ids(_ path: String) async throws -> [String] {
        try (try await cloud.get(path).body?["networks"]?.array ?? []).map { try $0.text("id") }
      }
      let all = try await ids(path)
      #expect(all.count == 4)
      var (pages, marker): ([String], String?) = ([], nil)
      repeat {
        let page = try await ids(path + "&limit=1" + (marker.map { "&marker=\($0)" } ?? ""))
        pages += page
        marker = page.last
      } while marker != nil
      #expect(pages == all)
      #expect(try await cloud.get("/v2.0/networks?limit=1&marker=\(UUID())").errorType == "NetworkNotFound")
    }
  }

  @Test("several networks are made together or not at all")
  func bulk() async throws {
    try await TestCloud.serve(configuration: NetworkTests.configuration) { cloud in
      let made = try await cloud.send(
        .POST, "/v2.0/networks", body: ["networks": [["name": "a"], ["name": "b", "provider:network_type": "vlan"]]])
      #expect(made.status == 201)
      #expect(made.body?["networks"]?.array?.compactMap { $0["provider:network_type"]?.string } == ["vxlan", "vlan"])
      let flat: JSONValue = ["provider:network_type": "flat", "provider:physical_network": "physnet1"]
      let refused = try await cloud.send(.POST, "/v2.0/networks", body: ["networks": [["name": "c"], flat, flat]])
      #expect(refused.status == 409 && refused.errorType == "FlatNetworkInUse")
      #expect(try await cloud.get("/v2.0/networks").body?["networks"]?.array?.count == 2)
      _ = try await cloud.create("network", flat)
    }
  }

  @Test("a network goes with its subnets and its DHCP ports, and not while other ports are on it")
  func deletion() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network(["shared": true])
      _ = try await cloud.create("port", ["network_id": .string(network.id), "device_owner": "network:dhcp"])
      let port = try await cloud.create("port", ["network_id": .string(network.id)]).text("id")
      let path = "/v2.0/networks/\(network.id)"
      let refused = try await cloud.send(.DELETE, path)
      #expect(refused.status == 409 && refused.errorType == "NetworkInUse")
      #expect(
        refused.errorMessage
          == "Unable to complete operation on network \(network.id). There are one or more ports still in use on the "
          + "network, id for these ports is: \(port).")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port)").status == 204)
      #expect(try await cloud.send(.DELETE, path).status == 204)
      for list in ["networks", "subnets", "ports"] {
        #expect(try await cloud.get("/v2.0/\(list)").body?[list] == [], "\(list)")
      }
      #expect(try await cloud.get("/v2.0/rbac-policies").body?["rbac_policies"] == [])
      #expect(try await cloud.send(.DELETE, path).errorType == "NetworkNotFound")
    }
  }

  @Test("zones are what agents report, hints must be among them, and a network is where its DHCP servers are")
  func zones() async throws {
    var configuration = NetworkConfiguration()
    configuration.defaultAvailabilityZones = ["az1"]
    try await TestCloud.serve(configuration: configuration) { cloud in
      let unknown = try await cloud.send(.POST, "/v2.0/networks", body: ["network": [:]])
      #expect(unknown.status == 404 && unknown.errorType == "AvailabilityZoneNotFound")
      #expect(unknown.errorMessage == "AvailabilityZone az1 could not be found.")
      try await cloud.reportState(isStart: true)
      try await cloud.report(dhcpAgentOn: "compute1", zone: "az1")
      try await cloud.report(dhcpAgentOn: "compute2", zone: "az2")
      let zones = try await cloud.get("/v2.0/availability_zones", token: memberToken).body?["availability_zones"]
      #expect(
        zones == [
          ["state": "available", "name": "az1", "resource": "network"],
          ["state": "available", "name": "az2", "resource": "network"],
        ])
      let network = try await cloud.network(["availability_zone_hints": ["az2", "az1"]])
      let path = "/v2.0/networks/\(network.id)"
      let shown = try await cloud.get(path).body?["network"]
      #expect(shown?["availability_zone_hints"] == ["az1", "az2"] && shown?["availability_zones"] == [])
      for host in ["compute1", "compute2", "compute1"] {
        _ = try await cloud.create(
          "port",
          ["network_id": .string(network.id), "device_owner": "network:dhcp", "binding:host_id": .string(host)])
      }
      let found = try await cloud.get(path).body?["network"]?["availability_zones"]?.array ?? []
      #expect(Set(found.compactMap(\.string)) == ["az1", "az2"] && found.count == 2)
      #expect(try await cloud.create("network", [:])["availability_zone_hints"] == ["az1"])
      for wrong in ["az1", ["az1", "az1"], [7], [""]] as [JSONValue] {
        let answer = try await cloud.send(
          .POST, "/v2.0/networks", body: ["network": ["availability_zone_hints": wrong]])
        #expect(answer.status == 400, "\(wrong)")
      }
      let update = try await cloud.send(.PUT, path, body: ["network": ["availability_zone_hints": []]])
      #expect(update.errorMessage == "Cannot update read-only attribute availability_zone_hints")
    }
  }

  @Test("zones are filtered by name, resource and state")
  func zoneFilters() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.report(dhcpAgentOn: "compute1", zone: "az1")
      try await cloud.report(dhcpAgentOn: "compute2", zone: "az2")
      let agents = try await cloud.get("/v2.0/agents?host=compute2").body?["agents"]?.array
      let agent = try #require(agents?.first).text("id")
      _ = try await cloud.send(.PUT, "/v2.0/agents/\(agent)", body: ["agent": ["admin_state_up": false]])
      for (query, names) in [
        ("name=az1", ["az1"]), ("state=unavailable", ["az2"]), ("resource=network", ["az1", "az2"]),
        ("resource=router", []), ("name=az1&name=az2&state=available", ["az1"]),
      ] {
        let zones = try await cloud.get("/v2.0/availability_zones?\(query)").body?["availability_zones"]?.array ?? []
        #expect(zones.compactMap { $0["name"]?.string } == names, "\(query)")
      }
      let fields = try await cloud.get("/v2.0/availability_zones?name=az1&fields=state").body?["availability_zones"]
      #expect(fields == [["state": "available"]])
      #expect(try await cloud.get("/v2.0/availability_zones?nosuch=1").status == 400)
    }
  }

  /// Four networks that differ, by name.
  private static func networks(_ cloud: TestCloud) async throws -> [String: String] {
    try await cloud.report(dhcpAgentOn: "compute1", zone: "az1")
    let bodies: [JSONValue] = [
      ["name": "plain", "mtu": 1000, "project_id": .string(memberProject)],
      ["name": "shared", "shared": true, "description": "d", "availability_zone_hints": ["az1"]],
      ["name": "out", "router:external": true, "is_default": true],
      [
        "name": "vlan", "provider:network_type": "vlan", "provider:physical_network": "physnet1",
        "provider:segmentation_id": 123, "admin_state_up": false,
      ],
    ]
    var ids: [String: String] = [:]
    for body in bodies { ids[try body.text("name")] = try await cloud.create("network", body).text("id") }
    return ids
  }
}
