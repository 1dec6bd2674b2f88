import IdentityService
import JSON
import Logging
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Synchronization
import Testing

@Suite("Tokens")
struct TokenTests {
  private static let token = AuthToken(
    userID: "0123456789abcdef0123456789abcdef", userName: "jemand ü", projectID: "p", projectName: "pn",
    roles: ["admin", "member"], issuedAt: Timestamp(microseconds: 5), expiresAt: Timestamp(microseconds: 6),
    auditID: "a")

  private static let scoped = AuthToken(
    userID: "u", userName: "n", userDomainID: "d", projectID: "p", projectName: "pn", projectDomainID: "e",
    domainID: "f", isSystemScoped: true, roles: [], credential: .init(id: "c", isRestricted: true),
    issuedAt: Timestamp(microseconds: 5), expiresAt: Timestamp(microseconds: 6), auditID: "a")

  @Test("a token says what it was made of")
  func roundTrip() {
    let signer = TokenSigner(key: [UInt8](repeating: 1, count: 32))
    for token in [Self.token, Self.scoped] {
      let signed = SignedToken(token, methods: ["password", "token"], parentAuditID: "b")
      #expect(signer.read(signer.text(for: signed)) == signed)
    }
  }

  @Test("a token with any character changed, or of another key, is none")
  func forgery() {
    let signer = TokenSigner(key: [UInt8](repeating: 1, count: 32))
    let text = signer.text(for: SignedToken(Self.token, methods: []))
    for index in text.indices {
      var forged = text
      forged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
      #expect(signer.read(forged) == nil)
    }
    #expect(TokenSigner(key: [UInt8](repeating: 2, count: 32)).read(text) == nil)
    for wrong in ["", ".", "a.b", text + ".", text + "A", String(text.dropLast())] {
      #expect(signer.read(wrong) == nil)
    }
  }

  @Test("a token is shown to its owner and to an admin, and checked by HEAD")
  func show() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let service = try #require(try await identity.logIn("plugboard", identity.passwords.service).token)
      let shown = try await identity.send(.GET, "/v3/auth/tokens?nocatalog", token: service, subject: admin)
      #expect(shown.status == 200)
      #expect(shown.token == admin)
      #expect(shown.json?["token"]?["user"]?["name"] == "admin")
      #expect(shown.json?["token"]?["catalog"] == nil)
      #expect(try await identity.send(.HEAD, "/v3/auth/tokens", token: admin, subject: admin).status == 200)
      #expect(try await identity.send(.GET, "/v3/auth/tokens", token: admin, subject: "bad").status == 404)
      #expect(try await identity.send(.GET, "/v3/auth/tokens", subject: admin).status == 401)
    }
  }

  @Test("a member may not look into somebody else's token, nor list users")
  func member() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let demo = try await identity.makeMember("demo", password: "pw", token: admin)
      #expect(try await identity.send(.GET, "/v3/auth/tokens", token: demo, subject: admin).status == 403)
      #expect(try await identity.send(.GET, "/v3/users", token: demo).status == 403)
      #expect(try await identity.send(.GET, "/v3/auth/tokens", token: demo, subject: demo).status == 200)
    }
  }

  @Test("a revoked token is void at once, and still after a restart")
  func revocation() async throws {
    try await RunningIdentity.run { identity in
      let token = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      #expect(try await identity.send(.DELETE, "/v3/auth/tokens", token: token, subject: token).status == 204)
      #expect(try await identity.send(.GET, "/v3/users", token: token).status == 401)
      let restarted = try await LocalTokenValidator(
        signer: TokenSigner(key: RunningIdentity.key), store: identity.store, clock: { .systemNow() })
      #expect(try await restarted.validate(token) == nil)
    }
  }

  @Test("a token ends when it expires, though it was seen before")
  func expiry() async throws {
    let now = Mutex(Timestamp.systemNow())
    let clock: @Sendable () -> Timestamp = { now.withLock { $0 } }
    try await RunningIdentity.run(lifetime: .seconds(60), clock: clock) { identity in
      let token = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      #expect(try await identity.validator.validate(token) != nil)
      now.withLock { $0 = $0 + .seconds(61) }
      #expect(try await identity.validator.validate(token) == nil)
    }
  }

  @Test("a user who is deleted or loses a role has no token left")
  func withdrawal() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let demo = try await identity.makeMember("demo", password: "pw", token: admin)
      let demoID = try #require(try await identity.validator.validate(demo)?.userID)
      #expect(try await identity.send(.DELETE, "/v3/users/\(demoID)", token: admin).status == 204)
      #expect(try await identity.validator.validate(demo) == nil)
    }
  }

  @Test("a client that logs in with a password keeps its token until it is refused")
  func passwordTokenSource() async throws {
    try await RunningIdentity.run { identity in
      let source = KeystoneTokenSource(
        authURL: identity.address.url,
        credentials: .init(
          username: "plugboard", password: identity.passwords.service, projectName: "service"),
        httpClient: identity.http, logger: Logger(label: "test"))
      let first = try await source.token()
      #expect(try await source.token() == first)
      await source.invalidate(first)
      #expect(try await source.token() != first)
    }
  }

  @Test("a service elsewhere has tokens checked here")
  func remoteValidation() async throws {
    try await RunningIdentity.run { identity in
      let source = ServerTokenSource(issuer: identity.issuer)
      let remote = KeystoneTokenValidator(
        authURL: identity.address.url + "/v3", tokens: source, httpClient: identity.http,
        clock: { .systemNow() }, logger: Logger(label: "test"))
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let token = try await remote.validate(admin)
      #expect(token?.isAdmin == true)
      #expect(token?.projectName == "admin")
      #expect(try await remote.validate("bad") == nil)
      #expect(try await remote.validate("bad\r\nX-Auth-Token: x") == nil)
    }
  }
}

extension RunningIdentity {
  /// Makes a user with the role `member` in a project of the same name, and logs it in.
  func makeMember(_ name: String, password: String, token: String) async throws -> String {
    let project = try await send(.POST, "/v3/projects", token: token, body: ["project": ["name": .string(name)]])
    let user = try await send(
      .POST, "/v3/users", token: token, body: ["user": ["name": .string(name), "password": .string(password)]])
    let roles = try await send(.GET, "/v3/roles?name=member", token: token)
    let projectID = try #require(project.json?["project"]?["id"]?.string)
    let userID = try #require(user.json?["user"]?["id"]?.string)
    let roleID = try #require(roles.json?["roles"]?.array?.first?["id"]?.string)
    let grant = try await send(.PUT, "/v3/projects/\(projectID)/users/\(userID)/roles/\(roleID)", token: token)
    #expect(grant.status == 204)
    return try #require(try await logIn(name, password, scope: Self.project(name)).token)
  }
}
