import AsyncHTTPClient
import Hummingbird
import JSON
import Logging
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("What stands before every service")
struct AdmissionTests {
  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.get("/") { _, _ in Response.json(["versions": []]) }
    router.get("/v2.0/ports/:id") { _, context in
      Response.json(["id": JSONValue(context.parameters.get("id")), "user": .string(try context.caller.userID)])
    }
    router.post("/v2.0/ports") { request, context in
      Response.json(try await context.json(of: request), status: .created)
    }
    router.get("/v2.0/broken") { _, _ -> Response in throw Unforeseen() }
  }

  private struct Unforeseen: Error, CustomStringConvertible {
    let description = "a secret of the implementation"
  }

  private static let unauthorized: JSONValue = [
    "error": [
      "code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication.",
    ]
  ]

  @Test("a request without a token, or with a wrong one, gets keystonemiddleware's 401", arguments: [nil, "bad"])
  func unauthorized(token: String?) async throws {
    try await withService(routes: Self.routes) { client in
      for path in ["/v2.0/ports/1", "/v2.0/nosuch"] {
        let reply = try await client.send(.GET, path, token: token)
        #expect(reply.status == 401)
        #expect(reply.json == Self.unauthorized)
        #expect(reply.headers["WWW-Authenticate"] == ["Keystone uri=\"http://127.0.0.1:5000\""])
        #expect(reply.headers.first(name: "X-Openstack-Request-Id")?.hasPrefix("req-") == true)
      }
    }
  }

  @Test("an open path needs no token")
  func openPath() async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/", token: nil)
      #expect(reply.status == 200)
    }
  }

  @Test("the handler knows who calls, and every answer has an id of its own")
  func admitted() async throws {
    try await withService(routes: Self.routes) { client in
      let first = try await client.send(.GET, "/v2.0/ports/7")
      let second = try await client.send(.GET, "/v2.0/ports/7")
      #expect(first.json == ["id": "7", "user": "u"])
      #expect(first.headers["Content-Type"] == ["application/json"])
      let ids = [first, second].map { $0.headers.first(name: "X-Openstack-Request-Id") }
      #expect(ids[0] != nil && ids[0] != ids[1])
    }
  }

  @Test(
    "an unknown path, a wrong method and an unknown form have Neutron's words",
    arguments: [
      ("/v2.0/nosuch", "GET", "application/json", 404, "HTTPNotFound", "The resource could not be found."),
      ("/v2.0/ports/1", "PATCH", "application/json", 405, "HTTPMethodNotAllowed", couldNotComply),
      ("/v2.0/ports/1", "GET", "application/xml", 406, "HTTPNotAcceptable", couldNotComply),
    ])
  func refusals(path: String, method: String, accept: String, status: Int, type: String, message: String) async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.init(rawValue: method), path, headers: [("Accept", accept)])
      #expect(reply.status == status)
      #expect(
        reply.json == ["NeutronError": ["type": .string(type), "message": .string(message), "detail": ""]])
    }
  }

  private static let couldNotComply =
    "The server could not comply with the request since it is either malformed or otherwise incorrect."

  @Test("HEAD has the status and length of GET and no body")
  func head() async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.HEAD, "/v2.0/ports/7")
      #expect(reply.status == 200)
      #expect(reply.body.isEmpty)
    }
  }

  @Test("a body that is no JSON has Neutron's words", arguments: ["{\"port\": ", "", "{\"a\": 1, \"a\": 2}", "\u{1}"])
  func malformedBody(text: String) async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.POST, "/v2.0/ports", body: ByteBuffer(string: text))
      #expect(reply.status == 400)
      #expect(
        reply.json
          == ["NeutronError": ["type": "HTTPBadRequest", "message": "Body contains invalid data", "detail": ""]])
    }
  }

  @Test("a body of 10 MB is refused, announced or in chunks, and the server goes on", arguments: [true, false])
  func largeBody(isAnnounced: Bool) async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.upload(megabytes: 10, isAnnounced: isAnnounced)
      #expect(reply.status == 413)
      #expect(reply.json?["NeutronError"]?["type"] == "HTTPRequestEntityTooLarge")
      #expect(try await client.send(.GET, "/v2.0/ports/7").status == 200)
    }
  }

  @Test("what nobody foresaw is a 500 that tells nothing")
  func unforeseen() async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/v2.0/broken")
      #expect(reply.status == 500)
      #expect(reply.json?["NeutronError"]?["type"] == "HTTPInternalServerError")
      #expect(!reply.body.contains("secret"))
    }
  }

  @Test("a service whose port is taken says so in a sentence")
  func takenPort() async throws {
    try await withService(routes: Self.routes) { client in
      let port = try #require(client.url.split(separator: ":").last.flatMap { Int($0) })
      let second = OpenStackApplication(
        .init(
          service: .networking, address: ServiceAddress(port: port), identityURL: { nil },
          logger: Logger(label: "test")),
        validator: KnownTokens.admin, routes: Self.routes)
      let failure = await #expect(throws: ListenFailure.self) { try await second.run() }
      #expect(
        failure?.description
          == "the networking service cannot listen on 127.0.0.1:\(port), because another program does already")
    }
  }
}

extension Client {
  func upload(megabytes: Int, isAnnounced: Bool) async throws -> Reply {
    var request = HTTPClientRequest(url: url + "/v2.0/ports")
    request.method = .POST
    request.headers.add(name: "X-Auth-Token", value: "good")
    let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: 1 << 20)
    let chunks = AsyncStream(ByteBuffer.self) { continuation in
      for _ in 0..<megabytes { continuation.yield(chunk) }
      continuation.finish()
    }
    request.body = .stream(chunks, length: isAnnounced ? .known(Int64(megabytes << 20)) : .unknown)
    let response = try await http.execute(request, timeout: .seconds(30))
    let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
    return Reply(status: Int(response.status.code), headers: response.headers, body: text)
  }
}
