import JSON
import Testing

@Suite("How full networks are")
struct IPAvailabilityTests {
  @Test("addresses are counted by subnet and network, for administrators only")
  func counts() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.emptyNetwork(["name": "n"])
      let four = try await cloud.subnet(network, ["cidr": "10.0.0.0/24", "name": "four"]).text("id")
      let six = try await cloud.subnet(network, ["cidr": "2001:db8::/64", "name": "six"]).text("id")
      let empty = try await cloud.emptyNetwork(["name": "empty"])
      for _ in 0..<3 { _ = try await cloud.create("port", ["network_id": .string(network)]) }
      let answer = try await cloud.get("/v2.0/network-ip-availabilities/\(network)")
      let shown = try #require(answer.body?["network_ip_availability"])
      #expect(shown["network_id"] == .string(network) && shown["network_name"] == "n")
      #expect(shown["project_id"] == .string(adminProject) && shown["tenant_id"] == .string(adminProject))
      let subnets = try #require(shown["subnet_ip_availability"]?.array)
      #expect(
        subnets[0] == [
          "subnet_id": .string(four), "ip_version": 4, "cidr": "10.0.0.0/24", "subnet_name": "four", "used_ips": 3,
          "total_ips": 253,
        ])
      #expect(subnets[1]["subnet_id"] == .string(six) && subnets[1]["used_ips"] == 3)
      // 2⁶⁴ - 1, all but the routers' address, as near as the reader of these tests can tell.
      #expect(subnets[1]["total_ips"] == .number(18_446_744_073_709_551_616))
      #expect(shown["used_ips"] == 6 && shown["total_ips"] == .number(18_446_744_073_709_551_616))
      let list = { (query: String) async throws -> [String] in
        let answer = try await cloud.get("/v2.0/network-ip-availabilities\(query)")
        return (answer.body?["network_ip_availabilities"]?.array ?? []).compactMap { $0["network_name"]?.string }
          .sorted()
      }
      for (query, names) in [
        ("", ["empty", "n"]), ("?network_name=n", ["n"]), ("?network_id=\(empty)", ["empty"]), ("?ip_version=6", ["n"]),
        ("?ip_version=4&network_name=empty", []), ("?project_id=\(memberProject)", []),
        ("?tenant_id=\(adminProject)", ["empty", "n"]),
      ] {
        #expect(try await list(query) == names, "\(query)")
      }
      let filtered = try await cloud.get("/v2.0/network-ip-availabilities?ip_version=4&network_id=\(network)")
      let only = filtered.body?["network_ip_availabilities"]?.array?.first
      #expect(only?["subnet_ip_availability"]?.array?.count == 1 && only?["total_ips"] == 253)
      let unknown = try await cloud.get("/v2.0/network-ip-availabilities?nosuch=1")
      #expect(unknown.status == 400)
      #expect(try await cloud.get("/v2.0/network-ip-availabilities/\(network)", token: memberToken).status == 404)
      let hidden = try await cloud.get("/v2.0/network-ip-availabilities", token: memberToken)
      #expect(hidden.body?["network_ip_availabilities"] == [])
    }
  }
}
