import JSON
import NIOHTTP1
import Testing

@Suite("The rules that new security groups are filled with")
struct DefaultSecurityGroupRuleTests {
  private static let path = "/v2.0/default-security-group-rules"

  @Test("a new cloud has the four templates that upstream has")
  func templates() async throws {
    try await TestCloud.serve { cloud in
      let rules = try await cloud.get(Self.path, token: memberToken).body?["default_security_group_rules"]?.array ?? []
      let shown = rules.map {
        "\($0["direction"]?.string ?? "") \($0["ethertype"]?.string ?? "") \($0["remote_group_id"]?.string ?? "-") "
          + "\($0["used_in_default_sg"] ?? .null) \($0["used_in_non_default_sg"] ?? .null)"
      }
      #expect(
        shown.sorted() == [
          "egress IPv4 - true true", "egress IPv6 - true true", "ingress IPv4 PARENT true false",
          "ingress IPv6 PARENT true false",
        ])
      let filtered = try await cloud.get("\(Self.path)?used_in_non_default_sg=True").body
      #expect(filtered?["default_security_group_rules"]?.array?.count == 2)
      let id = try rules[0].text("id")
      #expect(
        try await cloud.get("\(Self.path)/\(id)", token: memberToken).body?["default_security_group_rule"] == rules[0])
    }
  }

  @Test("what an administrator changes in the templates, groups made from then on have")
  func newGroups() async throws {
    try await TestCloud.serve { cloud in
      let template: JSONValue = [
        "direction": "ingress", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22,
        "remote_ip_prefix": "10.0.0.5/8", "used_in_default_sg": false, "used_in_non_default_sg": true,
      ]
      let answer = try await cloud.send(.POST, Self.path, body: ["default_security_group_rule": template])
      #expect(answer.status == 201)
      let made = try #require(answer.body?["default_security_group_rule"])
      #expect(made["description"] == "")
      let group = try await cloud.group(cloud.newGroup("g"))
      let rules = group["security_group_rules"]?.array ?? []
      #expect(rules.count == 3)
      #expect(rules.contains { $0["port_range_min"] == 22 && $0["remote_ip_prefix"] == "10.0.0.5/8" })
      #expect(try await cloud.groups("name=default")[0]["security_group_rules"]?.array?.count == 4)
      #expect(try await cloud.send(.DELETE, "\(Self.path)/\(try made.text("id"))").status == 204)
      #expect(try await cloud.group(cloud.newGroup("h"))["security_group_rules"]?.array?.count == 2)
    }
  }

  @Test("templates are an administrator's to make and delete, one of a kind, and must make sense")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let egress: JSONValue = ["direction": "egress", "ethertype": "IPv4"]
      let refused = try await cloud.send(
        .POST, Self.path, token: memberToken, body: ["default_security_group_rule": egress])
      #expect(refused.status == 403)
      #expect(refused.errorType == "PolicyNotAuthorized")
      let same = try await cloud.send(.POST, Self.path, body: ["default_security_group_rule": egress])
      #expect(same.status == 409)
      #expect(same.errorType == "DefaultSecurityGroupRuleExists")
      let odd = try await cloud.send(
        .POST, Self.path, body: ["default_security_group_rule": ["direction": "egress", "port_range_min": 1]])
      #expect(odd.errorType == "SecurityGroupProtocolRequiredWithPorts")
      let id = try (try await cloud.get(Self.path).body?["default_security_group_rules"]?.array ?? [])[0].text("id")
      #expect(try await cloud.send(.DELETE, "\(Self.path)/\(id)", token: memberToken).status == 403)
      let absent = try await cloud.send(.DELETE, "\(Self.path)/7d9b8a1e-8a3e-4a53-9b36-5c4f3c1f6a10")
      #expect(absent.errorType == "DefaultSecurityGroupRuleNotFound")
    }
  }
}
