import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Networks")
struct NetworkTests {
  static let configuration: NetworkConfiguration = {
    var configuration = NetworkConfiguration()
    configuration.segments.vlans = [
      .init(physicalNetwork: "physnet1", ranges: [100...199]), .init(physicalNetwork: "physnet2", ranges: [300...309]),
    ]
    configuration.segments.vniRanges = [1000...1999]
    configuration.segments.mtu = SegmentMTU(physical: 9000, physicalNetworks: ["physnet2": 1400], path: 1600)
    return configuration
  }()

  struct Making: Sendable {
    var asked: JSONValue
    var type: String
    var physicalNetwork: String?
    var numbers: ClosedRange<Int>?
    var mtu: Int
  }

  static let makings: [Making] = [
    Making(asked: [:], type: "vxlan", numbers: 1000...1999, mtu: 1550),
    Making(asked: ["mtu": 1280], type: "vxlan", numbers: 1000...1999, mtu: 1280),
    Making(asked: ["provider:network_type": "vxlan"], type: "vxlan", numbers: 1000...1999, mtu: 1550),
    Making(
      asked: ["provider:network_type": "vxlan", "provider:segmentation_id": 77], type: "vxlan", numbers: 77...77,
      mtu: 1550),
    Making(
      asked: ["provider:network_type": "vxlan", "provider:segmentation_id": "78"], type: "vxlan", numbers: 78...78,
      mtu: 1550),
    Making(asked: ["provider:network_type": "local"], type: "local", mtu: 9000),
    Making(
      asked: ["provider:network_type": "flat", "provider:physical_network": "physnet2", "mtu": 0], type: "flat",
      physicalNetwork: "physnet2", mtu: 1400),
    Making(
      asked: ["provider:network_type": "vlan"], type: "vlan", physicalNetwork: "physnet1", numbers: 100...199,
      mtu: 9000),
    Making(
      asked: ["provider:network_type": "vlan", "provider:physical_network": "physnet2"], type: "vlan",
      physicalNetwork: "physnet2", numbers: 300...309, mtu: 1400),
    Making(
      asked: [
        "provider:network_type": "vlan", "provider:physical_network": "physnet2", "provider:segmentation_id": 4000,
      ],
      type: "vlan", physicalNetwork: "physnet2", numbers: 4000...4000, mtu: 1400),
    Making(
      asked: ["provider:network_type": .null, "provider:physical_network": .null, "provider:segmentation_id": .null],
      type: "vxlan", numbers: 1000...1999, mtu: 1550),
  ]

  @Test("a network of each kind has what was asked for, and what its kind gives it")
  func kinds() async throws {
    try await TestCloud.serve(configuration: Self.configuration) { cloud in
      for making in Self.makings {
        let network = try await cloud.create("network", making.asked)
        #expect(network["provider:network_type"]?.string == making.type, "\(making.asked)")
        #expect(network["provider:physical_network"]?.string == making.physicalNetwork, "\(making.asked)")
        #expect(network["mtu"]?.integer.map(Int.init) == making.mtu, "\(making.asked)")
        let number = network["provider:segmentation_id"]?.integer.map { Int($0) }
        #expect(number.map { making.numbers?.contains($0) == true } ?? (making.numbers == nil), "\(making.asked)")
        let shown = try await cloud.get("/v2.0/networks/\(try network.text("id"))").body?["network"]
        #expect(shown?["provider:segmentation_id"] == network["provider:segmentation_id"])
        #expect(shown?["is_default"] == nil && network["is_default"] == false)
      }
    }
  }

  static let inUse: [(asked: JSONValue, type: String, message: String)] = [
    (
      ["provider:network_type": "flat", "provider:physical_network": "physnet1"], "FlatNetworkInUse",
      "Unable to create the flat network. Physical network physnet1 is in use."
    ),
    (
      ["provider:network_type": "vlan", "provider:physical_network": "physnet1", "provider:segmentation_id": 107],
      "VlanIdInUse", "Unable to create the network. The VLAN 107 on physical network physnet1 is in use."
    ),
    (
      ["provider:network_type": "vxlan", "provider:segmentation_id": 1007], "TunnelIdInUse",
      "Unable to create the network. The tunnel ID 1007 is in use."
    ),
  ]

  @Test("a segment that another network has is refused by its kind's own error, until that network is gone")
  func taken() async throws {
    try await TestCloud.serve(configuration: Self.configuration) { cloud in
      for test in Self.inUse {
        let first = try await cloud.create("network", test.asked)
        let refused = try await cloud.send(.POST, "/v2.0/networks", body: ["network": test.asked])
        #expect(refused.status == 409 && refused.errorType == test.type && refused.errorMessage == test.message)
        #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(try first.text("id"))").status == 204)
        _ = try await cloud.create("network", test.asked)
      }
      // The same VLAN of another physical network is another segment.
      _ = try await cloud.create(
        "network",
        ["provider:network_type": "vlan", "provider:physical_network": "physnet2", "provider:segmentation_id": 107])
    }
  }

  @Test("only an administrator sets what is the cloud's to decide, and to set a default is to set nothing")
  func adminOnly() async throws {
    try await TestCloud.serve(configuration: Self.configuration) { cloud in
      let own = try await cloud.create("network", [:], token: memberToken).text("id")
      for (name, value) in [
        ("shared", true), ("router:external", true), ("is_default", true), ("provider:network_type", "local"),
        ("provider:physical_network", "physnet1"), ("provider:segmentation_id", 5),
      ] as [(String, JSONValue)] {
        let body: JSONValue = ["network": .object([name: value])]
        let created = try await cloud.send(.POST, "/v2.0/networks", token: memberToken, body: body)
        #expect(created.status == 403, "\(name)")
        #expect(
          created.errorMessage == "(rule:create_network and rule:create_network:\(name)) is disallowed by policy")
        let updated = try await cloud.send(.PUT, "/v2.0/networks/\(own)", token: memberToken, body: body)
        #expect(updated.status == 403, "\(name)")
      }
      let plain = try await cloud.create(
        "network", ["shared": false, "router:external": false, "is_default": false, "admin_state_up": false],
        token: memberToken)
      #expect(plain["admin_state_up"] == false && plain["project_id"] == .string(memberProject))
      #expect(plain["provider:network_type"] == nil)
      let reader = "reader of \(memberProject)"
      #expect(try await cloud.get("/v2.0/networks/\(own)", token: reader).status == 200)
      for (method, path) in [(HTTPMethod.POST, ""), (.PUT, "/\(own)"), (.DELETE, "/\(own)")] {
        let answer = try await cloud.send(
          method, "/v2.0/networks\(path)", token: reader, body: method == .DELETE ? nil : ["network": ["name": "x"]])
        #expect(answer.status == 403, "\(method)")
      }
      #expect(try await cloud.get("/v2.0/networks/\(own)", token: "member of p2").status == 404)
    }
  }

  @Test("an MTU is neither larger than the segment carries nor smaller than the subnets need")
  func mtu() async throws {
    try await TestCloud.serve(configuration: Self.configuration) { cloud in
      let id = try await cloud.network(["mtu": 1500]).id
      func put(_ mtu: JSONValue) async throws -> Answer {
        try await cloud.send(.PUT, "/v2.0/networks/\(id)", body: ["network": ["mtu": mtu]])
      }
      #expect(try await put(68).body?["network"]?["mtu"] == 68)
      for wrong in [67, -1, "x", .null] as [JSONValue] { #expect(try await put(wrong).status == 400, "\(wrong)") }
      let big = try await put(1551)
      #expect(big.errorType == "InvalidInput")
      #expect(big.errorMessage == "Invalid input for operation: Requested MTU is too big, maximum is 1550.")
      let none = try await put(0)
      #expect(none.status == 409 && none.errorType == "NetworkMTUSubnetConflict")
      #expect(try await put(1280).status == 200)
      _ = try await cloud.create("subnet", ["network_id": .string(id), "ip_version": 6, "cidr": "fd00::/64"])
      let small = try await put(1279)
      #expect(small.status == 409 && small.errorType == "NetworkMTUSubnetConflict")
      #expect(small.errorMessage == "MTU of \(id) is not valid, subnet requires a minimum of 1280")
      #expect(try await put("1281").body?["network"]?["mtu"] == 1281)
      let empty = try await cloud.create("network", ["mtu": 1000]).text("id")
      let reset = try await cloud.send(.PUT, "/v2.0/networks/\(empty)", body: ["network": ["mtu": 0]])
      #expect(reset.body?["network"]?["mtu"] == 1550)
    }
  }

  @Test("of what a network is made of only a VLAN's number can change, while nothing is wired to it")
  func providerUpdates() async throws {
    try await TestCloud.serve(configuration: Self.configuration) { cloud in
      try await cloud.reportState(isStart: true)
      let vlan = try await cloud.create(
        "network",
        ["provider:network_type": "vlan", "provider:physical_network": "physnet1", "provider:segmentation_id": 101])
      let (id, vxlan) = (try vlan.text("id"), try await cloud.create("network", [:]).text("id"))
      func put(_ id: String, _ body: JSONValue) async throws -> Answer {
        try await cloud.send(.PUT, "/v2.0/networks/\(id)", body: ["network": body])
      }
      for body in [["provider:network_type": "flat"], ["provider:physical_network": "physnet2"]] as [JSONValue] {
        let answer = try await put(id, body)
        #expect(answer.status == 400 && answer.errorType == "InvalidInput")
        #expect(answer.errorMessage?.contains("Plugin does not support updating") == true)
      }
      #expect(
        try await put(id, ["provider:network_type": "vlan", "provider:physical_network": "physnet1", "name": "n"])
          .status == 200)
      #expect(
        try await put(vxlan, ["provider:segmentation_id": 5]).errorMessage
          == "Invalid input for operation: Only VLAN type networks can be updated..")
      #expect(try await put(id, ["provider:segmentation_id": 4095]).status == 400)
      #expect(try await put(id, ["provider:segmentation_id": 101]).errorType == "VlanIdInUse")
      let changed = try await put(id, ["provider:segmentation_id": 105])
      #expect(changed.body?["network"]?["provider:segmentation_id"] == 105)
      _ = try await cloud.create(
        "network",
        ["provider:network_type": "vlan", "provider:physical_network": "physnet1", "provider:segmentation_id": 101])
      #expect(try await put(id, ["provider:segmentation_id": 101]).errorType == "VlanIdInUse")
      _ = try await cloud.create("port", ["network_id": .string(id), "binding:host_id": "compute1"])
      let wired = try await put(id, ["provider:segmentation_id": 106])
      #expect(wired.status == 400 && wired.errorMessage?.contains("binding:vif_type") == true)
    }
  }

  @Test("one external network at most is the default, and only as long as it is external")
  func defaults() async throws {
    try await TestCloud.serve { cloud in
      let first = try await cloud.create("network", ["router:external": true, "is_default": true])
      let firstID = try first.text("id")
      #expect(first["is_default"] == true && first["router:external"] == true)
      let refused = try await cloud.send(
        .POST, "/v2.0/networks", body: ["network": ["router:external": true, "is_default": true]])
      #expect(refused.status == 409 && refused.errorType == "DefaultExternalNetworkExists")
      #expect(refused.errorMessage == "A default external network already exists: \(firstID).")
      let second = try await cloud.create("network", ["router:external": true]).text("id")
      let update: JSONValue = ["network": ["is_default": true]]
      #expect(try await cloud.send(.PUT, "/v2.0/networks/\(second)", body: update).status == 409)
      #expect(try await cloud.send(.PUT, "/v2.0/networks/\(firstID)", body: update).status == 200)
      let defaults = try await cloud.get("/v2.0/networks?is_default=True&fields=id").body?["networks"]
      #expect(defaults == [["id": .string(firstID)]])
      let inside = try await cloud.send(
        .PUT, "/v2.0/networks/\(firstID)", body: ["network": ["router:external": false]])
      #expect(inside.body?["network"]?["is_default"] == nil)
      #expect(
        try await cloud.send(.PUT, "/v2.0/networks/\(second)", body: update).body?["network"]?["is_default"] == true)
      _ = try await cloud.create("port", ["network_id": .string(second), "device_owner": "network:router_gateway"])
      let used = try await cloud.send(.PUT, "/v2.0/networks/\(second)", body: ["network": ["router:external": false]])
      #expect(used.status == 409 && used.errorType == "ExternalNetworkInUse")
    }
  }
}
