import JSON
import NIOHTTP1
import NetworkService
import Testing

@Suite("Who may do what with security groups")
struct SecurityGroupAccessTests {
  @Test("another project's groups and rules are not there, whatever is done with them")
  func strangers() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.newGroup("g")
      let rule = try #require(try await cloud.addRule(to: id, [:]).body?["security_group_rule"]?["id"]?.string)
      let requests: [(HTTPMethod, String, JSONValue?)] = [
        (.GET, "security-groups/\(id)", nil), (.DELETE, "security-groups/\(id)", nil),
        (.PUT, "security-groups/\(id)", ["security_group": ["name": "x"]]),
        (
          .POST, "security-group-rules",
          ["security_group_rule": ["security_group_id": .string(id), "direction": "egress"]]
        ),
        (.GET, "security-group-rules/\(rule)", nil), (.DELETE, "security-group-rules/\(rule)", nil),
      ]
      for (method, path, body) in requests {
        let answer = try await cloud.send(method, "/v2.0/\(path)", token: memberToken, body: body)
        #expect(answer.status == 404, "\(method) \(path)")
        let type = path.hasPrefix("security-group-rules/") ? "SecurityGroupRuleNotFound" : "SecurityGroupNotFound"
        #expect(answer.errorType == type, "\(method) \(path)")
      }
      #expect(try await cloud.groups("name=g", token: memberToken).isEmpty)
      let own = try await cloud.newGroup("own", token: memberToken)
      let referring = try await cloud.addRule(to: own, ["remote_group_id": .string(id)], token: memberToken)
      #expect(referring.errorType == "SecurityGroupNotFound")
      // The administrator sees and changes all.
      #expect(try await cloud.change(own, ["name": "seen"]).status == 200)
    }
  }

  @Test("who has no room for a group's rules gets no group")
  func quotas() async throws {
    var configuration = NetworkConfiguration()
    configuration.quotas[.securityGroupRule] = 5
    try await TestCloud.serve(configuration: configuration) { cloud in
      // The default group's four rules count, and it is made whatever the quota says.
      let answer = try await cloud.send(
        .POST, "/v2.0/security-groups", token: memberToken, body: ["security_group": ["name": "g"]])
      #expect(answer.status == 409)
      #expect(answer.errorType == "OverQuota")
      #expect(try await cloud.groups("", token: memberToken).map { $0["name"] } == ["default"])
      let id = try await cloud.groups("", token: memberToken)[0].text("id")
      #expect(try await cloud.addRule(to: id, ["protocol": "tcp"], token: memberToken).status == 201)
      #expect(try await cloud.addRule(to: id, ["protocol": "udp"], token: memberToken).errorType == "OverQuota")
    }
  }

  @Test("a reader looks, makes the default group by it, and writes nothing")
  func readers() async throws {
    try await TestCloud.serve { cloud in
      let reader = "reader of p3"
      let id = try await cloud.groups("", token: reader)[0].text("id")
      let requests: [(HTTPMethod, String, JSONValue?)] = [
        (.POST, "security-groups", ["security_group": ["name": "x"]]), (.DELETE, "security-groups/\(id)", nil),
        (.PUT, "security-groups/\(id)", ["security_group": ["description": "x"]]),
        (
          .POST, "security-group-rules",
          ["security_group_rule": ["security_group_id": .string(id), "direction": "egress"]]
        ),
      ]
      for (method, path, body) in requests {
        let answer = try await cloud.send(method, "/v2.0/\(path)", token: reader, body: body)
        #expect(answer.status == 403, "\(method) \(path)")
        #expect(answer.errorType == "PolicyNotAuthorized", "\(method) \(path)")
      }
    }
  }

  @Test("the default group keeps its name, and only an administrator deletes it")
  func defaultGroupIsKept() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.groups("", token: memberToken)[0].text("id")
      #expect(try await cloud.change(id, ["name": "x"]).errorType == "SecurityGroupCannotUpdateDefault")
      #expect(try await cloud.change(id, ["description": "mine"], token: memberToken).status == 200)
      let removed = try await cloud.send(.DELETE, "/v2.0/security-groups/\(id)", token: memberToken)
      #expect(removed.status == 409)
      #expect(removed.errorType == "SecurityGroupCannotRemoveDefault")
      #expect(try await cloud.send(.DELETE, "/v2.0/security-groups/\(id)").status == 204)
      let next = try await cloud.groups("", token: memberToken)
      #expect(next.count == 1)
      #expect(try next[0].text("id") != id)
      for name in ["default", "DEFAULT"] {
        let answer = try await cloud.send(
          .POST, "/v2.0/security-groups", token: memberToken, body: ["security_group": ["name": .string(name)]])
        #expect(answer.errorType == "SecurityGroupDefaultAlreadyExists")
      }
    }
  }
}
