import AsyncHTTPClient
import Hummingbird
import JSON
import Logging
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP

/// Takes the tokens it was given.
struct KnownTokens: TokenValidator {
  var tokens: [String: AuthToken]

  func validate(_ token: String) async throws -> AuthToken? { tokens[token] }

  static let admin = KnownTokens(tokens: ["good": .some(role: RoleName.admin)])
}

extension AuthToken {
  static func some(role: String) -> AuthToken {
    AuthToken(
      userID: "u", userName: "somebody", projectID: "p", projectName: "project", roles: [role],
      issuedAt: Timestamp(microseconds: 0), expiresAt: Timestamp(microseconds: 1 << 60), auditID: "a")
  }
}

/// What came back over a real connection.
struct Reply {
  let status: Int
  let headers: HTTPHeaders
  let body: String

  var json: JSONValue? { try? JSONValue(parsing: body) }
}

/// A client of the service under test.
struct Client {
  let url: String
  let port: Int
  let http: HTTPClient

  func send(
    _ method: HTTPMethod, _ path: String, token: String? = "good", headers: [(String, String)] = [],
    body: ByteBuffer? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: url + path)
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    if let body { request.body = .bytes(body) }
    let response = try await http.execute(request, timeout: .seconds(30))
    let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
    return Reply(status: Int(response.status.code), headers: response.headers, body: text)
  }
}

/// Serves `routes` on a port that the kernel chooses for as long as `body` runs. `configure` changes what tests seldom do.
func withService(
  _ service: OpenStackService = .networking, openPaths: Set<String> = ["/"],
  microversions: ClosedRange<Microversion>? = nil, validator: any TokenValidator = KnownTokens.admin,
  configure: (inout OpenStackApplication.Configuration) -> Void = { _ in },
  routes: (Router<OpenStackRequestContext>) -> Void, body: @Sendable @escaping (Client) async throws -> Void
) async throws {
  let address = ServiceAddress(port: 0)
  var configuration = OpenStackApplication.Configuration(
    service: service, address: address, identityURL: { "http://127.0.0.1:5000" }, openPaths: openPaths,
    microversions: microversions, logger: Logger(label: "test"))
  configure(&configuration)
  let application = OpenStackApplication(configuration, validator: validator, routes: routes)
  let http = HTTPClient(eventLoopGroupProvider: .singleton)
  do {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        _ = try await address.listening()
        try await body(Client(url: address.url, port: address.port, http: http))
      }
      // The first to end is the body, or a server that could not start.
      try await group.next()
      group.cancelAll()
    }
  } catch {
    try await http.shutdown()
    throw error
  }
  try await http.shutdown()
}
