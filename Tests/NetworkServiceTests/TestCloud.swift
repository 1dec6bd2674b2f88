import AsyncHTTPClient
import HTTPTypes
import HostRPC
import Hummingbird
import JSON
import Logging
import Model
import NIOCore
import NIOHTTP1
import NetworkService
import OpenStackHTTP
import Store
import Support
import Synchronization

/// A Networking service on a free loopback port, over a database with the real schema and with the real listener.
final class TestCloud: Sendable {
  let database: TemporaryDatabase
  let store: Store
  let hosts: HostRPCServer
  let service: NetworkService
  let clock: TestClock
  private let address: ServiceAddress

  private init(database: TemporaryDatabase, clock: TestClock, configuration: NetworkConfiguration) throws {
    self.database = database
    self.clock = clock
    let population = PopulationNotices()
    let dhcp = DHCPNotices()
    store = try database.store(
      listeners: [PortStatusListener(), population] + dhcp.listeners, clock: { clock.now }, logger: quiet)
    hosts = HostRPCServer(secret: hostsSecret, logger: quiet)
    service = NetworkService(
      store: store, hosts: hosts, configuration: configuration, dhcpNotices: dhcp, populationNotices: population,
      clock: { clock.now }, logger: quiet)
    service.registerAgentMethods()
    address = ServiceAddress(port: 0)
  }

  /// Serves for the time of `body`, which may be given a database that another service has served before.
  static func serve(
    database: TemporaryDatabase? = nil, clock: TestClock = TestClock(),
    configuration: NetworkConfiguration = NetworkConfiguration(),
    _ body: @escaping @Sendable (TestCloud) async throws -> Void
  ) async throws {
    let cloud = try TestCloud(
      database: try database ?? TemporaryDatabase(), clock: clock, configuration: configuration)
    let application = OpenStackApplication(
      .init(
        service: .networking, address: cloud.address, identityURL: { "http://127.0.0.1:5000" },
        openPaths: NetworkService.openPaths, openPrefixes: NetworkService.openPrefixes, logger: quiet),
      validator: TestTokens(), routes: cloud.service.addRoutes)
    let outcome: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await application.run() }
      defer { group.cancelAll() }
      do {
        _ = try await cloud.address.listening()
        return .success(try await body(cloud))
      } catch {
        return .failure(error)
      }
    }
    await cloud.store.close()
    try outcome.get()
  }

  /// Sends a request and reads the answer. A body that is no object is sent as it is.
  func send(
    _ method: HTTPMethod, _ path: String, token: String? = adminToken, headers: [(String, String)] = [],
    body: JSONValue? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: address.url + path)
    request.method = method
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(body.string.map { Array($0.utf8) } ?? body.bytes) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = try await response.body.collect(upTo: 16 << 20)
    return Answer(
      status: Int(response.status.code), headers: response.headers,
      body: bytes.readableBytes == 0 ? Optional.none : try JSONValue(parsing: bytes.readableBytesView))
  }

  func get(_ path: String, token: String? = adminToken) async throws -> Answer {
    try await send(.GET, path, token: token)
  }

  /// Makes a resource and gives it back; another status than 201 is an error.
  func create(_ kind: String, _ body: JSONValue, token: String = adminToken) async throws -> JSONValue {
    // The path has dashes where the member has underscores.
    let member = String(kind.map { $0 == "-" ? "_" : $0 })
    let answer = try await send(.POST, "/v2.0/\(kind)s", token: token, body: .object([member: body]))
    guard answer.status == 201, let resource = answer.body?[member] else { throw UnexpectedAnswer(answer: answer) }
    return resource
  }

  func port(_ id: String) async throws -> JSONValue {
    let answer = try await get("/v2.0/ports/\(id)")
    guard let port = answer.body?["port"] else { throw UnexpectedAnswer(answer: answer) }
    return port
  }

  /// Calls a method as an agent does, over HTTP with the hosts' secret.
  func call<Method: RPCMethod>(
    _ method: Method.Type, _ arguments: Method.Arguments, host: String = "compute1"
  ) async throws -> Method.Result {
    try await client(host: host).call(method, arguments)
  }

  /// An agent's end.
  func client(host: String, binary: String = Agent.linuxBridgeBinary) -> HostRPCClient {
    HostRPCClient(
      endpoint: address.url, host: host, binary: binary, secret: hostsSecret,
      httpClient: .shared, logger: quiet)
  }
}

struct Answer: Sendable {
  var status: Int
  var headers: HTTPHeaders
  var body: JSONValue?

  var errorType: String? { body?["NeutronError"]?["type"]?.string }
  var errorMessage: String? { body?["NeutronError"]?["message"]?.string }
}

struct UnexpectedAnswer: Error, CustomStringConvertible {
  let answer: Answer
  var description: String { "\(answer.status) \(answer.body?.description ?? "")" }
}

/// A clock that goes only when it is told to, one microsecond at each look, so that times have an order.
final class TestClock: Sendable {
  private let time = Mutex(Timestamp(microseconds: 1_795_397_373_000_000))

  var now: Timestamp {
    time.withLock { time in
      time = time + .microseconds(1)
      return time
    }
  }

  func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

let hostsSecret = "the hosts' secret"
let adminToken = "<admin token>"
let memberToken = "<demo token>"
let adminProject = "cce36e559b4245109c189ed9a761a551"
let memberProject = "0d0f5b1a4d2e4f43a8a4c3c7b0a1c2d3"

/// Two users, an administrator and a member of another project.
struct TestTokens: TokenValidator {
  func validate(_ token: String) async throws -> AuthToken? {
    switch token {
    case adminToken: Self.token("admin", project: adminProject, roles: ["admin", "member"])
    case memberToken: Self.token("demo", project: memberProject, roles: ["member"])
    default: Self.described(token)
    }
  }

  /// `member of p2` is a token of a member of the project `p2`; the project `-` is none.
  private static func described(_ text: String) -> AuthToken? {
    let words = text.split(separator: " ").map(String.init)
    return words.count == 3 && words[1] == "of"
      ? token(words[2], project: words[2], roles: words[0].split(separator: ",").map(String.init)) : nil
  }

  private static func token(_ name: String, project: String, roles: [String]) -> AuthToken {
    AuthToken(
      userID: "\(name)-id", userName: name, projectID: project == "-" ? nil : project,
      projectName: project == "-" ? nil : name, roles: roles,
      issuedAt: Timestamp(microseconds: 0), expiresAt: Timestamp(microseconds: .max / 2), auditID: "audit")
  }
}

extension JSONValue {
  static func object(_ members: [String: JSONValue]) -> JSONValue {
    .object(JSONObject(members: members.map { JSONObject.Member(name: $0.key, value: $0.value) }))
  }

  /// A text member that must be there.
  func text(_ name: String) throws -> String {
    guard let text = self[name]?.string else { throw MissingMember(name: name) }
    return text
  }

  struct MissingMember: Error { let name: String }
}

/// A logger nobody sees: these tests provoke errors.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A value behind a lock.
final class TestBox<Element: Sendable>: Sendable {
  private let content: Mutex<Element>

  init(_ value: Element) {
    content = Mutex(value)
  }

  var value: Element {
    get { content.withLock { $0 } }
    set { content.withLock { $0 = newValue } }
  }
}
