import IdentityService
import JSON
import Logging
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Synchronization
import Testing

@Suite("Secrets")
struct SecretsTests {
  @Test("no password, no secret and no token is in the log, at whatever level")
  func redaction() async throws {
    let log = LoggedLines()
    var logger = Logger(label: "identity", factory: { _ in log })
    logger.logLevel = .trace
    try await RunningIdentity.run(logger: logger) { [logger] identity in
      let password = "correct-horse-battery"
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let token = try await identity.makeMember("demo", password: password, token: admin)
      let user = try #require(try await identity.validator.validate(token)?.userID)
      _ = try await identity.logIn("demo", "mistyped-secret")
      _ = try await identity.logIn("typed-my-password-as-name", "x")
      _ = try await identity.exchange(token)
      let made = try await identity.send(
        .POST, "/v3/users/\(user)/application_credentials", token: token,
        body: ["application_credential": ["name": "ci"]])
      let id = try #require(made.json?["application_credential"]?["id"]?.string)
      let secret = try #require(made.json?["application_credential"]?["secret"]?.string)
      let text = try #require(try await identity.logIn(credential: id, secret).token)
      _ = try await identity.send(.GET, "/v3/auth/tokens", token: admin, subject: token)
      let source = KeystoneTokenSource(
        authURL: identity.address.url,
        credentials: .init(username: "demo", password: password, projectName: "demo"), httpClient: identity.http,
        logger: logger)
      let remote = KeystoneTokenValidator(
        authURL: identity.address.url, tokens: source, httpClient: identity.http, clock: { .systemNow() },
        logger: logger)
      _ = try await remote.validate(token)
      _ = try? await remote.validate("bad")
      let own = try await source.token()
      _ = try await identity.send(
        .POST, "/v3/users/\(user)/password", token: token,
        body: ["user": ["original_password": .string(password), "password": "another-new-one"]])
      _ = try await identity.send(.DELETE, "/v3/auth/tokens", token: admin, subject: text)
      let lines = log.all
      let credentials = KeystoneTokenSource.Credentials(username: "u", password: "geheim", projectName: "p")
      #expect(lines.count > 10)
      for word in [
        identity.passwords.admin, password, "mistyped-secret", "typed-my-password-as-name", secret, token, admin, text,
        own, "another-new-one", "$scrypt$",
      ] {
        #expect(!lines.contains { $0.contains(word) }, "\(lines.filter { $0.contains(word) })")
      }
      #expect(!"\(credentials)".contains("geheim"))
    }
  }

  @Test("more passwords at once than the server has room for are refused, not queued without end")
  func flood() async throws {
    let hasher = PasswordHasher(cost: .init(logarithmOfRounds: 12, blockSize: 8, parallelism: 1), limit: 2)
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<32 { group.addTask { (try? await hasher.verify("x", against: nil)) != nil } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.contains(true))
    #expect(try await hasher.verify("x", against: nil) == false)
  }

  @Test("a token is never longer than its limit, whatever it has to say")
  func boundedTokens() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let name = String(repeating: "\u{1F600}", count: 64)
      let domain = try await identity.make("domain", ["name": .string(name)], token: admin)
      let userName = String(repeating: "\u{1F600}", count: 255)
      let user = try await identity.make(
        "user", ["name": .string(userName), "domain_id": .string(domain), "password": "pw"], token: admin)
      let project = try await identity.make(
        "project", ["name": .string(name), "domain_id": .string(domain)], token: admin)
      var statuses: [Int] = []
      for index in 0..<12 {
        let role = try await identity.make(
          "role", ["name": .string("\(index)" + String(repeating: "r", count: 200))], token: admin)
        _ = try await identity.send(.PUT, "/v3/projects/\(project)/users/\(user)/roles/\(role)", token: admin)
        let reply = try await identity.send(
          .POST, "/v3/auth/tokens",
          body: [
            "auth": [
              "identity": [
                "methods": ["password"], "password": ["user": ["id": .string(user), "password": "pw"]],
              ], "scope": ["project": ["id": .string(project)]],
            ]
          ])
        statuses.append(reply.status)
        if let text = reply.token { #expect(text.utf8.count <= TokenSigner.longestToken) }
      }
      #expect(statuses.first == 201)
      #expect(statuses.last == 403)
    }
  }
}

/// Keeps every line that is logged, with all that belongs to it.
private struct LoggedLines: LogHandler {
  private final class Lines: Sendable {
    let lines = Mutex<[String]>([])
  }

  private let lines = Lines()
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .trace

  var all: [String] { lines.lines.withLock { $0 } }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let line = "\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])"
    lines.lines.withLock { $0.append(line) }
  }
}
