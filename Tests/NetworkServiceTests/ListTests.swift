import JSON
import NIOHTTP1
import Testing

@Suite("Lists")
struct ListTests {
  @Test("every filter finds what has the value, repeated ones either value, several all")
  func filters() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let one = try await cloud.network()
      let two = try await cloud.network(cidr: "10.102.0.0/24")
      let first = try await cloud.create(
        "port",
        [
          "network_id": .string(one.id), "name": "a", "device_id": "d", "device_owner": "network:dhcp",
          "admin_state_up": false, "description": "first", "mac_address": "fa:16:3e:00:00:01",
          "binding:host_id": "compute1", "fixed_ips": [["ip_address": "10.101.0.77"]],
        ])
      let second = try await cloud.create("port", ["network_id": .string(two.id), "name": "b", "tenant_id": "p2"])
      let (firstID, secondID) = (try first.text("id"), try second.text("id"))
      let cases: [(query: String, ids: Set<String>)] = [
        ("", [firstID, secondID]), ("name=a", [firstID]), ("name=a&name=b", [firstID, secondID]), ("name=c", []),
        ("name=a&name=b&network_id=\(two.id)", [secondID]), ("id=\(firstID)", [firstID]),
        ("device_id=d", [firstID]), ("device_id=", [secondID]), ("device_owner=network%3Adhcp", [firstID]),
        ("admin_state_up=False", [firstID]), ("admin_state_up=true", [secondID]), ("status=DOWN", [firstID, secondID]),
        ("description=first", [firstID]), ("mac_address=FA:16:3E:00:00:01", [firstID]),
        ("project_id=p2", [secondID]), ("tenant_id=p2", [secondID]), ("binding:host_id=compute1", [firstID]),
        ("fixed_ips=ip_address%3D10.101.0.77", [firstID]), ("fixed_ips=ip_address=10.101.0.78", []),
        ("fixed_ips=subnet_id=\(two.subnetID)", [secondID]),
        ("fixed_ips=subnet_id=\(two.subnetID)&fixed_ips=ip_address=10.101.0.77", []),
        ("fixed_ips=subnet_id=\(one.subnetID)&fixed_ips=ip_address=10.101.0.77", [firstID]),
        ("revision_number=1", [firstID, secondID]), ("name=%27%20OR%201=1", []),
      ]
      for test in cases {
        let ports = try await cloud.get("/v2.0/ports?\(test.query)").body?["ports"]?.array ?? []
        #expect(Set(try ports.map { try $0.text("id") }) == test.ids, "\(test.query)")
      }
    }
  }

  @Test(
    "pages follow each other in both directions and hold every element once", arguments: ["name", "id", "mac_address"])
  func pages(key: String) async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      for index in 0..<7 {
        // Names that are the same, so that only the id orders them.
        _ = try await cloud.create("port", ["network_id": .string(network), "name": .string("n\(index / 3)")])
      }
      let base = "/v2.0/ports?sort_key=\(key)&sort_dir=desc&fields=id"
      let all = try await Self.ids(cloud, base)
      #expect(all.count == 7)
      var forward: [String] = []
      var path = base + "&limit=3"
      while true {
        let answer = try await cloud.get(path)
        let page = answer.body?["ports"]?.array ?? []
        forward += try page.map { try $0.text("id") }
        guard let link = Self.link("next", answer) else { break }
        path = link
      }
      #expect(forward == all)
      #expect(try await Self.ids(cloud, base + "&limit=3&marker=\(all[5])&page_reverse=True") == Array(all[2...4]))
      #expect(try await Self.ids(cloud, base + "&limit=0") == all)
    }
  }

  @Test("networks and subnets are filtered by every attribute too")
  func networkFilters() async throws {
    try await TestCloud.serve { cloud in
      let one = try await cloud.network(["name": "one", "shared": true])
      _ = try await cloud.network(["name": "two", "provider:network_type": "local"], cidr: "10.102.0.0/24")
      for query in [
        "name=one", "shared=True", "provider:network_type=vxlan", "id=\(one.id)", "mtu=1450",
        "router:external=False&name=one", "status=ACTIVE&name=one",
      ] {
        let networks = try await cloud.get("/v2.0/networks?fields=id&\(query)").body?["networks"]
        #expect(networks == [["id": .string(one.id)]], "\(query)")
      }
      #expect(try await cloud.get("/v2.0/networks?status=DOWN").body?["networks"] == [])
      for query in ["network_id=\(one.id)", "cidr=10.101.0.0/24", "gateway_ip=10.101.0.1", "ip_version=4&name="] {
        let subnets = try await cloud.get("/v2.0/subnets?\(query)&fields=id&limit=1").body?["subnets"]?.array
        #expect(subnets?.count == 1, "\(query)")
      }
      #expect(try await cloud.get("/v2.0/networks/\(one.id)?fields=segments").body == ["network": [:]])
    }
  }

  private static func ids(_ cloud: TestCloud, _ path: String) async throws -> [String] {
    try (try await cloud.get(path).body?["ports"]?.array ?? []).map { try $0.text("id") }
  }

  private static func link(_ rel: String, _ answer: Answer) -> String? {
    let links = answer.body?["ports_links"]?.array ?? []
    let href = links.first { $0["rel"]?.string == rel }?["href"]?.string
    return href.flatMap { $0.split(separator: "/v2.0").last.map { "/v2.0" + $0 } }
  }
}
