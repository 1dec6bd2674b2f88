import JSON
import NIOHTTP1
import Testing

@Suite("QoS policies")
struct QoSPolicyTests {
  @Test("a policy is made, shown, listed, changed, tagged and deleted as upstream does it")
  func life() async throws {
    try await TestCloud.serve { cloud in
      let policy = try await cloud.qosPolicy(["name": "gold", "description": "fast"])
      let id = try policy.text("id")
      #expect(policy["name"] == "gold" && policy["description"] == "fast" && policy["rules"] == [])
      #expect(policy["shared"] == false && policy["is_default"] == false && policy["revision_number"] == 0)
      #expect(policy["project_id"] == .string(adminProject) && policy["tenant_id"] == .string(adminProject))
      #expect(policy["tags"] == [] && policy["created_at"] == policy["updated_at"])
      #expect(try await cloud.get("/v2.0/qos/policies/\(id)").body?["policy"] == policy)
      let changed = try await cloud.change(
        "qos/policies/\(id)", "policy", ["name": "silver", "shared": true, "is_default": true, "description": .null])
      let after = try #require(changed.body?["policy"])
      #expect(after["name"] == "silver" && after["description"] == "" && after["revision_number"] == 1)
      #expect(after["shared"] == true && after["is_default"] == true)
      let unchanged = try await cloud.change("qos/policies/\(id)", "policy", ["name": "silver"])
      #expect(unchanged.body?["policy"]?["revision_number"] == 1)
      #expect(try await cloud.send(.PUT, "/v2.0/policies/\(id)/tags", body: ["tags": ["b", "a"]]).status == 200)
      #expect(try await cloud.get("/v2.0/policies/\(id)/tags").body == ["tags": ["a", "b"]])
      #expect(try await cloud.send(.DELETE, "/v2.0/policies/\(id)/tags/b").status == 204)
      let stale = try await cloud.send(
        .DELETE, "/v2.0/qos/policies/\(id)", headers: [("If-Match", "revision_number=1")])
      #expect(stale.status == 412)
      #expect(try await cloud.send(.DELETE, "/v2.0/qos/policies/\(id)").status == 204)
      for path in ["qos/policies/\(id)", "qos/policies/nosuch"] {
        let gone = try await cloud.get("/v2.0/\(path)")
        #expect(gone.status == 404 && gone.errorType == "QosPolicyNotFound")
      }
    }
  }

  @Test("lists are filtered, sorted and paged")
  func lists() async throws {
    try await TestCloud.serve { cloud in
      let policies: [(String, [String: JSONValue])] = [
        ("c", ["shared": true]), ("a", [:]), ("b", ["is_default": true]),
      ]
      for (name, members) in policies {
        let id = try await cloud.qosPolicy(members.merging(["name": .string(name)]) { $1 }).text("id")
        if name == "a" { _ = try await cloud.send(.PUT, "/v2.0/policies/\(id)/tags/x") }
      }
      let cases: [(String, JSONValue)] = [
        ("sort_key=name&sort_dir=asc", ["a", "b", "c"]), ("sort_key=name&sort_dir=desc", ["c", "b", "a"]),
        ("shared=true", ["c"]), ("is_default=1", ["b"]), ("name=a", ["a"]), ("tags=x", ["a"]),
        ("not-tags-any=x&sort_key=name&sort_dir=asc", ["b", "c"]), ("revision_number=7", []),
        ("sort_key=name&sort_dir=asc&limit=1", ["a"]),
      ]
      for (query, names) in cases {
        let answer = try await cloud.get("/v2.0/qos/policies?fields=name&\(query)")
        let listed = (answer.body?["policies"]?.array ?? []).map { $0["name"] ?? .null }
        #expect(.array(listed) == names, "\(query) \(answer)")
      }
      let page = try await cloud.get("/v2.0/qos/policies?sort_key=name&sort_dir=asc&limit=2")
      #expect(page.body?["policies_links"]?.array?.first?["rel"] == "next")
      let unknown = try await cloud.get("/v2.0/qos/policies?rules=x")
      #expect(unknown.status == 400)
    }
  }

  @Test("managers manage their project's policies, members use them and those that are shared")
  func rights() async throws {
    try await TestCloud.serve { cloud in
      let manager = "manager of \(memberProject)"
      let own = try await cloud.qosPolicy(["name": "own"], token: manager).text("id")
      let shared = try await cloud.qosPolicy(["name": "shared", "shared": true]).text("id")
      let hidden = try await cloud.qosPolicy(["name": "hidden"]).text("id")
      let listed = try await cloud.get("/v2.0/qos/policies?fields=name&sort_key=name&sort_dir=asc", token: memberToken)
      #expect(listed.body?["policies"] == [["name": "own"], ["name": "shared"]])
      for (id, get, put) in [(own, 200, 200), (shared, 200, 403), (hidden, 404, 404)] {
        #expect(try await cloud.get("/v2.0/qos/policies/\(id)", token: memberToken).status == get)
        let change = try await cloud.change("qos/policies/\(id)", "policy", ["name": "x"], token: manager)
        #expect(change.status == put)
      }
      let requests: [(HTTPMethod, String, JSONValue?, String)] = [
        (.POST, "qos/policies", ["policy": ["name": "x"]], "create_policy"),
        (.PUT, "qos/policies/\(own)", ["policy": ["name": "x"]], "update_policy"),
        (.DELETE, "qos/policies/\(own)", nil, "delete_policy"),
        (.PUT, "policies/\(own)/tags/a", nil, "update_policy:tags"),
        (
          .POST, "qos/policies/\(own)/bandwidth_limit_rules", ["bandwidth_limit_rule": ["max_kbps": 1]],
          "create_policy_bandwidth_limit_rule"
        ),
      ]
      for (method, path, body, rule) in requests {
        let answer = try await cloud.send(method, "/v2.0/\(path)", token: memberToken, body: body)
        #expect(answer.status == 403 && answer.errorMessage == "rule:\(rule) is disallowed by policy", "\(answer)")
      }
    }
  }

  @Test("a project has one default policy, which its new networks get")
  func defaults() async throws {
    try await TestCloud.serve { cloud in
      let manager = "manager of \(memberProject)"
      let id = try await cloud.qosPolicy(["is_default": true], token: manager).text("id")
      let second = try await cloud.send(
        .POST, "/v2.0/qos/policies", token: manager, body: ["policy": ["is_default": true]])
      #expect(second.status == 409 && second.errorType == "QoSPolicyDefaultAlreadyExists")
      #expect(second.errorMessage == "A default QoS policy exists for project \(memberProject).")
      let other = try await cloud.qosPolicy(["name": "other"], token: manager).text("id")
      let change = try await cloud.change("qos/policies/\(other)", "policy", ["is_default": true], token: manager)
      #expect(change.status == 409)
      let cases: [(JSONValue, String)] = [
        ([:], id), (["qos_policy_id": .null], id), (["qos_policy_id": .string(other)], other),
      ]
      for (body, wanted) in cases {
        let network = try await cloud.create("network", body, token: memberToken)
        #expect(network["qos_policy_id"] == .string(wanted))
      }
      #expect(try await cloud.create("network", [:])["qos_policy_id"] == .null)
    }
  }

  @Test("a policy that somebody has is not deleted, nor taken from other projects")
  func inUse() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.qosPolicy(["shared": true]).text("id")
      let path = "/v2.0/qos/policies/\(id)"
      let network = try await cloud.create("network", ["qos_policy_id": .string(id)], token: memberToken).text("id")
      let byNetwork = try await cloud.send(.DELETE, path)
      #expect(byNetwork.status == 409 && byNetwork.errorType == "QosPolicyInUse")
      #expect(byNetwork.errorMessage == "QoS Policy \(id) is used by network \(network).")
      let unshared = try await cloud.change("qos/policies/\(id)", "policy", ["shared": false])
      #expect(unshared.status == 409 && unshared.errorType == "RbacPolicyInUse")
      let freed = try await cloud.change("networks/\(network)", "network", ["qos_policy_id": .null], token: memberToken)
      #expect(freed.status == 200 && freed.body?["network"]?["qos_policy_id"] == .null)
      let port = try await cloud.create(
        "port", ["network_id": .string(network), "qos_policy_id": .string(id)], token: memberToken
      ).text("id")
      let byPort = try await cloud.send(.DELETE, path)
      #expect(byPort.errorMessage == "QoS Policy \(id) is used by port \(port).")
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port)").status == 204)
      #expect(try await cloud.change("qos/policies/\(id)", "policy", ["shared": false]).status == 200)
      #expect(try await cloud.send(.DELETE, path).status == 204)
    }
  }

  @Test("the extensions and the types of rules are those that are served")
  func ruleTypes() async throws {
    try await TestCloud.serve { cloud in
      for alias in [
        "qos", "qos-bw-limit-direction", "qos-default", "qos-port-network-policy", "qos-rule-type-details",
        "qos-rule-type-filter", "qos-rules-alias",
      ] { #expect(try await cloud.get("/v2.0/extensions/\(alias)").status == 200, "\(alias)") }
      let types = try await cloud.get("/v2.0/qos/rule-types", token: memberToken)
      #expect(types.body == ["rule_types": [["type": "bandwidth_limit"]]])
      let all = try await cloud.get("/v2.0/qos/rule-types?all_rules=true")
      #expect(all.body?["rule_types"]?.array?.count == 5)
      let one = try await cloud.get("/v2.0/qos/rule-types/bandwidth_limit")
      let driver = one.body?["rule_type"]?["drivers"]?.array?.first
      #expect(driver?["name"] == "linuxbridge" && driver?["supported_parameters"]?.array?.count == 3)
      #expect(try await cloud.get("/v2.0/qos/rule-types/bandwidth_limit", token: memberToken).status == 403)
      #expect(try await cloud.get("/v2.0/qos/rule-types/nosuch").status == 404)
    }
  }
}

extension TestCloud {
  func qosPolicy(_ members: [String: JSONValue] = [:], token: String = adminToken) async throws -> JSONValue {
    let answer = try await send(.POST, "/v2.0/qos/policies", token: token, body: ["policy": .object(members)])
    guard answer.status == 201, let policy = answer.body?["policy"] else { throw UnexpectedAnswer(answer: answer) }
    return policy
  }

  /// Gives a policy a rule; returns it.
  func qosRule(_ policy: String, _ members: JSONValue) async throws -> JSONValue {
    let answer = try await send(
      .POST, "/v2.0/qos/policies/\(policy)/bandwidth_limit_rules", body: ["bandwidth_limit_rule": members])
    guard answer.status == 201, let rule = answer.body?["bandwidth_limit_rule"] else {
      throw UnexpectedAnswer(answer: answer)
    }
    return rule
  }
}
