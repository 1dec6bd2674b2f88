import AsyncHTTPClient
import Hummingbird
import IdentityService
import JSON
import Logging
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Support
import Synchronization
import Testing

@Suite("A Keystone of somebody else")
struct ExternalKeystoneTests {
  private static let now = Timestamp("2026-11-23T10:00:00Z") ?? Timestamp(microseconds: 0)

  private static func source(_ url: String, retryAfter: Duration = .zero) -> KeystoneTokenSource {
    KeystoneTokenSource(
      authURL: url, credentials: .init(username: "neutron", password: "pw", projectName: "service"),
      httpClient: .shared, retryAfter: retryAfter, logger: Logger(label: "test"))
  }

  private static func validator(
    _ url: String, cacheTime: Duration = .seconds(300), clock: @escaping @Sendable () -> Timestamp = { now }
  ) -> KeystoneTokenValidator {
    KeystoneTokenValidator(
      authURL: url, tokens: source(url), httpClient: .shared, cacheTime: cacheTime, clock: clock,
      logger: Logger(label: "test"))
  }

  @Test("a token stands for what that Keystone says, and is asked about once")
  func positive() async throws {
    let keystone = KeystoneDouble()
    try await keystone.running { url in
      let validator = Self.validator(url)
      for _ in 1...3 {
        let token = try #require(try await validator.validate("gAAAA"))
        #expect(token.userID == "u1")
        #expect(token.userDomainID == "d1")
        #expect(token.projectID == "p1")
        #expect(token.roles == ["member"])
        #expect(!token.isAdmin)
      }
      #expect(keystone.counts == .init(logIns: 1, questions: 1))
    }
  }

  @Test(
    "the scope of a token decides who is an administrator",
    arguments: [
      (["project": ["id": "p", "name": "n"]], true), (["system": ["all": true]], true),
      (["domain": ["id": "d", "name": "n"]], false), ([:], false),
    ] as [(JSONValue, Bool)])
  func scopes(scope: JSONValue, isAdmin: Bool) async throws {
    var token = JSONObject()
    token["user"] = ["id": "u", "name": "n"]
    token["roles"] = [["name": "admin"]]
    token["issued_at"] = "2026-01-01T00:00:00.000000Z"
    token["expires_at"] = "2099-01-01T00:00:00.000000Z"
    for member in scope.object?.members ?? [] { token[member.name] = member.value }
    let answer = JSONValue.object(token)
    let keystone = KeystoneDouble()
    keystone.behave { $0.token = answer }
    try await keystone.running { url in
      let token = try await Self.validator(url).validate("t")
      #expect(token?.isAdmin == isAdmin)
    }
  }

  @Test("many requests with one token at once are one question")
  func together() async throws {
    let keystone = KeystoneDouble()
    let gate = Gate()
    keystone.behave { $0.gate = gate }
    try await keystone.running { url in
      let validator = Self.validator(url)
      let valid = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<50 { group.addTask { try await validator.validate("gAAAA") != nil } }
        await keystone.nextQuestion()
        gate.open()
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(valid == 50)
      #expect(keystone.counts.questions == 1)
    }
  }

  @Test("when the request that asks is given up, the next one asks")
  func abandoned() async throws {
    let keystone = KeystoneDouble()
    let gate = Gate()
    keystone.behave { $0.gate = gate }
    try await keystone.running { url in
      let validator = Self.validator(url)
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          await keystone.nextQuestion()
          return true
        }
        group.addTask { try await validator.validate("gAAAA") != nil }
        _ = try await group.next()
        group.cancelAll()
      }
      gate.open()
      #expect(try await validator.validate("gAAAA") != nil)
      #expect(keystone.counts.questions == 2)
    }
  }

  @Test("a token that is none is not asked about twice, nor one that cannot be one at all")
  func negative() async throws {
    let keystone = KeystoneDouble()
    keystone.behave { $0.question = 404 }
    try await keystone.running { url in
      let validator = Self.validator(url)
      for text in ["bad", "bad", "a b", "a\r\nX-Auth-Token: b", String(repeating: "x", count: 5000)] {
        let token = try await validator.validate(text)
        #expect(token == nil)
      }
      #expect(keystone.counts.questions == 1)
    }
  }

  @Test(
    "a Keystone that fails, or refuses our own token, is a 503, and is asked again",
    arguments: [401, 403, 429, 500, 503])
  func unavailable(status: Int) async throws {
    let keystone = KeystoneDouble()
    keystone.behave { $0.question = status }
    try await keystone.running { url in
      let validator = Self.validator(url)
      let error = await #expect(throws: APIError.self) { try await validator.validate("gAAAA") }
      #expect(error?.status.code == 503)
      keystone.behave { $0.question = 200 }
      let token = try await validator.validate("gAAAA")
      #expect(token != nil)
    }
  }

  @Test("a Keystone that is not there, or does not let us in, is a 503")
  func down() async throws {
    let nobody = Self.validator("http://127.0.0.1:1")
    let error = await #expect(throws: APIError.self) { try await nobody.validate("gAAAA") }
    #expect(error?.status.code == 503)
    let keystone = KeystoneDouble()
    keystone.behave { $0.logIn = 401 }
    try await keystone.running { url in
      let validator = Self.validator(url)
      let error = await #expect(throws: APIError.self) { try await validator.validate("gAAAA") }
      #expect(error?.status.code == 503)
      #expect(keystone.counts.questions == 0)
    }
  }

  @Test("a token passes no longer than it lives, though it is remembered")
  func expiry() async throws {
    let time = Mutex(Self.now)
    let keystone = KeystoneDouble()
    keystone.behave { $0.token = KeystoneDouble.token(expires: "2026-11-23T10:00:30.000000Z") }
    try await keystone.running { url in
      let validator = Self.validator(url, clock: { time.withLock { $0 } })
      let before = try await validator.validate("gAAAA")
      time.withLock { $0 = $0 + .seconds(31) }
      let after = try await validator.validate("gAAAA")
      #expect(before != nil && after == nil)
      #expect(keystone.counts.questions == 1)
    }
  }

  @Test("without a cache a revoked token is refused at once")
  func noCache() async throws {
    let keystone = KeystoneDouble()
    try await keystone.running { url in
      let validator = Self.validator(url, cacheTime: .zero)
      let before = try await validator.validate("gAAAA")
      keystone.behave { $0.question = 404 }
      let after = try await validator.validate("gAAAA")
      #expect(before != nil && after == nil)
      #expect(keystone.counts.questions == 2)
    }
  }

  @Test("a log-in that fails is not tried again at once, and many callers share one that succeeds")
  func logIns() async throws {
    let keystone = KeystoneDouble()
    keystone.behave { $0.logIn = 401 }
    try await keystone.running { url in
      let careful = Self.source(url, retryAfter: .seconds(3600))
      for _ in 1...3 { await #expect(throws: KeystoneFailure.self) { try await careful.token() } }
      #expect(keystone.counts.logIns == 1)
      keystone.behave {
        $0.logIn = 201
        $0.catalog = [
          [
            "type": "compute",
            "endpoints": [
              ["interface": "public", "region_id": "North", "url": "http://north:8774/v2.1"],
              ["interface": "internal", "region_id": "South", "url": "http://south:8774/v2.1/p1"],
            ],
          ]
        ]
      }
      let source = Self.source(url)
      let tokens = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<20 { group.addTask { try await source.token() } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(tokens == ["service-token"])
      #expect(keystone.counts.logIns == 2)
      let catalog = try await source.catalog()
      #expect(catalog.url(of: "compute", interfaces: ["internal", "public"], region: "North") == "http://north:8774")
      #expect(catalog.url(of: "compute", interfaces: ["internal", "public"], region: nil) == "http://south:8774")
      #expect(catalog.url(of: "network", interfaces: ["public"], region: nil) == nil)
      #expect(keystone.counts.logIns == 2)
    }
  }

  @Test("a service of ours asks a Keystone of ours: roles, revocation and the catalog go across")
  func twoServers() async throws {
    try await RunningIdentity.run { identity in
      let url = identity.address.url
      let source = KeystoneTokenSource(
        authURL: url,
        credentials: .init(username: "plugboard", password: identity.passwords.service, projectName: "service"),
        httpClient: identity.http, logger: Logger(label: "test"))
      let validator = KeystoneTokenValidator(
        authURL: url, tokens: source, httpClient: identity.http, cacheTime: .zero, clock: { .systemNow() },
        logger: Logger(label: "test"))
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let system = try #require(
        try await identity.logIn("admin", identity.passwords.admin, scope: RunningIdentity.system).token)
      let demo = try await identity.makeMember("demo", password: "pw", token: admin)
      for text in [admin, system, demo] {
        #expect(try await validator.validate(text) == identity.validator.check(text)?.token)
      }
      #expect(try await identity.send(.DELETE, "/v3/auth/tokens", token: admin, subject: demo).status == 204)
      #expect(try await validator.validate(demo) == nil)
      let catalog = try await source.catalog()
      #expect(
        catalog.url(of: "network", interfaces: ["internal", "public"], region: "RegionOne") == "http://127.0.0.1:9696")
    }
  }
}
