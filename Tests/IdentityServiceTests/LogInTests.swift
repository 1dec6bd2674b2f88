import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Synchronization
import Testing

@Suite("Logging in")
struct LogInTests {
  @Test("the admin gets a token with project, roles and catalog")
  func logIn() async throws {
    try await RunningIdentity.run { identity in
      let reply = try await identity.logIn(
        "admin", identity.passwords.admin, scope: RunningIdentity.project("admin"))
      #expect(reply.status == 201)
      #expect(reply.token != nil)
      let token = reply.json?["token"]
      #expect(token?["methods"] == ["password"])
      #expect(token?["user"]?["name"] == "admin")
      #expect(token?["user"]?["domain"] == ["id": "default", "name": "Default"])
      #expect(token?["project"]?["name"] == "admin")
      let roles = token?["roles"]?.array?.compactMap { $0["name"]?.string }
      #expect(roles == ["admin", "member", "reader"])
      let catalog = token?["catalog"]?.array ?? []
      #expect(catalog.compactMap { $0["type"]?.string } == ["identity", "network"])
      let endpoints = catalog.last?["endpoints"]?.array ?? []
      #expect(endpoints.compactMap { $0["interface"]?.string } == ["public", "internal", "admin"])
      #expect(endpoints.allSatisfy { $0["url"] == "http://127.0.0.1:9696" && $0["region"] == "RegionOne" })
    }
  }

  @Test("whatever is wrong with a log-in, the answer is the same")
  func refusals() async throws {
    try await RunningIdentity.run { identity in
      let right = identity.passwords.admin
      let scope = RunningIdentity.project("admin")
      let replies = [
        try await identity.logIn("admin", "wrong", scope: scope),
        try await identity.logIn("admin", "", scope: scope),
        try await identity.logIn("nobody", right, scope: scope),
        try await identity.logIn("admin", right, scope: RunningIdentity.project("nowhere")),
        try await identity.logIn("admin", right, scope: RunningIdentity.project("service")),
        try await identity.logIn("admin", right, scope: ["domain": ["id": "default"]]),
        try await identity.logIn("admin", right, scope: ["domain": ["name": "Nowhere"]]),
        try await identity.logIn("plugboard", identity.passwords.service, scope: RunningIdentity.system),
      ]
      for reply in replies {
        #expect(reply.status == 401)
        #expect(reply.token == nil)
        #expect(reply.json == replies[0].json)
      }
      #expect(
        replies[0].json
          == [
            "error": [
              "code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication.",
            ]
          ])
    }
  }

  @Test("a log-in without a scope is scoped to the default project, unless none is wanted")
  func defaultScope() async throws {
    try await RunningIdentity.run { identity in
      let scoped = try await identity.logIn("admin", identity.passwords.admin)
      #expect(scoped.json?["token"]?["project"]?["name"] == "admin")
      let unscoped = try await identity.logIn("admin", identity.passwords.admin, scope: "unscoped")
      #expect(unscoped.status == 201)
      #expect(unscoped.json?["token"]?["project"] == nil)
      #expect(unscoped.json?["token"]?["catalog"] == nil)
    }
  }

  @Test("a token gets another one that lives no longer")
  func tokenMethod() async throws {
    try await RunningIdentity.run { identity in
      let first = try await identity.logIn("admin", identity.passwords.admin, scope: "unscoped")
      let text = try #require(first.token)
      let second = try await identity.send(
        .POST, "/v3/auth/tokens",
        body: [
          "auth": [
            "identity": ["methods": ["token"], "token": ["id": .string(text)]],
            "scope": RunningIdentity.project("admin"),
          ]
        ])
      #expect(second.status == 201)
      #expect(second.json?["token"]?["methods"] == ["password", "token"])
      #expect(second.json?["token"]?["expires_at"] == first.json?["token"]?["expires_at"])
      #expect(second.json?["token"]?["project"]?["name"] == "admin")
    }
  }

  @Test(
    "a body without what it takes is a 400",
    arguments: [
      [:], ["auth": [:]], ["auth": ["identity": [:]]],
      ["auth": ["identity": ["methods": ["password"]]]],
      ["auth": ["identity": ["methods": ["password"], "password": ["user": ["name": "admin"]]]]],
    ] as [JSONValue])
  func malformed(body: JSONValue) async throws {
    try await RunningIdentity.run { identity in
      let reply = try await identity.send(.POST, "/v3/auth/tokens", body: body)
      #expect(reply.status == 400)
      #expect(reply.json?["error"]?["code"] == 400)
    }
  }
}
