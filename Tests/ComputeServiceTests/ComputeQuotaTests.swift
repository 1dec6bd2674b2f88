import ComputeService
import HostRPC
import JSON
import Model
import SQLite
import Store
import Support
import Testing

@Suite("Quotas, limits and usage", .timeLimit(.minutes(2))) struct ComputeQuotaTests {
  @Test("a project's quotas are shown, set within what is used, and deleted")
  func sets() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      for _ in 0..<2 { _ = try await compute.place() }
      let path = "/v2.1/os-quota-sets/p1"
      func put(_ set: JSONValue, _ query: String = "") async throws -> ComputeFixture.Reply {
        try await compute.send("PUT", path + query, ["quota_set": set])
      }
      let shown = try await compute.send("GET", path, token: "member").body?["quota_set"]
      #expect(shown?["id"] == "p1")
      #expect(shown?["instances"] == 10)
      #expect(shown?["floating_ips"] == -1)
      let later = try await compute.send("GET", path, version: "2.57").body?["quota_set"]
      #expect(
        later?.object?.names == [
          "id", "cores", "instances", "key_pairs", "metadata_items", "ram", "server_group_members", "server_groups",
        ])
      let set = try await put(["instances": 5, "cores": "-1"])
      #expect(set.body?["quota_set"]?["instances"] == 5)
      #expect(set.body?["quota_set"]?["cores"] == -1)
      #expect(set.body?["quota_set"]?["id"] == nil)
      let low = try await put(["instances": 1])
      #expect(low.status == 400)
      #expect(
        low.message == "Quota limit 1 for instances must be greater than or equal to already used and reserved 2.")
      #expect(try await put(["instances": 1, "force": true]).status == 200)
      let detail = try await compute.send("GET", "\(path)/detail").body?["quota_set"]
      #expect(detail?["instances"] == ["in_use": 2, "limit": 1, "reserved": 0])
      #expect(detail?["ram"] == ["in_use": 256, "limit": 51200, "reserved": 0])
      let defaults = try await compute.send("GET", "\(path)/defaults").body?["quota_set"]
      #expect(defaults?["instances"] == 10)
      for bad: JSONValue in [["instances": "x"], ["instances": -2], ["volumes": 1], ["instances": 2_147_483_648]] {
        #expect(try await put(bad).status == 400)
      }
      #expect(try await compute.send("PUT", path, ["quota_set": ["fixed_ips": 1]], version: "2.36").status == 400)
      #expect(try await compute.send("DELETE", path).status == 202)
      #expect(try await compute.send("GET", path).body?["quota_set"]?["instances"] == 10)
      #expect(try await compute.send("GET", path, token: "other").status == 403)
      #expect(try await compute.send("DELETE", path, token: "member").status == 403)
    }
  }

  @Test("a user has no more than the project leaves, and is held to it")
  func users() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let path = "/v2.1/os-quota-sets/p1?user_id=u-member"
      let high = try await compute.send("PUT", path, ["quota_set": ["instances": 11]])
      #expect(high.message == "Quota limit 11 for instances must be less than or equal to 10.")
      #expect(try await compute.send("PUT", path, ["quota_set": ["instances": 1]]).status == 200)
      _ = try await compute.place(token: "member")
      let refused = try await compute.send("POST", "/v2.1/servers", ComputeFixture.server(), token: "member")
      #expect(refused.message == "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances")
      _ = try await compute.place()
      let project = try await compute.send("PUT", "/v2.1/os-quota-sets/p1", ["quota_set": ["instances": 0]])
      #expect(project.message?.hasSuffix("already used and reserved 2.") == true)
    }
  }

  @Test("the default class holds for every project")
  func classes() async throws {
    try await ComputeFixture.serving { compute in
      let path = "/v2.1/os-quota-class-sets/default"
      let old = try await compute.send("GET", path).body?["quota_class_set"]
      #expect(old?["id"] == "default")
      #expect(old?["server_groups"] == nil)
      #expect(old?["fixed_ips"] == -1)
      let set = try await compute.send("PUT", path, ["quota_class_set": ["instances": 7]], version: "2.50")
      #expect(set.body?["quota_class_set"]?["instances"] == 7)
      #expect(set.body?["quota_class_set"]?["server_groups"] == 10)
      #expect(try await compute.send("GET", "/v2.1/os-quota-sets/p1").body?["quota_set"]?["instances"] == 7)
      let limits = try await compute.send("GET", "/v2.1/limits", token: "member").body?["limits"]?["absolute"]
      #expect(limits?["maxTotalInstances"] == 7)
      #expect(limits?["maxImageMeta"] == 128)
      let later = try await compute.send("GET", "/v2.1/limits", version: "2.57").body?["limits"]?["absolute"]
      #expect(later?["maxImageMeta"] == nil)
      #expect(later?["maxPersonality"] == nil)
      #expect(try await compute.send("GET", "/v2.1/limits?tenant_id=p2", token: "member").status == 403)
      #expect(try await compute.send("GET", path, token: "member").status == 403)
    }
  }

  @Test("metadata and server groups have limits, and a group of another project is not there")
  func others() async throws {
    var options = ComputeOptions()
    options.quotas[.metadataItems] = 1
    options.quotas[.serverGroups] = 1
    try await ComputeFixture.serving(options: options) { compute in
      try await compute.report("h1")
      let refused = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server(["metadata": ["a": "1", "b": "2"]]))
      #expect(refused.status == 403)
      #expect(refused.message == "Maximum number of metadata items exceeds 1")
      let path = "/v2.1/os-server-groups"
      let body: JSONValue = [
        "server_group": ["name": "g", "policy": "anti-affinity", "rules": ["max_server_per_host": 2]]
      ]
      let made = try await compute.send("POST", path, body, token: "member", version: "2.64")
      let group = try #require(made.body?["server_group"])
      #expect(group["rules"] == ["max_server_per_host": 2])
      #expect(group["project_id"] == "p1")
      let again = try await compute.send("POST", path, body, version: "2.64")
      #expect(again.status == 403)
      #expect(again.message == "Quota exceeded, too many server groups.")
      let id = try #require(group.uuid)
      let old = try await compute.send("GET", "\(path)/\(id)").body?["server_group"]
      #expect(old?["policies"] == ["anti-affinity"])
      #expect(old?["metadata"] == [:])
      #expect(try await compute.send("GET", "\(path)/\(id)", token: "other").status == 404)
      #expect(try await compute.send("POST", path, body, token: "reader", version: "2.64").status == 403)
      #expect(try await compute.send("DELETE", "\(path)/\(id)", token: "reader").status == 403)
      #expect(try await compute.send("DELETE", "\(path)/\(id)", token: "other").status == 404)
      #expect(try await compute.send("GET", path, token: "other").body == ["server_groups": []])
      #expect(try await compute.send("GET", "\(path)?all_projects=1").body?["server_groups"]?.array?.count == 1)
      let soft: JSONValue = ["server_group": ["name": "g", "policies": ["soft-affinity"]]]
      #expect(try await compute.send("POST", path, soft, token: "other").status == 400)
      #expect(try await compute.send("POST", path, soft, token: "other", version: "2.15").status == 200)
      let rules: JSONValue = [
        "server_group": ["name": "g", "policy": "affinity", "rules": ["max_server_per_host": 2]]
      ]
      #expect(
        try await compute.send("POST", path, rules, version: "2.64").message
          == "Only anti-affinity policy supports rules.")
      #expect(try await compute.send("DELETE", "\(path)/\(id)", token: "member").status == 204)
      #expect(
        try await compute.send("GET", "\(path)/\(id)").message == .some("Instance group \(id) could not be found."))
    }
  }

  @Test("what a project has used is told of servers that are there and of those that are gone")
  func usage() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let ids = [try #require(try await compute.place().uuid), try #require(try await compute.place().uuid)]
      for id in ids {
        let update = InstanceUpdate(
          instanceID: id, vmState: "active", taskState: .cleared, powerState: 1,
          launchedAt: Timestamp("2026-01-01T00:00:00Z"))
        _ = try await compute.host("h1").call(UpdateInstance.self, update)
      }
      _ = try await compute.host("h1").call(UpdateInstance.self, InstanceUpdate(instanceID: ids[0], vmState: "deleted"))
      try await compute.store.write { transaction in
        try transaction.execute("UPDATE terminated_instances SET terminated_at = '2026-01-01T01:00:00.000000Z'")
      }
      let path = "/v2.1/os-simple-tenant-usage"
      let period = "start=2026-01-01T00:30:00&end=2026-01-01T02:30:00"
      let usage = try await compute.send("GET", "\(path)/p1?\(period)", token: "member").body?["tenant_usage"]
      #expect(usage?["total_hours"]?.number == 2.5)
      #expect(usage?["total_memory_mb_usage"]?.number == 320)
      #expect(usage?["start"] == "2026-01-01T00:30:00.000000")
      let servers = usage?["server_usages"]?.array ?? []
      #expect(Set(servers.map { $0["state"] }) == ["terminated", "active"])
      #expect(servers.first { $0["state"] == "terminated" }?["uptime"] == 3600)
      let list = try await compute.send("GET", "\(path)?\(period)&limit=1", version: "2.40")
      #expect(list.body?["tenant_usages"]?.array?.first?["server_usages"] == nil)
      let next = try #require(list.body?["tenant_usages_links"]?.array?.first?["href"]?.string)
      let second = try await compute.send("GET", String(next.dropFirst(compute.url.count)), version: "2.40")
      #expect(second.body?["tenant_usages"]?.array?.count == 1)
      let nothing = try await compute.send("GET", "\(path)/p1?start=2025-01-01T00:00:00&end=2025-02-01T00:00:00")
      #expect(nothing.body?["tenant_usage"] == [:])
      #expect(
        try await compute.send("GET", "\(path)?start=2026-02-01T00:00:00&end=2026-01-01T00:00:00").message
          == "Invalid start time. The start time cannot occur after the end time.")
      #expect(try await compute.send("GET", "\(path)?start=today").status == 400)
      #expect(try await compute.send("GET", path, token: "member").status == 403)
      #expect(try await compute.send("GET", "\(path)/p2", token: "member").status == 403)
    }
  }
}
