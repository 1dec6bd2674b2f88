import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("Bandwidth limits from end to end")
  struct QoSChainTests {
    @Test("a policy's limits are in the kernel before its port is ACTIVE, and follow its rules until it goes")
    func chain() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startAgent()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let policy = try await api.makePolicy()
        let ingress = try await api.makeRule(of: policy, "ingress", kbps: 1000)
        _ = try await api.makeRule(of: policy, "egress", kbps: 2000)
        let port = try await installation.plug(api, on: network, ["qos_policy_id": .string(policy)])
        #expect(try await Self.queue(port.tap, installation).contains("tbf"))
        #expect(try await Self.queue(port.tap, installation).contains("rate 1Mbit"))
        #expect(try await Self.table(installation).contains("rate over 250000 bytes/second"))

        let rules = "/v2.0/qos/policies/\(policy)/bandwidth_limit_rules"
        try await api.checked(
          "PUT", .networking, "\(rules)/\(ingress)", ["bandwidth_limit_rule": ["max_kbps": 3000]])
        try await waitUntil("the tap has the new rate") {
          try await Self.queue(port.tap, installation).contains("rate 3Mbit")
        }
        try await api.checked("PUT", .networking, "/v2.0/ports/\(port.id)", ["port": ["qos_policy_id": .null]])
        try await waitUntil("the port has no limit any more") {
          let queue = try await Self.queue(port.tap, installation)
          let table = try await Self.table(installation)
          return !queue.contains("tbf") && !table.contains("rate over")
        }
        try await api.checked("DELETE", .networking, "/v2.0/qos/policies/\(policy)")
      }
    }

    private static func queue(_ tap: String, _ installation: Installation) async throws -> String {
      try await installation.namespace.run(["tc", "qdisc", "show", "dev", tap]).output
    }

    private static func table(_ installation: Installation) async throws -> String {
      try await installation.namespace.run(["nft", "list", "table", "bridge", "plugboard"]).output
    }
  }
}

extension API {
  fileprivate func makePolicy() async throws -> String {
    let policy = try await checked("POST", .networking, "/v2.0/qos/policies", ["policy": ["name": "limited"]])
    return try #require(policy["policy"]?["id"]?.string)
  }

  fileprivate func makeRule(of policy: String, _ direction: String, kbps: Int) async throws -> String {
    let rule = try await checked(
      "POST", .networking, "/v2.0/qos/policies/\(policy)/bandwidth_limit_rules",
      ["bandwidth_limit_rule": ["max_kbps": JSONValue(kbps), "direction": .string(direction)]])
    return try #require(rule["bandwidth_limit_rule"]?["id"]?.string)
  }
}
