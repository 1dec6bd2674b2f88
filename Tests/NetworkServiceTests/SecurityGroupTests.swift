import JSON
import NIOHTTP1
import NetworkService
import Testing

@Suite("Security groups")
struct SecurityGroupTests {
  @Test("a project has its default group from the first look at it, with the rules that every cloud's has")
  func defaultGroup() async throws {
    try await TestCloud.serve { cloud in
      let groups = try await cloud.groups("", token: memberToken)
      #expect(groups.map { $0["name"]?.string } == ["default"])
      #expect(groups[0]["description"] == "Default security group")
      #expect(groups[0]["project_id"] == .string(memberProject))
      let id = try groups[0].text("id")
      let rules = groups[0]["security_group_rules"]?.array ?? []
      let kinds = Set(
        rules.map {
          "\($0["direction"]?.string ?? "") \($0["ethertype"]?.string ?? "") \($0["remote_group_id"] ?? .null)"
        })
      #expect(
        kinds == [
          "egress IPv4 null", "egress IPv6 null", "ingress IPv4 \"\(id)\"", "ingress IPv6 \"\(id)\"",
        ])
      #expect(rules.allSatisfy { $0["belongs_to_default_sg"] == true && $0["project_id"] == .string(memberProject) })
      #expect(try await cloud.groups("", token: memberToken).count == 1)
      // An administrator makes his own with any look, and another project's by asking for it.
      #expect(try await cloud.groups("project_id=some-project").map { $0["name"]?.string } == ["default"])
      #expect(try await cloud.groups("project_id=some-project", token: memberToken).isEmpty)
      #expect(try await cloud.groups("project_id=\(adminProject)").count == 1)
    }
  }

  @Test("listing the rules makes the default group as well")
  func defaultGroupOfRules() async throws {
    try await TestCloud.serve { cloud in
      let rules = try await cloud.get("/v2.0/security-group-rules", token: memberToken).body?["security_group_rules"]
      #expect(rules?.array?.count == 4)
    }
  }

  @Test("64 first looks at a new project at once make one default group")
  func concurrentFirstLooks() async throws {
    var configuration = NetworkConfiguration()
    configuration.quotas = QuotaConfiguration(all: -1)
    try await TestCloud.serve(configuration: configuration) { cloud in
      let network = try await cloud.network(["shared": true]).id
      let ids = try await withThrowingTaskGroup(of: [String].self) { group in
        for index in 0..<64 {
          group.addTask {
            switch index % 4 {
            case 0: return try await cloud.groups("name=default", token: memberToken).map { try $0.text("id") }
            case 1:
              let rules = try await cloud.get(
                "/v2.0/security-group-rules?belongs_to_default_sg=true", token: memberToken)
              return try (rules.body?["security_group_rules"]?.array ?? []).map { try $0.text("security_group_id") }
            case 2:
              let port = try await cloud.create("port", ["network_id": .string(network)], token: memberToken)
              return (port["security_groups"]?.array ?? []).compactMap(\.string)
            default:
              _ = try await cloud.create("security-group", ["name": .string("g\(index)")], token: memberToken)
              return []
            }
          }
        }
        return try await group.reduce(into: [String]()) { $0 += $1 }
      }
      // 16 lists of one group, 16 of its four rules, and 16 ports.
      #expect(ids.count == 96)
      #expect(Set(ids).count == 1)
      #expect(try await cloud.groups("name=default", token: memberToken).count == 1)
      #expect(try await cloud.groups("", token: memberToken).count == 17)
    }
  }

  @Test("32 times the same rule at once is added once")
  func concurrentDuplicates() async throws {
    try await TestCloud.serve { cloud in
      let group = try await cloud.newGroup("g")
      let outcomes = try await withThrowingTaskGroup(of: String.self) { tasks in
        for index in 0..<32 {
          tasks.addTask {
            let ipProtocol: JSONValue = index.isMultiple(of: 2) ? "tcp" : 6
            let answer = try await cloud.addRule(
              to: group, ["protocol": ipProtocol, "port_range_min": 22, "port_range_max": 22])
            return answer.errorType ?? "\(answer.status)"
          }
        }
        return try await tasks.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
      }
      #expect(outcomes == ["201": 1, "SecurityGroupRuleExists": 31])
    }
  }

  @Test("a group is made, renamed and deleted, and its rules count its revision up")
  func life() async throws {
    try await TestCloud.serve { cloud in
      let group = try await cloud.create("security-group", ["name": "web", "description": "d", "stateful": false])
      let id = try group.text("id")
      #expect(group["stateful"] == false)
      #expect(group["revision_number"] == 1)
      #expect(group["security_group_rules"]?.array?.count == 2)
      let rule = try await cloud.addRule(to: id, ["protocol": "icmp"])
      #expect(rule.body?["security_group_rule"]?["belongs_to_default_sg"] == false)
      #expect(try await cloud.group(id)["revision_number"] == 2)
      let stale = try await cloud.change(id, ["name": "x"], revision: 1)
      #expect(stale.status == 412)
      #expect(stale.errorType == "RevisionNumberConstraintFailed")
      let changed = try await cloud.change(id, ["name": "x", "stateful": "True"], revision: 2)
      #expect(changed.body?["security_group"]?["name"] == "x")
      #expect(changed.body?["security_group"]?["revision_number"] == 3)
      // A change that changes nothing is none.
      #expect(try await cloud.change(id, ["name": "x"]).body?["security_group"]?["revision_number"] == 3)
      let ruleID = try #require(rule.body?["security_group_rule"]?["id"]?.string)
      #expect(try await cloud.send(.DELETE, "/v2.0/security-group-rules/\(ruleID)").status == 204)
      #expect(try await cloud.group(id)["revision_number"] == 4)
      #expect(try await cloud.send(.DELETE, "/v2.0/security-groups/\(id)").status == 204)
      #expect(try await cloud.get("/v2.0/security-groups/\(id)").errorType == "SecurityGroupNotFound")
      let orphans = try await cloud.get("/v2.0/security-group-rules?security_group_id=\(id)").body
      #expect(orphans?["security_group_rules"] == [])
    }
  }

  @Test("several groups are made at once or none")
  func bulk() async throws {
    try await TestCloud.serve { cloud in
      let answer = try await cloud.send(
        .POST, "/v2.0/security-groups", body: ["security_groups": [["name": "a"], ["name": "b"]]])
      #expect(answer.status == 201)
      #expect(answer.body?["security_groups"]?.array?.map { $0["name"]?.string } == ["a", "b"])
      let refused = try await cloud.send(
        .POST, "/v2.0/security-groups", body: ["security_groups": [["name": "c"], ["name": "Default"]]])
      #expect(refused.errorType == "SecurityGroupDefaultAlreadyExists")
      #expect(try await cloud.groups("name=c").isEmpty)
    }
  }

  @Test("lists are filtered, sorted and paged, and each page is as long as asked for")
  func lists() async throws {
    try await TestCloud.serve { cloud in
      for (name, stateful) in [("a", true), ("b", false), ("b", true), ("c", false)] {
        _ = try await cloud.create(
          "security-group", ["name": .string(name), "description": "d", "stateful": .bool(stateful)])
      }
      func names(_ query: String) async throws -> [String] {
        try await cloud.groups("description=d&\(query)").map { try $0.text("name") }
      }
      #expect(try await names("sort_key=name&sort_dir=desc") == ["c", "b", "b", "a"])
      #expect(try await names("stateful=False&sort_key=name&sort_dir=asc") == ["b", "c"])
      #expect(try await names("name=a&name=c&sort_key=name&sort_dir=asc") == ["a", "c"])
      #expect(try await names("shared=True").isEmpty)
      #expect(try await names("shared=False").count == 4)
      #expect(try await cloud.get("/v2.0/security-groups?shared=perhaps").errorType == "InvalidInput")
      let order = "sort_key=name&sort_dir=asc"
      let page = try await cloud.get("/v2.0/security-groups?description=d&\(order)&limit=2&fields=id&fields=name")
      let groups = page.body?["security_groups"]?.array ?? []
      #expect(groups.map { $0["name"] } == ["a", "b"])
      #expect(groups.allSatisfy { $0.object?.names == ["id", "name"] })
      let marker = try #require(groups.last?["id"]?.string)
      #expect(try await names("sort_key=name&sort_dir=asc&limit=2&marker=\(marker)") == ["b", "c"])
      #expect(page.body?["security_groups_links"]?.array?.contains { $0["rel"] == "next" } == true)
    }
  }

  @Test("deleting a group takes the rules of others that refer to it along")
  func referringRules() async throws {
    try await TestCloud.serve { cloud in
      let (one, two) = (try await cloud.newGroup("one"), try await cloud.newGroup("two"))
      #expect(try await cloud.addRule(to: one, ["remote_group_id": .string(two)]).status == 201)
      #expect(try await cloud.group(one)["security_group_rules"]?.array?.count == 3)
      #expect(try await cloud.send(.DELETE, "/v2.0/security-groups/\(two)").status == 204)
      let left = try await cloud.group(one)
      #expect(left["security_group_rules"]?.array?.count == 2)
      #expect(left["revision_number"] == 3)
    }
  }

  @Test("a group that a port has is neither deleted nor made stateless")
  func inUse() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let id = try await cloud.newGroup("g")
      let port = try await cloud.create("port", ["network_id": .string(network), "security_groups": [.string(id)]])
      #expect(port["security_groups"] == [.string(id)])
      let removed = try await cloud.send(.DELETE, "/v2.0/security-groups/\(id)")
      #expect(removed.status == 409)
      #expect(removed.errorType == "SecurityGroupInUse")
      #expect(try await cloud.change(id, ["stateful": false]).errorType == "SecurityGroupInUse")
      #expect(try await cloud.change(id, ["stateful": true, "name": "h"]).status == 200)
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(try port.text("id"))").status == 204)
      #expect(try await cloud.change(id, ["stateful": false]).status == 200)
      #expect(try await cloud.send(.DELETE, "/v2.0/security-groups/\(id)").status == 204)
    }
  }
}

extension TestCloud {
  func groups(_ query: String, token: String = adminToken) async throws -> [JSONValue] {
    let answer = try await get("/v2.0/security-groups?\(query)", token: token)
    guard let groups = answer.body?["security_groups"]?.array else { throw UnexpectedAnswer(answer: answer) }
    return groups
  }

  /// Makes a group and gives its id back.
  func newGroup(_ name: String, token: String = adminToken) async throws -> String {
    try await create("security-group", ["name": .string(name)], token: token).text("id")
  }

  /// Shows a group.
  func group(_ id: String) async throws -> JSONValue {
    let answer = try await get("/v2.0/security-groups/\(id)")
    guard let group = answer.body?["security_group"] else { throw UnexpectedAnswer(answer: answer) }
    return group
  }

  /// Asks for an ingress rule with these attributes besides.
  func addRule(
    to group: String, _ attributes: [String: JSONValue], token: String = adminToken
  ) async throws -> Answer {
    var rule = attributes
    rule["security_group_id"] = .string(group)
    rule["direction"] = attributes["direction"] ?? "ingress"
    return try await send(
      .POST, "/v2.0/security-group-rules", token: token, body: ["security_group_rule": .object(rule)])
  }

  func change(
    _ group: String, _ attributes: JSONValue, revision: Int? = nil, token: String = adminToken
  ) async throws -> Answer {
    try await send(
      .PUT, "/v2.0/security-groups/\(group)", token: token,
      headers: revision.map { [("If-Match", "revision_number=\($0)")] } ?? [], body: ["security_group": attributes])
  }
}
