import AsyncHTTPClient
import IdentityService
import JSON
import Logging
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Store
import Support

/// An identity service on a port of its own, with a real database that its first start has filled.
final class RunningIdentity: Sendable {
  let database: TemporaryDatabase
  let store: Store
  let issuer: TokenIssuer
  let validator: LocalTokenValidator
  let passwords: IdentityBootstrap.Passwords
  let address = ServiceAddress(port: 0)
  let http: HTTPClient
  private let application: OpenStackApplication

  /// Scrypt's cost is what the tests can do without.
  static let cheap = PasswordHasher(
    cost: .init(logarithmOfRounds: 4, blockSize: 8, parallelism: 1), limit: 10_000)

  static let key = [UInt8](repeating: 7, count: 32)

  private init(
    lifetime: Duration, clock: @escaping @Sendable () -> Timestamp, guardian: LogInGuard, logger: Logger
  ) async throws {
    database = try TemporaryDatabase()
    store = try database.store(clock: clock)
    passwords = try await IdentityBootstrap(store: store, hasher: Self.cheap).run(
      adminPassword: nil, servicePassword: nil)
    let signer = TokenSigner(key: Self.key)
    validator = try await LocalTokenValidator(signer: signer, store: store, clock: clock)
    issuer = TokenIssuer(
      store: store, signer: signer, hasher: Self.cheap, validator: validator, guardian: guardian,
      lifetime: lifetime, clock: clock)
    let identity = IdentityService(
      store: store, issuer: issuer, hasher: Self.cheap, validator: validator,
      catalog: Catalog(entries: [
        .init(.identity, at: address), .init(.networking, at: ServiceAddress(port: 9696)),
      ]))
    application = OpenStackApplication(
      .init(
        service: .identity, address: address, identityURL: { nil }, openPaths: IdentityService.openPaths,
        logger: logger),
      validator: validator, routes: identity.addRoutes)
    http = HTTPClient(eventLoopGroupProvider: .singleton)
  }

  /// Serves for as long as `body` runs.
  static func run(
    lifetime: Duration = .seconds(3600), clock: @escaping @Sendable () -> Timestamp = { .systemNow() },
    guardian: LogInGuard = LogInGuard(), logger: Logger = Logger(label: "test"),
    _ body: @Sendable @escaping (RunningIdentity) async throws -> Void
  ) async throws {
    let identity = try await RunningIdentity(
      lifetime: lifetime, clock: clock, guardian: guardian, logger: logger)
    do {
      try await identity.serve(body)
    } catch {
      try await identity.close()
      throw error
    }
    try await identity.close()
  }

  private func serve(_ body: @Sendable @escaping (RunningIdentity) async throws -> Void) async throws {
    try await serving(application.run) {
      _ = try await self.address.listening()
      try await body(self)
    }
  }

  private func close() async throws {
    try await http.shutdown()
    await store.close()
  }

  struct Reply {
    let status: Int
    let headers: HTTPHeaders
    let json: JSONValue?

    var token: String? { headers.first(name: "X-Subject-Token") }
  }

  func send(
    _ method: HTTPMethod, _ path: String, token: String? = nil, subject: String? = nil, body: JSONValue? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: address.url + path)
    request.method = method
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    if let subject { request.headers.add(name: "X-Subject-Token", value: subject) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body.bytes)) }
    let response = try await http.execute(request, timeout: .seconds(30))
    let bytes = try await response.body.collect(upTo: 1 << 20)
    return Reply(
      status: Int(response.status.code), headers: response.headers,
      json: try? JSONValue(parsing: bytes.readableBytesView))
  }

  func logIn(_ name: String, _ password: String, scope: JSONValue? = nil) async throws -> Reply {
    var auth: JSONObject = JSONObject()
    auth["identity"] = [
      "methods": ["password"],
      "password": [
        "user": ["name": .string(name), "password": .string(password), "domain": ["name": "Default"]]
      ],
    ]
    auth["scope"] = scope
    return try await send(.POST, "/v3/auth/tokens", body: ["auth": .object(auth)])
  }

  static func project(_ name: String) -> JSONValue {
    ["project": ["name": .string(name), "domain": ["id": "default"]]]
  }

  static let system: JSONValue = ["system": ["all": true]]
}
