import JSON
import NIOHTTP1
import NetworkService
import Testing

@Suite("Quotas")
struct QuotaTests {
  private static let own = "/v2.0/quotas/\(memberProject)"

  @Test("a project has upstream's defaults, and what an administrator sets instead, until that is deleted")
  func limits() async throws {
    try await TestCloud.serve { cloud in
      let defaults = try await cloud.get(Self.own)
      #expect(defaults.status == 200)
      #expect(
        defaults.body?["quota"] == [
          "network": 100, "subnet": 100, "subnetpool": -1, "port": 500, "router": 10, "floatingip": 50,
          "rbac_policy": 10, "security_group": 10, "security_group_rule": 100,
        ])
      let changed = try await cloud.send(.PUT, Self.own, body: ["quota": ["port": "7", "network": -1]])
      #expect(changed.status == 200)
      #expect(changed.body?["quota"]?["port"] == 7)
      #expect(try await cloud.get(Self.own, token: memberToken).body?["quota"]?["network"] == -1)
      #expect(try await cloud.get(Self.own + "/default").body == defaults.body)
      #expect(try await cloud.get("/v2.0/quotas/\(adminProject)").body == defaults.body)
      let list = try await cloud.get("/v2.0/quotas").body?["quotas"]?.array ?? []
      #expect(list.count == 1)
      #expect(list.first?["project_id"] == .string(memberProject))
      #expect(list.first?["tenant_id"] == .string(memberProject))
      #expect(list.first?["port"] == 7)
      #expect(try await cloud.send(.DELETE, Self.own).status == 204)
      #expect(try await cloud.get(Self.own).body == defaults.body)
      let again = try await cloud.send(.DELETE, Self.own)
      #expect(again.status == 404)
      #expect(again.errorType == "TenantQuotaNotFound")
    }
  }

  @Test("what is configured is the default of a project that nothing is set for")
  func configuration() async throws {
    var configuration = NetworkConfiguration()
    configuration.quotas = QuotaConfiguration(all: -1)
    configuration.quotas[.rbacPolicy] = 3
    try await TestCloud.serve(configuration: configuration) { cloud in
      let quota = try await cloud.get(Self.own).body?["quota"]
      #expect(quota?["rbac_policy"] == 3)
      #expect(quota?["port"] == -1)
      #expect(quota?["subnetpool"] == -1)
    }
  }

  @Test("details tell what is in use, and follow every insertion and deletion")
  func details() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      let port = try await cloud.create(
        "port", ["network_id": .string(network.id), "tenant_id": .string(memberProject)])
      _ = try await cloud.create("port", ["network_id": .string(network.id)])
      func used(_ resource: String, _ project: String) async throws -> JSONValue? {
        let details = try await cloud.get("/v2.0/quotas/\(project)/details").body?["quota"]?[resource]
        #expect(details?["reserved"] == 0)
        return details?["used"]
      }
      #expect(try await used("port", memberProject) == 1)
      #expect(try await used("port", adminProject) == 1)
      #expect(try await used("network", adminProject) == 1)
      #expect(try await used("subnet", adminProject) == 1)
      #expect(try await used("router", adminProject) == 0)
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(try port.text("id"))").status == 204)
      #expect(try await used("port", memberProject) == 0)
    }
  }

  @Test("a project gets no more than its quota, in one request or in several, and all of a bulk request or nothing")
  func enforcement() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      let quotas = "/v2.0/quotas/\(adminProject)"
      _ = try await cloud.send(
        .PUT, quotas, body: ["quota": ["port": 3, "network": 1, "subnet": 1, "security_group": 0, "force": true]])
      let port: JSONValue = ["network_id": .string(network.id)]
      let bulk = try await cloud.send(.POST, "/v2.0/ports", body: ["ports": [port, port, port, port]])
      #expect(bulk.status == 409)
      #expect(bulk.errorType == "OverQuota")
      #expect(bulk.errorMessage == "Quota exceeded for resources: ['port'].")
      #expect(try await cloud.get("/v2.0/ports").body?["ports"] == [])
      #expect(try await cloud.send(.POST, "/v2.0/ports", body: ["ports": [port, port]]).status == 201)
      #expect(try await cloud.send(.POST, "/v2.0/ports", body: ["port": port]).status == 201)
      let refused: [(String, JSONValue)] = [
        ("port", port), ("network", [:]),
        ("subnet", ["network_id": .string(network.id), "cidr": "10.9.0.0/24", "ip_version": 4]),
        ("security_group", ["name": "g"]),
      ]
      for (kind, body) in refused {
        let path = kind.split(separator: "_").joined(separator: "-") + "s"
        let answer = try await cloud.send(.POST, "/v2.0/\(path)", body: .object([kind: body]))
        #expect(answer.status == 409, "\(kind): \(String(describing: answer.body))")
        #expect(answer.errorType == "OverQuota", "\(kind)")
      }
      let other = try await cloud.send(
        .POST, "/v2.0/ports", body: ["port": ["network_id": .string(network.id), "tenant_id": .string(memberProject)]])
      #expect(other.status == 201)
    }
  }

  @Test("however many ask at once, a quota is never overshot, and what is deleted can be used again")
  func concurrency() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network()
      _ = try await cloud.send(.PUT, "/v2.0/quotas/\(adminProject)", body: ["quota": ["port": 20]])
      let body: JSONValue = ["port": ["network_id": .string(network.id)]]
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<64 { group.addTask { try await cloud.send(.POST, "/v2.0/ports", body: body).status } }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [201: 20, 409: 44])
      let ports = try await cloud.get("/v2.0/ports?fields=id").body?["ports"]?.array ?? []
      #expect(ports.count == 20)
      let first = try #require(ports.first)
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(try first.text("id"))").status == 204)
      #expect(try await cloud.send(.POST, "/v2.0/ports", body: body).status == 201)
      #expect(try await cloud.send(.POST, "/v2.0/ports", body: body).status == 409)
    }
  }

  @Test("only an administrator sets quotas or sees another project's, and nonsense is refused")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let other = "/v2.0/quotas/\(adminProject)"
      for (method, path) in [
        (HTTPMethod.GET, other), (.GET, other + "/details"), (.GET, other + "/default"), (.GET, "/v2.0/quotas"),
        (.PUT, Self.own), (.DELETE, Self.own),
      ] {
        let body: JSONValue? = method == .PUT ? ["quota": ["port": 1]] : nil
        let answer = try await cloud.send(method, path, token: memberToken, body: body)
        #expect(answer.status == 403, "\(method) \(path)")
      }
      #expect(try await cloud.get(Self.own + "/details", token: memberToken).status == 200)
      let bodies: [(JSONValue, String, String)] = [
        (["quota": ["port": "x"]], "InvalidInput", "Invalid input for operation: 'x' is not an integer."),
        (
          ["quota": ["port": -2]], "HTTPBadRequest",
          "Invalid input for port. Reason: '-2' is too small - must be at least '-1'."
        ),
        (
          ["quota": ["port": 2_147_483_648]], "HTTPBadRequest",
          "Invalid input for port. Reason: '2147483648' is too large - must be no larger than '2147483647'."
        ),
        (["quota": ["nosuch": 1]], "HTTPBadRequest", "Unrecognized attribute(s) 'nosuch'"),
        (["network": 1], "HTTPBadRequest", "Unable to find 'quota' in request body"),
      ]
      for (body, type, message) in bodies {
        let answer = try await cloud.send(.PUT, Self.own, body: body)
        #expect(answer.status == 400)
        #expect(answer.errorType == type)
        #expect(answer.errorMessage == message)
      }
      #expect(try await cloud.send(.POST, "/v2.0/quotas", body: ["quota": [:]]).status == 501)
    }
  }

  @Test("a limit below what is in use is refused, unless it is forced")
  func belowUsage() async throws {
    try await TestCloud.serve { cloud in
      _ = try await cloud.network()
      _ = try await cloud.network(cidr: "10.102.0.0/24")
      let path = "/v2.0/quotas/\(adminProject)"
      let refused = try await cloud.send(.PUT, path, body: ["quota": ["network": 1, "port": 9, "check_limit": true]])
      #expect(refused.status == 400)
      #expect(
        refused.errorMessage == "Quota limit 1 for network must be greater than or equal to already used 2")
      #expect(try await cloud.get(path).body?["quota"]?["port"] == 500)
      #expect(try await cloud.send(.PUT, path, body: ["quota": ["network": 1, "force": true]]).status == 200)
      #expect(try await cloud.get(path).body?["quota"]?["network"] == 1)
    }
  }

  @Test("a client can ask which project its token is for")
  func ownProject() async throws {
    try await TestCloud.serve { cloud in
      let tenant = try await cloud.get("/v2.0/quotas/tenant", token: memberToken)
      #expect(tenant.body == ["tenant": ["tenant_id": .string(memberProject)]])
      let project = try await cloud.get("/v2.0/quotas/project", token: memberToken)
      #expect(project.body == ["project": ["project_id": .string(memberProject)]])
    }
  }
}
