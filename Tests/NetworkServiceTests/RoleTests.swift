import JSON
import NIOHTTP1
import Testing

/// What tokens with other roles get from a server.
@Suite("Roles")
struct RoleTests {
  @Test("a reader sees what the project has and changes nothing")
  func reader() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", ["name": "n"], token: memberToken).text("id")
      let reader = "reader of \(memberProject)"
      #expect(try await cloud.get("/v2.0/networks/\(network)", token: reader).status == 200)
      #expect(try await cloud.get("/v2.0/networks", token: reader).body?["networks"]?.array?.count == 1)
      let writes: [(HTTPMethod, String, JSONValue?, String)] = [
        (.POST, "networks", ["network": ["name": "x"]], "rule:create_network"),
        (.PUT, "networks/\(network)", ["network": ["name": "x"]], "rule:update_network"),
        (.DELETE, "networks/\(network)", nil, "rule:delete_network"),
        (.PUT, "networks/\(network)/tags/a", nil, "rule:update_network:tags"),
        (.POST, "security-groups", ["security_group": ["name": "x"]], "rule:create_security_group"),
        (
          .POST, "subnets", ["subnet": ["network_id": .string(network), "cidr": "10.0.0.0/24", "ip_version": 4]],
          "rule:create_subnet"
        ),
        (.POST, "ports", ["port": ["network_id": .string(network)]], "rule:create_port"),
        (.POST, "subnetpools", ["subnetpool": ["name": "x", "prefixes": ["10.0.0.0/8"]]], "rule:create_subnetpool"),
      ]
      for (method, path, body, rule) in writes {
        let answer = try await cloud.send(method, "/v2.0/\(path)", token: reader, body: body)
        #expect(answer.status == 403, "\(method) \(path)")
        #expect(answer.errorMessage == "\(rule) is disallowed by policy", "\(method) \(path)")
      }
    }
  }

  @Test("who has no role in a project sees what is shared and nothing else; a token for no project sees nothing")
  func noRole() async throws {
    try await TestCloud.serve { cloud in
      _ = try await cloud.create("network", ["name": "own"], token: memberToken)
      _ = try await cloud.create("network", ["name": "shared", "shared": true])
      for (token, seen) in [("dancer of \(memberProject)", [["name": "shared"]]), ("admin of -", [])]
        as [(String, JSONValue)]
      {
        #expect(try await cloud.get("/v2.0/networks?fields=name", token: token).body?["networks"] == seen)
        #expect(try await cloud.get("/v2.0/ports", token: token).body?["ports"] == [])
        let answer = try await cloud.send(.POST, "/v2.0/networks", token: token, body: ["network": ["name": "x"]])
        #expect(answer.status == 403)
      }
    }
  }

  @Test("a service that is a member of its own project changes nothing of another one's networks and subnets")
  func serviceAndMember() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      let pool = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["10.64.0.0/16"]]).text("id")
      let token = "service,member of \(memberProject)"
      for (path, kind) in [
        ("networks/\(network.id)", "network"), ("subnets/\(network.subnetID)", "subnet"),
        ("subnetpools/\(pool)", "subnetpool"),
      ] {
        #expect(try await cloud.get("/v2.0/\(path)", token: token).status == 200, "\(path)")
        let update = try await cloud.send(
          .PUT, "/v2.0/\(path)", token: token, body: .object([kind: ["name": "mine"]]))
        #expect(update.status == 403, "\(path)")
        #expect(try await cloud.send(.DELETE, "/v2.0/\(path)", token: token).status == 403, "\(path)")
      }
      let sharing = try await cloud.send(
        .POST, "/v2.0/rbac-policies", token: token,
        body: [
          "rbac_policy": [
            "object_type": "network", "object_id": .string(network.id), "action": "access_as_shared",
            "target_tenant": .string(memberProject),
          ]
        ])
      #expect(sharing.status == 400)
    }
  }

  @Test("a service sees every project's ports with their bindings, but not where networks are")
  func service() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network().id
      let port = try await cloud.create("port", ["network_id": .string(network)]).text("id")
      let service = "service of \(memberProject)"
      let shown = try await cloud.get("/v2.0/ports/\(port)", token: service).body?["port"]
      #expect(shown?["binding:vif_type"] == "unbound")
      let seen = try await cloud.get("/v2.0/networks/\(network)", token: service).body?["network"]
      #expect(seen?["id"] == .string(network))
      #expect(seen?["provider:network_type"] == nil)
      #expect(try await cloud.send(.POST, "/v2.0/networks", token: service, body: ["network": [:]]).status == 403)
    }
  }

  @Test("a member names its own project or none, by either name, and both must agree")
  func projectOfNewResource() async throws {
    try await TestCloud.serve { cloud in
      for name in ["project_id", "tenant_id"] {
        let own = try await cloud.send(
          .POST, "/v2.0/networks", token: memberToken, body: ["network": .object([name: .string(memberProject)])])
        #expect(own.status == 201)
        let other = try await cloud.send(
          .POST, "/v2.0/networks", token: memberToken, body: ["network": .object([name: .string(adminProject)])])
        #expect(other.status == 400)
        let forced = try await cloud.send(.POST, "/v2.0/networks", body: ["network": .object([name: "p2"])])
        #expect(forced.body?["network"]?["project_id"] == "p2")
        #expect(forced.body?["network"]?["tenant_id"] == "p2")
      }
      let both = try await cloud.send(
        .POST, "/v2.0/networks", body: ["network": ["project_id": "a", "tenant_id": "b"]])
      #expect(both.status == 400)
      #expect(both.errorMessage == "'project_id' and 'tenant_id' do not match")
    }
  }
}
