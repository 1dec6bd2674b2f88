import JSON
import Model
import NIOHTTP1
import NetworkService
import Store
import Testing

@Suite("Addresses")
struct AddressTests {
  @Test("a subnet hands out every address of its pools once, and then says that there are no more")
  func exhaustion() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", [:]).text("id")
      let subnet = try await cloud.create(
        "subnet",
        [
          "network_id": .string(network), "ip_version": 4, "cidr": "10.1.0.0/24",
          "allocation_pools": [
            ["start": "10.1.0.10", "end": "10.1.0.19"], ["start": "10.1.0.200", "end": "10.1.0.204"],
          ],
        ]
      ).text("id")
      var seen: Set<String> = []
      for _ in 0..<15 {
        let port = try await cloud.create("port", ["network_id": .string(network)])
        let address = try #require(port["fixed_ips"]?.array?.first).text("ip_address")
        #expect(seen.insert(address).inserted)
      }
      let expected = (10...19).map { "10.1.0.\($0)" } + (200...204).map { "10.1.0.\($0)" }
      #expect(seen == Set(expected))
      let full = try await cloud.send(.POST, "/v2.0/ports", body: ["port": ["network_id": .string(network)]])
      #expect(full.status == 409 && full.errorType == "IpAddressGenerationFailure")
      #expect(try await cloud.get("/v2.0/ports").body?["ports"]?.array?.count == 15)
      // One that is given back is found again.
      let port = try await cloud.get("/v2.0/ports?fixed_ips=ip_address=10.1.0.13").body?["ports"]?.array?.first
      _ = try await cloud.send(.DELETE, "/v2.0/ports/\(try #require(port).text("id"))")
      let again = try await cloud.create("port", ["network_id": .string(network)])
      #expect(again["fixed_ips"] == [["subnet_id": .string(subnet), "ip_address": "10.1.0.13"]])
    }
  }

  @Test("clients that make ports at once get different addresses")
  func concurrency() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network(cidr: "10.1.0.0/25").id
      let addresses = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<16 {
          group.addTask {
            var addresses: [String] = []
            for _ in 0..<7 {
              let port = try await cloud.create("port", ["network_id": .string(network)])
              addresses.append(try #require(port["fixed_ips"]?.array?.first).text("ip_address"))
            }
            return addresses
          }
        }
        return try await group.reduce(into: [String]()) { $0 += $1 }
      }
      #expect(addresses.count == 112 && Set(addresses).count == 112)
    }
  }

  @Test("a port's addresses are changed to what is asked for, and those it keeps stay")
  func reassignment() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      let port = try await cloud.create(
        "port",
        [
          "network_id": .string(network.id),
          "fixed_ips": [["ip_address": "10.101.0.7"], ["ip_address": "10.101.0.8"]],
        ]
      ).text("id")
      func change(_ fixedIPs: JSONValue) async throws -> Set<String> {
        let answer = try await cloud.send(.PUT, "/v2.0/ports/\(port)", body: ["port": ["fixed_ips": fixedIPs]])
        let addresses = answer.body?["port"]?["fixed_ips"]?.array ?? []
        return Set(try addresses.map { try $0.text("ip_address") })
      }
      #expect(
        try await change([["ip_address": "10.101.0.8"], ["ip_address": "10.101.0.9"]]) == ["10.101.0.8", "10.101.0.9"])
      #expect(try await change([["subnet_id": .string(network.subnetID)]]).count == 1)
      #expect(try await change([]) == [])
      // 10.101.0.8 is free again.
      _ = try await cloud.create(
        "port", ["network_id": .string(network.id), "fixed_ips": [["ip_address": "10.101.0.8"]]])
    }
  }

  @Test("a network with DHCP ports alone can be deleted, one with others cannot")
  func networkDeletion() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      _ = try await cloud.create("port", ["network_id": .string(network.id), "device_owner": "network:dhcp"])
      let other = try await cloud.create("port", ["network_id": .string(network.id)]).text("id")
      let refused = try await cloud.send(.DELETE, "/v2.0/networks/\(network.id)")
      #expect(refused.status == 409 && refused.errorType == "NetworkInUse")
      #expect(try await cloud.send(.DELETE, "/v2.0/subnets/\(network.subnetID)").errorType == "SubnetInUse")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(other)").status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(network.id)").status == 204)
      #expect(try await cloud.get("/v2.0/subnets").body?["subnets"] == [])
      #expect(try await cloud.get("/v2.0/ports").body?["ports"] == [])
    }
  }

  @Test("VNIs are handed out once each until there are no more, and are free after their network is gone")
  func vnis() async throws {
    var configuration = NetworkConfiguration()
    configuration.segments.vniRanges = [100...109, 200...201]
    try await TestCloud.serve(configuration: configuration) { cloud in
      var networks: [Int64: String] = [:]
      for _ in 0..<12 {
        let network = try await cloud.create("network", [:])
        networks[try #require(network["provider:segmentation_id"]?.integer)] = try network.text("id")
      }
      #expect(Set(networks.keys) == Set((100...109).map(Int64.init) + [200, 201]))
      let refused = try await cloud.send(.POST, "/v2.0/networks", body: ["network": [:]])
      #expect(refused.status == 503 && refused.errorType == "NoNetworkAvailable")
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(try #require(networks[105]))").status == 204)
      #expect(try await cloud.create("network", [:])["provider:segmentation_id"] == 105)
    }
  }

  @Test("the history of ports keeps to its bounds")
  func retention() async throws {
    try await TestCloud.serve { cloud in
      let id = UUID()
      let (old, new) = (cloud.clock.now - .seconds(100), cloud.clock.now)
      try await cloud.store.write { transaction in
        for index in 0..<20 {
          try transaction.insert(
            PortTransition(portID: id, from: nil, to: .down, at: index < 5 ? old : new, reason: "\(index)"))
        }
      }
      let boundary = cloud.clock.now - .seconds(50)
      #expect(
        try await cloud.store.write { try $0.deletePortTransitions(before: boundary, keeping: 100, batch: 3) } == 3)
      #expect(
        try await cloud.store.write { try $0.deletePortTransitions(before: boundary, keeping: 100, batch: 10) } == 2)
      #expect(
        try await cloud.store.write { try $0.deletePortTransitions(before: boundary, keeping: 4, batch: 100) } == 11)
      let left = try await cloud.store.read { try $0.transitions(ofPort: id).map(\.reason) }
      #expect(left == ["16", "17", "18", "19"])
    }
  }
}
