import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Sharing a network with a project")
struct RBACTests {
  private static let owner = "member of p1"
  private static let guest = "member of p2"
  private static let stranger = "member of p3"

  @Test("a network that is shared with a project is seen by it with its subnets, and by nobody else")
  func sharing() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network(["project_id": "p1"])
      let path = "/v2.0/networks/\(network.id)"
      _ = try await cloud.create("port", ["network_id": .string(network.id)], token: Self.owner)
      #expect(try await cloud.get(path, token: Self.guest).status == 404)
      let policy = try await cloud.policy(network.id, "p2", token: Self.owner)
      #expect(Set(policy.object?.names ?? []) == Self.members)
      #expect(policy["project_id"] == "p1" && policy["tenant_id"] == "p1" && policy["target_tenant"] == "p2")
      #expect(policy["object_type"] == "network" && policy["object_id"] == .string(network.id))
      let seen = try await cloud.get(path, token: Self.guest).body?["network"]
      #expect(seen?["shared"] == true && seen?["project_id"] == "p1" && seen?["revision_number"] == 3)
      #expect(try await cloud.get(path, token: Self.owner).body?["network"]?["shared"] == false)
      #expect(try await cloud.get(path).body?["network"]?["shared"] == false)
      #expect(try await cloud.ids("networks?shared=True", token: Self.guest) == [network.id])
      #expect(try await cloud.ids("networks", token: Self.guest) == [network.id])
      #expect(try await cloud.ids("networks?shared=True", token: Self.owner) == [])
      #expect(try await cloud.ids("networks", token: Self.stranger) == [])
      #expect(try await cloud.ids("subnets", token: Self.guest) == [network.subnetID])
      #expect(try await cloud.get("/v2.0/subnets/\(network.subnetID)", token: Self.guest).status == 200)
      #expect(try await cloud.ids("subnets", token: Self.stranger) == [])
      #expect(try await cloud.get("/v2.0/subnets/\(network.subnetID)", token: Self.stranger).status == 404)
      #expect(try await cloud.ids("ports", token: Self.guest) == [])
      let port = try await cloud.create("port", ["network_id": .string(network.id)], token: Self.guest).text("id")
      #expect(try await cloud.ids("ports", token: Self.guest) == [port])
      let rename: JSONValue = ["network": ["name": "mine"]]
      #expect(try await cloud.send(.PUT, path, token: Self.guest, body: rename).status == 403)
      #expect(try await cloud.send(.DELETE, path, token: Self.guest).status == 403)
      let stray: JSONValue = ["port": ["network_id": .string(network.id)]]
      #expect(
        try await cloud.send(.POST, "/v2.0/ports", token: Self.stranger, body: stray).errorType == "NetworkNotFound")
    }
  }

  @Test("a policy that somebody's ports depend on stays until they are gone, or another takes its place")
  func dependants() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", ["name": "n"], token: Self.owner).text("id")
      _ = try await cloud.create(
        "subnet", ["network_id": .string(network), "ip_version": 4, "cidr": "10.9.0.0/24"], token: Self.owner)
      let policy = try await cloud.policy(network, "p2", token: Self.owner).text("id")
      let port = try await cloud.create("port", ["network_id": .string(network)], token: Self.guest).text("id")
      let path = "/v2.0/rbac-policies/\(policy)"
      let other: JSONValue = ["rbac_policy": ["target_tenant": "p3"]]
      for refused in [
        try await cloud.send(.DELETE, path, token: Self.owner),
        try await cloud.send(.PUT, path, token: Self.owner, body: other),
      ] {
        #expect(refused.status == 409 && refused.errorType == "RbacPolicyInUse")
        #expect(
          refused.errorMessage
            == "RBAC policy on object \(network) cannot be removed because other objects depend on it.\nDetails: "
            + "Unable to reconfigure sharing settings for network \(network). Multiple tenants are using it.")
      }
      // Everybody's policy makes this one superfluous, and then it is the one that is needed.
      let everybody = try await cloud.policy(network, "*").text("id")
      #expect(try await cloud.send(.DELETE, path, token: Self.owner).status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(everybody)").status == 409)
      let unshare: JSONValue = ["network": ["shared": false]]
      let refused = try await cloud.send(.PUT, "/v2.0/networks/\(network)", body: unshare)
      #expect(refused.status == 409 && refused.errorType == "InvalidSharedSetting")
      #expect(
        refused.errorMessage
          == "Unable to reconfigure sharing settings for network n. Multiple tenants are using it.")
      let again = try await cloud.policy(network, "p2", token: Self.owner).text("id")
      #expect(try await cloud.send(.PUT, "/v2.0/networks/\(network)", body: unshare).status == 200)
      #expect(try await cloud.get("/v2.0/rbac-policies/\(everybody)").status == 404)
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port)", token: Self.guest).status == 204)
      #expect(try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(again)", token: Self.owner).status == 204)
      #expect(try await cloud.get("/v2.0/networks/\(network)", token: Self.guest).status == 404)
    }
  }

  @Test("shared and router:external of a network are the policies for everybody")
  func everybody() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.create("network", ["shared": true, "router:external": true]).text("id")
      let policies = try await cloud.get("/v2.0/rbac-policies?object_id=\(id)").body?["rbac_policies"]?.array ?? []
      #expect(policies.allSatisfy { $0["target_tenant"] == "*" && $0["project_id"] == .string(adminProject) })
      #expect(Set(policies.compactMap { $0["action"]?.string }) == ["access_as_shared", "access_as_external"])
      for policy in policies {
        #expect(try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(try policy.text("id"))").status == 204)
      }
      let shown = try await cloud.get("/v2.0/networks/\(id)").body?["network"]
      #expect(shown?["shared"] == false && shown?["router:external"] == false)
      _ = try await cloud.policy(id, "*")
      #expect(try await cloud.get("/v2.0/networks/\(id)", token: Self.guest).body?["network"]?["shared"] == true)
      let put = try await cloud.send(
        .PUT, "/v2.0/networks/\(id)", body: ["network": ["shared": true, "router:external": true]])
      #expect(put.body?["network"]?["shared"] == true && put.body?["network"]?["router:external"] == true)
      #expect(try await cloud.get("/v2.0/rbac-policies").body?["rbac_policies"]?.array?.count == 2)
      _ = try await cloud.send(
        .PUT, "/v2.0/networks/\(id)", body: ["network": ["shared": false, "router:external": false]])
      #expect(try await cloud.get("/v2.0/rbac-policies").body?["rbac_policies"] == [])
    }
  }

  @Test("a network that one project may use as external is external, seen by it, and none when the policy is gone")
  func external() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.create("network", [:]).text("id")
      let policy = try await cloud.policy(id, "p2", action: "access_as_external").text("id")
      let seen = try await cloud.get("/v2.0/networks/\(id)", token: Self.guest).body?["network"]
      #expect(seen?["router:external"] == true && seen?["shared"] == false)
      #expect(try await cloud.ids("networks?router:external=True", token: Self.guest) == [id])
      #expect(try await cloud.ids("networks?router:external=True", token: Self.stranger) == [])
      #expect(try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(policy)").status == 204)
      #expect(try await cloud.get("/v2.0/networks/\(id)").body?["network"]?["router:external"] == false)
      let out = try await cloud.create("network", ["router:external": true, "is_default": true]).text("id")
      let everybody = try await cloud.ids("rbac-policies?object_id=\(out)", collection: "rbac_policies")
      let refused = try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(try #require(everybody.first))")
      #expect(refused.status == 409 && refused.errorType == "RbacPolicyInUse")
      #expect(refused.errorMessage?.hasSuffix("Default external networks must be shared to everyone.") == true)
    }
  }

  @Test("policies are listed, filtered, paged and changed by who made them")
  func life() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.create("network", [:], token: Self.owner).text("id")
      let first = try await cloud.policy(id, "p2", token: Self.owner).text("id")
      let second = try await cloud.policy(id, "p3", token: Self.owner).text("id")
      let cases: [(query: String, ids: Set<String>)] = [
        ("", [first, second]), ("?target_tenant=p2", [first]), ("?target_tenant=p2&target_tenant=p3", [first, second]),
        ("?object_type=network", [first, second]), ("?object_type=qos_policy", []),
        ("?object_id=\(id)", [first, second]),
        ("?action=access_as_shared", [first, second]), ("?action=access_as_external", []),
        ("?id=\(second)", [second]), ("?tenant_id=p1", [first, second]), ("?project_id=p2", []),
      ]
      for test in cases {
        let found = try await cloud.ids("rbac-policies\(test.query)", token: Self.owner, collection: "rbac_policies")
        #expect(Set(found) == test.ids, "\(test.query)")
      }
      let page = try await cloud.ids("rbac-policies?limit=1", token: Self.owner, collection: "rbac_policies")
      let next = try await cloud.ids(
        "rbac-policies?limit=1&marker=\(try #require(page.first))", token: Self.owner, collection: "rbac_policies")
      #expect(Set(page + next) == [first, second])
      let fields = try await cloud.get("/v2.0/rbac-policies/\(first)?fields=action", token: Self.owner).body
      #expect(fields == ["rbac_policy": ["action": "access_as_shared"]])
      // The project that a network is shared with does not see why.
      #expect(try await cloud.ids("rbac-policies", token: Self.guest, collection: "rbac_policies") == [])
      for method in [HTTPMethod.GET, .DELETE] {
        let answer = try await cloud.send(method, "/v2.0/rbac-policies/\(first)", token: Self.guest)
        #expect(answer.status == 404 && answer.errorType == "RbacPolicyNotFound", "\(method)")
        #expect(answer.errorMessage == "RBAC policy of type unknown with ID \(first) not found")
      }
      let path = "/v2.0/rbac-policies/\(first)"
      func put(_ target: String) async throws -> Answer {
        try await cloud.send(.PUT, path, token: Self.owner, body: ["rbac_policy": ["target_tenant": .string(target)]])
      }
      #expect(try await put("p4").body?["rbac_policy"]?["target_tenant"] == "p4")
      #expect(try await put("p3").errorType == "DuplicateRbacPolicy")
      #expect(try await put("*").status == 403)
      #expect(try await cloud.get("/v2.0/networks/\(id)", token: "member of p4").status == 200)
      #expect(try await cloud.get("/v2.0/networks/\(id)", token: Self.guest).status == 404)
    }
  }

  @Test("a project has no more policies than its quota allows")
  func quota() async throws {
    var configuration = NetworkConfiguration()
    configuration.quotas[.rbacPolicy] = 2
    try await TestCloud.serve(configuration: configuration) { cloud in
      let id = try await cloud.create("network", [:], token: Self.owner).text("id")
      let first = try await cloud.policy(id, "a", token: Self.owner).text("id")
      _ = try await cloud.policy(id, "b", token: Self.owner)
      let body: JSONValue = [
        "rbac_policy": [
          "object_type": "network", "object_id": .string(id), "action": "access_as_shared", "target_tenant": "c",
        ]
      ]
      let refused = try await cloud.send(.POST, "/v2.0/rbac-policies", token: Self.owner, body: body)
      #expect(refused.status == 409 && refused.errorType == "OverQuota")
      #expect(try await cloud.send(.DELETE, "/v2.0/rbac-policies/\(first)", token: Self.owner).status == 204)
      #expect(try await cloud.send(.POST, "/v2.0/rbac-policies", token: Self.owner, body: body).status == 201)
    }
  }

  struct Refusal: Sendable {
    var body: [String: JSONValue]
    var token = RBACTests.owner
    var status: Int
    var type: String
    var message: String?
  }

  @Test("what cannot be shared is refused in Neutron's words")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.create("network", [:], token: Self.owner).text("id")
      _ = try await cloud.policy(id, "p2", token: Self.owner)
      let shared = try await cloud.create("network", ["shared": true]).text("id")
      for refusal in Self.refusals(shared: shared) {
        var body: [String: JSONValue] = [
          "object_type": "network", "object_id": .string(id), "action": "access_as_shared", "target_tenant": "p9",
        ]
        body.merge(refusal.body) { $1 }
        let answer = try await cloud.send(
          .POST, "/v2.0/rbac-policies", token: refusal.token, body: ["rbac_policy": .object(body)])
        #expect(answer.status == refusal.status, "\(refusal.body): \(String(describing: answer.body))")
        #expect(answer.errorType == refusal.type, "\(refusal.body)")
        if let message = refusal.message { #expect(answer.errorMessage == message, "\(refusal.body)") }
      }
      #expect(
        try await cloud.send(.POST, "/v2.0/rbac-policies", body: ["rbac_policy": ["object_type": "network"]])
          .errorMessage == "Failed to parse request. Required attribute 'object_id' not specified")
    }
  }

  private static func refusals(shared: String) -> [Refusal] {
    [
      Refusal(
        body: ["object_type": "qos_policy"], status: 400, type: "InvalidInput",
        message: "Invalid input for operation: 'qos_policy' is not a valid RBAC object type."),
      Refusal(body: ["object_type": .null], status: 400, type: "InvalidInput"),
      Refusal(
        body: ["action": "access_as_readonly"], status: 400, type: "InvalidActionForType",
        message: "Invalid action 'access_as_readonly' for object type 'network'. Valid actions: ('access_as_shared', "
          + "'access_as_external')"),
      Refusal(body: ["object_id": "x"], status: 400, type: "HTTPBadRequest"),
      Refusal(body: ["nosuch": 1], status: 400, type: "HTTPBadRequest"),
      Refusal(body: ["target_tenant": ""], status: 400, type: "HTTPBadRequest"),
      Refusal(body: ["target_tenant": 7], status: 400, type: "HTTPBadRequest"),
      Refusal(
        body: ["target_tenant": "*"], status: 403, type: "PolicyNotAuthorized",
        message: "(rule:create_rbac_policy and rule:create_rbac_policy:target_tenant) is disallowed by policy"),
      Refusal(body: [:], token: "reader of p1", status: 403, type: "PolicyNotAuthorized"),
      Refusal(body: ["project_id": "p2"], status: 400, type: "HTTPBadRequest"),
      Refusal(
        body: ["object_id": .string(shared)], status: 400, type: "InvalidInput",
        message: "Invalid input for operation: Only admins can manipulate policies on networks they do not own."),
      Refusal(body: [:], token: stranger, status: 400, type: "InvalidInput"),
      Refusal(
        body: ["target_tenant": "p2"], status: 409, type: "DuplicateRbacPolicy",
        message: "An RBAC policy already exists with those values."),
    ]
  }

  private static let members: Set<String> = [
    "id", "project_id", "tenant_id", "object_type", "object_id", "target_tenant", "action",
  ]
}

extension TestCloud {
  func policy(_ network: String, _ target: String, action: String = "access_as_shared", token: String = adminToken)
    async throws -> JSONValue
  {
    let answer = try await send(
      .POST, "/v2.0/rbac-policies", token: token,
      body: [
        "rbac_policy": [
          "object_type": "network", "object_id": .string(network), "action": .string(action),
          "target_tenant": .string(target),
        ]
      ])
    guard answer.status == 201, let policy = answer.body?["rbac_policy"] else { throw UnexpectedAnswer(answer: answer) }
    return policy
  }

  /// The ids in a list, in its order.
  func ids(_ path: String, token: String = adminToken, collection: String? = nil) async throws -> [String] {
    let answer = try await get("/v2.0/\(path)", token: token)
    let name = collection ?? String(path.prefix { $0 != "?" })
    guard let list = answer.body?[name]?.array else { throw UnexpectedAnswer(answer: answer) }
    return try list.map { try $0.text("id") }
  }
}
