import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("What a token is scoped to")
struct ScopeTests {
  @Test("a token for the system says so, has a catalog, and is an administrator's")
  func system() async throws {
    try await RunningIdentity.run { identity in
      let reply = try await identity.logIn("admin", identity.passwords.admin, scope: RunningIdentity.system)
      #expect(reply.status == 201)
      let token = reply.json?["token"]
      #expect(token?["system"] == ["all": true])
      #expect(token?["project"] == nil)
      #expect(token?["roles"]?.array?.compactMap { $0["name"]?.string } == ["admin", "member", "reader"])
      #expect(token?["catalog"]?.array?.isEmpty == false)
      let text = try #require(reply.token)
      #expect(identity.validator.check(text)?.token.isAdmin == true)
      #expect(try await identity.send(.GET, "/v3/users", token: text).status == 200)
      let systems = try await identity.send(.GET, "/v3/auth/system", token: text)
      #expect(systems.json?["system"] == [["all": true]])
      // It is not exchanged for one that changes what is in a project.
      let exchanged = try await identity.exchange(text, scope: RunningIdentity.project("admin"))
      #expect(exchanged.status == 403)
    }
  }

  @Test("a token for a domain has the roles of that domain, and administers nothing")
  func domain() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let adminID = try #require(identity.validator.check(admin)?.token.userID)
      let role = try await identity.roleID("admin", token: admin)
      let path = "/v3/domains/default/users/\(adminID)/roles/\(role)"
      #expect(try await identity.send(.PUT, path, token: admin).status == 204)
      let reply = try await identity.logIn(
        "admin", identity.passwords.admin, scope: ["domain": ["name": "Default"]])
      #expect(reply.status == 201)
      #expect(reply.json?["token"]?["domain"] == ["id": "default", "name": "Default"])
      let text = try #require(reply.token)
      #expect(identity.validator.check(text)?.token.isAdmin == false)
      #expect(try await identity.send(.GET, "/v3/users", token: text).status == 403)
      #expect(try await identity.send(.GET, "/v3/domains/default", token: text).status == 200)
      let domains = try await identity.send(.GET, "/v3/auth/domains", token: text)
      #expect(domains.json?["domains"]?.array?.compactMap { $0["id"]?.string } == ["default"])
      #expect(try await identity.send(.GET, "/v3/auth/catalog", token: text).status == 403)
    }
  }

  @Test("a user of another domain logs in with that domain's name, and only with it")
  func otherDomain() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let domain = try await identity.make("domain", ["name": "Other"], token: admin)
      let user = try await identity.make(
        "user", ["name": "admin", "password": "pw", "domain_id": .string(domain)], token: admin)
      let project = try await identity.make("project", ["name": "admin", "domain_id": .string(domain)], token: admin)
      let role = try await identity.roleID("member", token: admin)
      let grant = try await identity.send(
        .PUT, "/v3/projects/\(project)/users/\(user)/roles/\(role)", token: admin)
      #expect(grant.status == 204)
      for (named, status) in [("Other", 201), ("Default", 401)] {
        let reply = try await identity.send(
          .POST, "/v3/auth/tokens",
          body: [
            "auth": [
              "identity": [
                "methods": ["password"],
                "password": ["user": ["name": "admin", "password": "pw", "domain": ["name": .string(named)]]],
              ],
              "scope": ["project": ["name": "admin", "domain": ["id": .string(domain)]]],
            ]
          ])
        #expect(reply.status == status)
        guard let token = reply.json?["token"] else { continue }
        #expect(token["user"]?["domain"] == ["id": .string(domain), "name": "Other"])
        #expect(token["project"]?["domain"] == ["id": .string(domain), "name": "Other"])
        #expect(token["roles"]?.array?.compactMap { $0["name"]?.string } == ["member", "reader"])
        let text = try #require(reply.token)
        #expect(identity.validator.check(text)?.token.userDomainID == domain)
        let disabled = try await identity.send(
          .PATCH, "/v3/domains/\(domain)", token: admin, body: ["domain": ["enabled": false]])
        #expect(disabled.status == 200)
        #expect(identity.validator.check(text) == nil)
      }
    }
  }

  @Test(
    "a scope that is none, and a method that is none, are told apart",
    arguments: [
      (["methods": ["totp"], "totp": [:]], nil, 401), (["methods": []], nil, 401),
      (["methods": ["password"]], nil, 400),
      (["methods": ["password"], "password": ["user": ["name": "admin", "password": "x"]]], nil, 400),
      (
        ["methods": ["token"], "token": ["id": "x"]], ["project": ["id": "a"], "domain": ["id": "b"]], 400
      ),
      (["methods": ["token"], "token": ["id": "x"]], [:], 400),
      (["methods": ["token"], "token": ["id": "x"]], ["system": ["all": false]], 400),
      (["methods": ["token"], "token": ["id": "x"]], nil, 401),
    ] as [(JSONValue, JSONValue?, Int)])
  func refused(method: JSONValue, scope: JSONValue?, status: Int) async throws {
    try await RunningIdentity.run { identity in
      var auth = JSONObject()
      auth["identity"] = method
      auth["scope"] = scope
      let reply = try await identity.send(.POST, "/v3/auth/tokens", body: ["auth": .object(auth)])
      #expect(reply.status == status, "\(String(describing: reply.json))")
    }
  }
}

extension RunningIdentity {
  func exchange(_ token: String, scope: JSONValue? = nil) async throws -> Reply {
    var auth = JSONObject()
    auth["identity"] = ["methods": ["token"], "token": ["id": .string(token)]]
    auth["scope"] = scope
    return try await send(.POST, "/v3/auth/tokens", body: ["auth": .object(auth)])
  }

  func roleID(_ name: String, token: String) async throws -> String {
    let roles = try await send(.GET, "/v3/roles?name=\(name)", token: token)
    return try #require(roles.json?["roles"]?.array?.first?["id"]?.string)
  }

  /// Makes a resource and gives its id.
  func make(_ kind: String, _ attributes: JSONValue, token: String) async throws -> String {
    let body = JSONObject(members: [.init(name: kind, value: attributes)])
    let reply = try await send(.POST, "/v3/\(kind)s", token: token, body: .object(body))
    #expect(reply.status == 201, "\(String(describing: reply.json))")
    return try #require(reply.json?[kind]?["id"]?.string)
  }
}
