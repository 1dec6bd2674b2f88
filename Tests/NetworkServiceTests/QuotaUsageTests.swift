import JSON
import NIOHTTP1
import NetworkService
import SQLite
import Store
import Testing

@Suite("What quotas count")
struct QuotaUsageTests {
  private static let tables = [
    "networks": "network", "subnets": "subnet", "subnetpools": "subnetpool", "ports": "port",
    "security_groups": "security_group", "security_group_rules": "security_group_rule", "network_rbac": "rbac_policy",
  ]

  /// What is wrong with the counters, in words.
  private static func mistakes(_ cloud: TestCloud) async throws -> [String] {
    try await cloud.store.read { snapshot in
      try tables.flatMap { table, resource in
        try snapshot.rows(
          """
          SELECT project_id, sum(counted), sum(present) FROM (
            SELECT project_id, in_use AS counted, 0 AS present FROM quota_usages WHERE resource = ?
            UNION ALL SELECT project_id, 0, 1 FROM \(table))
          GROUP BY project_id HAVING sum(counted) <> sum(present)
          """,
          resource
        ) { row in "\(table) of \(row.text(0)): \(row.integer(1)) counted, \(row.integer(2)) there" }
      }
    }
  }

  @Test("the counters are what is there, after everything that adds and removes rows, cascades included")
  func counters() async throws {
    try await TestCloud.serve { cloud in
      func delete(_ path: String) async throws {
        let answer = try await cloud.send(.DELETE, "/v2.0/\(path)")
        #expect(answer.status == 204, "\(path): \(String(describing: answer.body))")
        #expect(try await Self.mistakes(cloud) == [], "\(path)")
      }
      let one = try await cloud.network(["shared": true])
      let two = try await cloud.network(["tenant_id": .string(memberProject)], cidr: "10.102.0.0/24")
      let pool = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["10.64.0.0/16"]]).text("id")
      let created = try await cloud.send(.POST, "/v2.0/security-groups", body: ["security_group": ["name": "g"]])
      let group = try created.body?["security_group"]?.text("id") ?? ""
      let rule: JSONValue = [
        "security_group_id": .string(group), "direction": "ingress", "protocol": "tcp", "port_range_min": 1,
        "port_range_max": 2,
      ]
      let ruled = try await cloud.send(.POST, "/v2.0/security-group-rules", body: ["security_group_rule": rule])
      #expect(ruled.status == 201)
      let port = try await cloud.create("port", ["network_id": .string(one.id)]).text("id")
      _ = try await cloud.create(
        "port", ["network_id": .string(one.id), "tenant_id": .string(memberProject), "security_groups": []])
      _ = try await cloud.create("port", ["network_id": .string(two.id), "device_owner": "network:dhcp"])
      #expect(try await Self.mistakes(cloud) == [])
      let refused = try await cloud.send(.POST, "/v2.0/networks", body: ["networks": [[:], ["mtu": 1]]])
      #expect(refused.status == 400)
      #expect(try await Self.mistakes(cloud) == [])
      _ = try await cloud.send(.PUT, "/v2.0/networks/\(one.id)", body: ["network": ["name": "renamed"]])
      try await delete("ports/\(port)")
      try await delete("security-groups/\(group)")
      try await delete("subnetpools/\(pool)")
      try await delete("networks/\(two.id)")
      let details = try await cloud.get("/v2.0/quotas/\(memberProject)/details").body?["quota"]
      #expect(details?["network"]?["used"] == 0)
      #expect(details?["port"]?["used"] == 1)
    }
  }

  @Test("a row that changes its project is counted where it has gone")
  func changeOfProject() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      try await cloud.store.write { transaction in
        for table in ["networks", "subnets"] { try transaction.execute("UPDATE \(table) SET project_id = 'p2'") }
      }
      #expect(try await Self.mistakes(cloud) == [])
      let details = try await cloud.get("/v2.0/quotas/p2/details").body?["quota"]
      #expect(details?["network"]?["used"] == 1)
      #expect(try await cloud.get("/v2.0/networks/\(network.id)").body?["network"]?["project_id"] == "p2")
    }
  }
}
