import HostRPC
import JSON
import Model
import NIOHTTP1
import Testing

@Suite("QoS rules")
struct QoSRuleTests {
  @Test("a rule is made, shown in its policy and alone, changed and deleted, by its policy's path or its own")
  func life() async throws {
    try await TestCloud.serve { cloud in
      let policy = try await cloud.qosPolicy().text("id")
      let base = "qos/policies/\(policy)/bandwidth_limit_rules"
      let rule = try await cloud.qosRule(policy, ["max_kbps": "3000"])
      let id = try rule.text("id")
      #expect(rule == ["id": .string(id), "max_kbps": 3000, "max_burst_kbps": 0, "direction": "egress"])
      #expect(try await cloud.get("/v2.0/\(base)/\(id)").body?["bandwidth_limit_rule"] == rule)
      let shown = try await cloud.get("/v2.0/qos/policies/\(policy)").body?["policy"]
      #expect(
        shown?["rules"] == [
          [
            "id": .string(id), "qos_policy_id": .string(policy), "max_kbps": 3000, "max_burst_kbps": 0,
            "direction": "egress", "type": "bandwidth_limit",
          ]
        ])
      #expect(shown?["revision_number"] == 1)
      let changed = try await cloud.change("\(base)/\(id)", "bandwidth_limit_rule", ["max_burst_kbps": 300])
      #expect(changed.body?["bandwidth_limit_rule"]?["max_burst_kbps"] == 300)
      let alias = "qos/alias-bandwidth-limit-rules/\(id)"
      #expect(try await cloud.get("/v2.0/\(alias)").body?["alias_bandwidth_limit_rule"]?["max_burst_kbps"] == 300)
      let turned = try await cloud.change(alias, "alias_bandwidth_limit_rule", ["direction": "ingress"])
      #expect(turned.body?["alias_bandwidth_limit_rule"]?["direction"] == "ingress")
      let other = try await cloud.qosRule(policy, ["max_kbps": 10])
      let listed = try await cloud.get("/v2.0/\(base)?direction=egress")
      #expect(listed.body?["bandwidth_limit_rules"] == [other])
      let sorted = try await cloud.get("/v2.0/\(base)?sort_key=max_kbps&sort_dir=asc&fields=max_kbps")
      #expect(sorted.body?["bandwidth_limit_rules"] == [["max_kbps": 10], ["max_kbps": 3000]])
      #expect(try await cloud.send(.DELETE, "/v2.0/\(alias)").status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/\(base)/\(other.text("id"))").status == 204)
      for path in [alias, "\(base)/\(id)", "\(base)/nosuch"] {
        let gone = try await cloud.get("/v2.0/\(path)")
        #expect(gone.status == 404 && gone.errorType == "QosRuleNotFound", "\(path)")
      }
      #expect(try await cloud.get("/v2.0/qos/policies/\(policy)").body?["policy"]?["revision_number"] == 6)
    }
  }

  @Test("rules that cannot be are refused with upstream's exceptions")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let policy = try await cloud.qosPolicy().text("id")
      let first = try await cloud.qosRule(policy, ["max_kbps": 1]).text("id")
      let second = try await cloud.qosRule(policy, ["max_kbps": 1, "direction": "ingress"]).text("id")
      let base = "/v2.0/qos/policies/\(policy)/bandwidth_limit_rules"
      let cases: [(JSONValue, Int, String, String)] = [
        ([:], 400, "HTTPBadRequest", "Failed to parse request. Required attribute 'max_kbps' not specified"),
        (
          ["max_kbps": -1], 400, "HTTPBadRequest",
          "Invalid input for max_kbps. Reason: '-1' is too small - must be at least '0'."
        ),
        (
          ["max_kbps": 2_147_483_648], 400, "HTTPBadRequest",
          "Invalid input for max_kbps. Reason: '2147483648' is too large - must be no larger than '2147483647'."
        ),
        (["max_kbps": "x"], 400, "InvalidInput", "Invalid input for operation: 'x' is not an integer."),
        (
          ["max_kbps": 1, "direction": "any"], 400, "HTTPBadRequest",
          "Invalid input for direction. Reason: 'any' is not in ['ingress', 'egress']."
        ),
        (["max_kbps": 1, "min_kbps": 1], 400, "HTTPBadRequest", "Unrecognized attribute(s) 'min_kbps'"),
        (
          ["max_kbps": 2], 409, "QoSRulesConflict",
          "Rule bandwidth_limit conflicts with rule \(first) which already exists in QoS Policy \(policy)."
        ),
      ]
      for (body, status, type, message) in cases {
        let answer = try await cloud.send(.POST, base, body: ["bandwidth_limit_rule": body])
        #expect(answer.status == status && answer.errorType == type && answer.errorMessage == message, "\(answer)")
      }
      let turned = try await cloud.send(
        .PUT, "\(base)/\(second)", body: ["bandwidth_limit_rule": ["direction": "egress"]])
      #expect(turned.status == 409 && turned.errorType == "QoSRulesConflict")
      let elsewhere = try await cloud.qosPolicy().text("id")
      let foreign = try await cloud.get("/v2.0/qos/policies/\(elsewhere)/bandwidth_limit_rules/\(first)")
      #expect(foreign.status == 404 && foreign.errorType == "QosRuleNotFound")
      for kind in ["dscp_marking_rules", "minimum_bandwidth_rules"] {
        let path = "/v2.0/qos/policies/\(policy)/\(kind)"
        #expect(try await cloud.get(path).body == .object([kind: []]))
        let refused = try await cloud.send(.POST, path, body: .object([String(kind.dropLast()): ["dscp_mark": 8]]))
        #expect(refused.status == 400 && refused.errorType == "InvalidInput")
        #expect(try await cloud.send(.DELETE, "\(path)/\(first)").errorType == "QosRuleNotFound")
      }
    }
  }

  @Test("a port has its own policy, its network's or none, and a policy that its owner does not see stays")
  func assignment() async throws {
    try await TestCloud.serve { cloud in
      let gold = try await cloud.qosPolicy(["name": "gold", "shared": true]).text("id")
      let hidden = try await cloud.qosPolicy(["name": "hidden"]).text("id")
      let network = try await cloud.create("network", ["qos_policy_id": .string(gold)], token: memberToken).text("id")
      let port = try await cloud.create("port", ["network_id": .string(network)], token: memberToken)
      #expect(port["qos_policy_id"] == .null && port["qos_network_policy_id"] == .string(gold))
      let id = try port.text("id")
      for (path, member) in [("ports/\(id)", "port"), ("networks/\(network)", "network")] {
        let unseen = try await cloud.change(path, member, ["qos_policy_id": .string(hidden)], token: memberToken)
        #expect(unseen.status == 404 && unseen.errorType == "QosPolicyNotFound")
        let wrong = try await cloud.change(path, member, ["qos_policy_id": "x"], token: memberToken)
        #expect(wrong.errorMessage == "Invalid input for qos_policy_id. Reason: 'x' is not a valid UUID.")
      }
      let readOnly = try await cloud.change("ports/\(id)", "port", ["qos_network_policy_id": .null])
      #expect(readOnly.status == 400)
      let set = try await cloud.change("ports/\(id)", "port", ["qos_policy_id": .string(hidden)])
      #expect(set.body?["port"]?["qos_policy_id"] == .string(hidden))
      let kept = try await cloud.change("ports/\(id)", "port", ["qos_policy_id": .null], token: memberToken)
      #expect(kept.status == 403 && kept.errorType == "PolicyRemoveAuthorizationError")
      #expect(try await cloud.change("ports/\(id)", "port", ["name": "n"], token: memberToken).status == 200)
      let freed = try await cloud.change("ports/\(id)", "port", ["qos_policy_id": .null])
      #expect(freed.body?["port"]?["qos_policy_id"] == .null)
    }
  }

  @Test("an agent is told what the rules come to: the port's before the network's, which is not for the network's own")
  func details() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let slow = try await cloud.qosPolicy().text("id")
      let fast = try await cloud.qosPolicy().text("id")
      _ = try await cloud.qosRule(slow, ["max_kbps": 1000])
      _ = try await cloud.qosRule(slow, ["max_kbps": 0, "direction": "ingress"])
      _ = try await cloud.qosRule(fast, ["max_kbps": 9000, "max_burst_kbps": 90, "direction": "ingress"])
      let network = try await cloud.network(["qos_policy_id": .string(slow)]).id
      let port = try await cloud.computePort(on: network)
      let limited = PortBandwidth(egress: BandwidthLimit(maxKbps: 1000))
      #expect(try await cloud.bandwidth(port.tap) == limited)
      _ = try await cloud.change("ports/\(port.id)", "port", ["qos_policy_id": .string(fast)])
      #expect(
        try await cloud.bandwidth(port.tap)
          == PortBandwidth(ingress: BandwidthLimit(maxKbps: 9000, maxBurstKbps: 90)))
      let owners = [
        ("network:dhcp", PortBandwidth()), ("network:router_gateway", limited), ("neutron:LOADBALANCER", .init()),
      ]
      for (owner, expected) in owners {
        let other = try await cloud.create(
          "port",
          ["network_id": .string(network), "device_owner": .string(owner), "binding:host_id": "compute1"])
        #expect(try await cloud.bandwidth("tap\(other.text("id").prefix(11))") == expected, "\(owner)")
      }
    }
  }
}

extension TestCloud {
  func bandwidth(_ device: String) async throws -> PortBandwidth? {
    guard case .details(let details)? = try await details([device]).first else { return nil }
    return details.bandwidth
  }
}
