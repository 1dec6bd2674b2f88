import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Support
import Testing

@Suite("Giving segments to networks")
struct SegmentAllocationTests {
  @Test("64 clients at once get every number once, and a refusal when there are no more")
  func concurrency() async throws {
    var configuration = NetworkConfiguration(quotas: -1)
    configuration.segments.tenantTypes = [.vxlan, .vlan]
    configuration.segments.vniRanges = [10...19, 30...39]
    configuration.segments.vlans = [.init(physicalNetwork: "physnet1", ranges: [100...119])]
    try await TestCloud.serve(configuration: configuration) { cloud in
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<64 {
          group.addTask { try await cloud.send(.POST, "/v2.0/networks", body: ["network": [:]]) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let networks = answers.compactMap { $0.body?["network"] }
      let (vnis, vlans) = (Self.numbers(of: "vxlan", networks), Self.numbers(of: "vlan", networks))
      #expect(vnis.count == 20 && Set(vnis) == Set(10...19).union(30...39))
      #expect(vlans.count == 20 && Set(vlans) == Set(100...119))
      let refused = answers.filter { $0.status != 201 }
      #expect(refused.count == 24)
      #expect(refused.allSatisfy { $0.status == 503 && $0.errorType == "NoNetworkAvailable" })
      #expect(try cloud.freeSegments() == [])
      #expect(try await cloud.get("/v2.0/networks").body?["networks"]?.array?.count == 40)
    }
  }

  @Test("numbers that are given back are free again, in as few ranges as before")
  func release() async throws {
    var configuration = NetworkConfiguration(quotas: -1)
    configuration.segments.vniRanges = [1...20, 40...60]
    try await TestCloud.serve(configuration: configuration) { cloud in
      var ids: [String] = []
      for _ in 0..<41 { ids.append(try await cloud.create("network", [:]).text("id")) }
      #expect(try cloud.freeSegments() == [])
      for id in ids.shuffled() { #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(id)").status == 204) }
      #expect(try cloud.freeSegments() == ["vxlan 1-20", "vxlan 40-60"])
    }
  }

  @Test("a number that an administrator takes is given to nobody else, and one outside the ranges goes back to nowhere")
  func chosen() async throws {
    var configuration = NetworkConfiguration(quotas: -1)
    configuration.segments.vniRanges = [5...7]
    try await TestCloud.serve(configuration: configuration) { cloud in
      func make(_ number: JSONValue) async throws -> JSONValue {
        try await cloud.create("network", ["provider:network_type": "vxlan", "provider:segmentation_id": number])
      }
      _ = try await make(6)
      let outside = try await make(99).text("id")
      let others = [try await cloud.create("network", [:]), try await cloud.create("network", [:])]
      #expect(Set(Self.numbers(of: "vxlan", others)) == [5, 7])
      let refused = try await cloud.send(.POST, "/v2.0/networks", body: ["network": ["provider:network_type": "vxlan"]])
      #expect(refused.status == 503 && refused.errorType == "NoNetworkAvailable")
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(outside)").status == 204)
      #expect(try cloud.freeSegments() == [])
    }
  }

  @Test("a creation that fails afterwards leaves its number free")
  func rollback() async throws {
    var configuration = NetworkConfiguration(quotas: -1)
    configuration.segments.vniRanges = [1...1]
    try await TestCloud.serve(configuration: configuration) { cloud in
      let refused = try await cloud.send(
        .POST, "/v2.0/networks",
        body: ["networks": [[:], ["provider:network_type": "vxlan", "provider:segmentation_id": 1]]])
      #expect(refused.errorType == "TunnelIdInUse")
      #expect(try await cloud.create("network", [:])["provider:segmentation_id"] == 1)
    }
  }

  @Test("after a start with other ranges, networks get numbers of those, and none that is taken")
  func reconfiguration() async throws {
    let database = try TemporaryDatabase()
    var configuration = NetworkConfiguration(quotas: -1)
    configuration.segments.tenantTypes = [.vlan]
    configuration.segments.vlans = [.init(physicalNetwork: "physnet1", ranges: [1...4])]
    let taken = TestBox<[Int]>([])
    try await TestCloud.serve(database: database, configuration: configuration) { cloud in
      let networks = [try await cloud.create("network", [:]), try await cloud.create("network", [:])]
      taken.value = Self.numbers(of: "vlan", networks)
    }
    configuration.segments.vlans = [.init(physicalNetwork: "physnet1", ranges: [3...5])]
    try await TestCloud.serve(database: database, configuration: configuration) { cloud in
      let free = Set(3...5).subtracting(taken.value)
      var networks: [JSONValue] = []
      for _ in free { networks.append(try await cloud.create("network", [:])) }
      #expect(Set(Self.numbers(of: "vlan", networks)) == free)
      #expect(try await cloud.send(.POST, "/v2.0/networks", body: ["network": [:]]).status == 503)
      // One that was given by the old ranges only does not come back.
      for network in try await cloud.get("/v2.0/networks?fields=id").body?["networks"]?.array ?? [] {
        _ = try await cloud.send(.DELETE, "/v2.0/networks/\(try network.text("id"))")
      }
      #expect(try cloud.freeSegments() == ["vlan 3-5"])
    }
  }

  @Test("an agent is told the VLAN and the physical network of a device, and one without that network is not bound to")
  func deviceDetails() async throws {
    var configuration = NetworkConfiguration()
    configuration.segments.vlans = [.init(physicalNetwork: "physnet1", ranges: [100...199])]
    try await TestCloud.serve(configuration: configuration) { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportState(host: "compute2", isStart: true, interfaceMappings: [:])
      let network = try await cloud.network([
        "provider:network_type": "vlan", "provider:physical_network": "physnet1", "provider:segmentation_id": 142,
      ])
      let port = try await cloud.computePort(on: network.id)
      let answers = try await cloud.details([port.tap])
      guard case .details(let details)? = answers.first else {
        Issue.record("\(answers)")
        return
      }
      #expect(details.networkType == "vlan" && details.segmentationID == 142)
      #expect(details.physicalNetwork == "physnet1" && details.mtu == 1500)
      let other = try await cloud.create("port", ["network_id": .string(network.id), "binding:host_id": "compute2"])
      #expect(other["binding:vif_type"] == "binding_failed")
    }
  }

  private static func numbers(of type: String, _ networks: [JSONValue]) -> [Int] {
    networks.filter { $0["provider:network_type"]?.string == type }
      .compactMap { $0["provider:segmentation_id"]?.integer.map { Int($0) } }
  }
}

extension NetworkConfiguration {
  fileprivate init(quotas limit: Int) {
    self.init()
    quotas = QuotaConfiguration(all: limit)
  }
}

extension TestCloud {
  /// The ranges of numbers that no network has, as `vxlan 1-20`.
  fileprivate func freeSegments() throws -> [String] {
    try DatabaseWatch(path: database.path)
      .rows("SELECT network_type, first_id, last_id FROM free_segments ORDER BY network_type, first_id")
      .map { "\($0[0]) \($0[1])-\($0[2])" }
  }
}
