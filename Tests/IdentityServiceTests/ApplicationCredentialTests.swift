import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Synchronization
import Testing

@Suite("Application credentials")
struct ApplicationCredentialTests {
  @Test("one is made with a secret that is shown once, logs in with its roles, and is gone when it is deleted")
  func life() async throws {
    try await RunningIdentity.run { identity in
      let user = try await Owner(identity)
      let made = try await identity.send(
        .POST, user.path, token: user.token,
        body: ["application_credential": ["name": "ci", "roles": [["name": "reader"]]]])
      #expect(made.status == 201)
      let credential = try #require(made.json?["application_credential"])
      let id = try #require(credential["id"]?.string)
      let secret = try #require(credential["secret"]?.string)
      #expect(credential["unrestricted"] == false)
      #expect(credential["roles"]?.array?.compactMap { $0["name"]?.string } == ["reader"])
      let shown = try await identity.send(.GET, "\(user.path)/\(id)", token: user.token)
      #expect(shown.json?["application_credential"]?["secret"] == nil)
      #expect(shown.json?["application_credential"]?["name"] == "ci")
      let hash = try await identity.store.read { try $0.secretHash(ofCredential: id) }
      #expect(hash?.hasPrefix("$scrypt$") == true && hash?.contains(secret) == false)

      let logIn = try await identity.logIn(credential: id, secret)
      #expect(logIn.status == 201)
      let token = logIn.json?["token"]
      #expect(token?["methods"] == ["application_credential"])
      #expect(token?["roles"]?.array?.compactMap { $0["name"]?.string } == ["reader"])
      #expect(token?["project"]?["name"] == "demo")
      #expect(token?["application_credential"] == ["id": .string(id), "name": "ci", "restricted": true])
      let text = try #require(logIn.token)
      // It cannot be exchanged for more, and exchanged for the same it stays what it is.
      #expect(try await identity.exchange(text, scope: RunningIdentity.project("demo")).status == 403)
      let exchanged = try await identity.exchange(text)
      #expect(exchanged.json?["token"]?["application_credential"]?["id"] == .string(id))
      #expect(exchanged.json?["token"]?["roles"]?.array?.count == 1)
      // Nor does it make others, or delete itself.
      let another = try await identity.send(
        .POST, user.path, token: text, body: ["application_credential": ["name": "more"]])
      #expect(another.status == 403)
      #expect(try await identity.send(.DELETE, "\(user.path)/\(id)", token: text).status == 403)

      #expect(try await identity.logIn(credential: id, "wrong").status == 401)
      #expect(try await identity.send(.DELETE, "\(user.path)/\(id)", token: user.token).status == 204)
      #expect(try await identity.logIn(credential: id, secret).status == 401)
      #expect(identity.validator.check(text) == nil)
    }
  }

  @Test("it is found by name and user, has the secret that was chosen, and all roles if none is named")
  func byName() async throws {
    try await RunningIdentity.run { identity in
      let user = try await Owner(identity)
      let made = try await identity.send(
        .POST, user.path, token: user.token,
        body: ["application_credential": ["name": "ci", "secret": "chosen", "unrestricted": true]])
      #expect(made.json?["application_credential"]?["secret"] == "chosen")
      let logIn = try await identity.send(
        .POST, "/v3/auth/tokens",
        body: [
          "auth": [
            "identity": [
              "methods": ["application_credential"],
              "application_credential": [
                "name": "ci", "secret": "chosen", "user": ["name": "demo", "domain": ["id": "default"]],
              ],
            ]
          ]
        ])
      #expect(logIn.json?["token"]?["roles"]?.array?.compactMap { $0["name"]?.string } == ["member", "reader"])
      let text = try #require(logIn.token)
      let another = try await identity.send(
        .POST, user.path, token: text, body: ["application_credential": ["name": "more"]])
      #expect(another.status == 201)
      let list = try await identity.send(.GET, "\(user.path)?name=more", token: text)
      #expect(list.json?["application_credentials"]?.array?.count == 1)
    }
  }

  @Test("it ends with its time, and its tokens with it")
  func expiry() async throws {
    let now = Mutex(Timestamp("2026-11-23T10:00:00Z") ?? Timestamp(microseconds: 0))
    let clock: @Sendable () -> Timestamp = { now.withLock { $0 } }
    try await RunningIdentity.run(clock: clock) { identity in
      let user = try await Owner(identity)
      let made = try await identity.send(
        .POST, user.path, token: user.token,
        body: ["application_credential": ["name": "ci", "secret": "s", "expires_at": "2026-11-23T10:10:00.000000"]])
      #expect(made.json?["application_credential"]?["expires_at"] == "2026-11-23T10:10:00.000000")
      let id = try #require(made.json?["application_credential"]?["id"]?.string)
      let logIn = try await identity.logIn(credential: id, "s")
      #expect(logIn.json?["token"]?["expires_at"] == "2026-11-23T10:10:00.000000Z")
      now.withLock { $0 = $0 + .seconds(601) }
      #expect(try await identity.logIn(credential: id, "s").status == 401)
      #expect(identity.validator.check(try #require(logIn.token)) == nil)
    }
  }

  @Test("what nobody may make is refused")
  func refusals() async throws {
    try await RunningIdentity.run { identity in
      let user = try await Owner(identity)
      let bodies: [JSONValue] = [
        [:], ["name": ""], ["name": "x", "roles": [["name": "admin"]]], ["name": "x", "roles": [["id": "none"]]],
        ["name": "x", "expires_at": "soon"], ["name": "x", "expires_at": "2001-01-01T00:00:00"],
        ["name": "x", "access_rules": [["path": "/v2.1/servers", "method": "GET", "service": "compute"]]],
        ["name": "x", "secret": 1],
      ]
      for body in bodies {
        let reply = try await identity.send(
          .POST, user.path, token: user.token, body: ["application_credential": body])
        #expect(reply.status == 400, "\(body)")
      }
      // For somebody else not even by an administrator.
      let forced = try await identity.send(
        .POST, user.path, token: user.admin, body: ["application_credential": ["name": "x"]])
      #expect(forced.status == 403)
      let unscoped = try #require(try await identity.logIn("demo", "pw", scope: "unscoped").token)
      let nowhere = try await identity.send(
        .POST, user.path, token: unscoped, body: ["application_credential": ["name": "x"]])
      #expect(nowhere.status == 400)
      for status in [201, 409] {
        let reply = try await identity.send(
          .POST, user.path, token: user.token, body: ["application_credential": ["name": "x"]])
        #expect(reply.status == status)
      }
    }
  }

  @Test("it goes with the role that it counts on")
  func roleLost() async throws {
    try await RunningIdentity.run { identity in
      let user = try await Owner(identity)
      let made = try await identity.send(
        .POST, user.path, token: user.token, body: ["application_credential": ["name": "ci", "secret": "s"]])
      let id = try #require(made.json?["application_credential"]?["id"]?.string)
      let text = try #require(try await identity.logIn(credential: id, "s").token)
      let role = try await identity.roleID("member", token: user.admin)
      let project = try #require(identity.validator.check(user.token)?.token.projectID)
      let path = "/v3/projects/\(project)/users/\(user.id)/roles/\(role)"
      #expect(try await identity.send(.DELETE, path, token: user.admin).status == 204)
      #expect(identity.validator.check(text) == nil)
      #expect(try await identity.logIn(credential: id, "s").status == 401)
    }
  }
}

/// A member `demo` with the path of its credentials.
private struct Owner: Sendable {
  let admin: String
  let token: String
  let id: String
  var path: String { "/v3/users/\(id)/application_credentials" }

  init(_ identity: RunningIdentity) async throws {
    admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
    token = try await identity.makeMember("demo", password: "pw", token: admin)
    id = try #require(identity.validator.check(token)?.token.userID)
  }
}

extension RunningIdentity {
  func logIn(credential id: String, _ secret: String) async throws -> Reply {
    try await send(
      .POST, "/v3/auth/tokens",
      body: [
        "auth": [
          "identity": [
            "methods": ["application_credential"],
            "application_credential": ["id": .string(id), "secret": .string(secret)],
          ]
        ]
      ])
  }
}
