import Hummingbird
import JSON
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Forms, and the names of requests")
struct NegotiationTests {
  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.get("/v2.0/ports") { _, _ in Response.json(["ports": []]) }
    router.post("/things") { request, context in
      context.logger.info("a thing is made")
      return Response.json(try await context.json(of: request), status: .created)
    }
    router.get("/global") { _, context in Response.json(["id": JSONValue(context.globalRequestID)]) }
  }

  @Test(
    "a client gets JSON if it takes JSON",
    arguments: [
      ("application/json", 200), ("APPLICATION/JSON", 200), ("*/*", 200), ("application/*", 200),
      ("application/json; charset=UTF-8", 200), ("text/html, application/json;q=0.1", 200),
      ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200), ("anything", 200), ("", 200),
      ("application/xml", 406), ("text/html, text/*", 406), ("application/json;q=0", 406),
      ("application/json;q=0, */*", 406), ("application/json;q=0.5, */*;q=0", 200), ("*/*;q=0.0", 406),
    ])
  func accept(accept: String, status: Int) async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/v2.0/ports", headers: [("Accept", accept)])
      #expect(reply.status == status)
    }
  }

  @Test(
    "a body that says that it is not JSON is taken or refused as upstream's service does",
    arguments: [
      (OpenStackService.networking, "text/xml", 201), (.networking, "", 201),
      (.compute, "application/json; charset=utf-8", 201), (.compute, "", 201), (.compute, "text/plain", 201),
      (.compute, "application/xml", 415), (.image, "application/xml", 415), (.identity, "Application/JSON", 201),
      (.identity, "", 201), (.identity, "application/x-www-form-urlencoded", 400),
    ])
  func contentType(service: OpenStackService, type: String, status: Int) async throws {
    try await withService(service, routes: Self.routes) { client in
      let headers = type.isEmpty ? [] : [("Content-Type", type)]
      let reply = try await client.send(.POST, "/things", headers: headers, body: ByteBuffer(string: "{}"))
      #expect(reply.status == status, "\(reply.body)")
    }
  }

  @Test(
    "the calling service's request id is known if it is one",
    arguments: [
      ("req-83518c18-7e74-4c29-ac04-1d537787ae27", true), ("req-83518C18-7E74-4C29-AC04-1D537787AE27", false),
      ("req-83518c187e744c29ac041d537787ae27", false), ("83518c18-7e74-4c29-ac04-1d537787ae27", false),
      ("req-83518c18-7e74-4c29-ac04-1d537787ae27x", false), ("req-", false), ("", false), ("nonsense", false),
    ])
  func globalID(id: String, isKnown: Bool) async throws {
    try await withService(routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/global", headers: [("X-OpenStack-Request-ID", id)])
      #expect(reply.json == ["id": isKnown ? .string(id) : .null])
      #expect(reply.headers.first(name: "X-Openstack-Request-Id") != id)
    }
  }

  @Test("every line that a request logs has the id that its answer has, and the calling service's")
  func logs() async throws {
    let lines = LogLines()
    let configure = { (configuration: inout OpenStackApplication.Configuration) in
      configuration.logger = Logger(label: "test") { _ in lines }
      configuration.logger.logLevel = .debug
    }
    try await withService(configure: configure, routes: Self.routes) { client in
      let global = "req-83518c18-7e74-4c29-ac04-1d537787ae27"
      let made = try await client.send(
        .POST, "/things", headers: [("X-OpenStack-Request-ID", global)], body: ByteBuffer(string: "{"))
      #expect(made.status == 400)
      let refused = try await client.send(.GET, "/v2.0/ports", token: "bad")
      for (reply, messages, globalID) in [
        (made, ["a thing is made", "the body is not JSON", "answered"], global), (refused, ["answered"], nil),
      ] {
        let id = reply.headers.first(name: "X-Openstack-Request-Id")
        let own = lines.all.filter { $0.metadata["request.id"].map { "\($0)" } == id }
        #expect(own.map(\.message) == messages)
        #expect(own.allSatisfy { $0.metadata["request.global_id"].map { "\($0)" } == globalID })
      }
    }
  }
}

/// Keeps what is logged.
private struct LogLines: LogHandler {
  struct Line: Sendable {
    let message: String
    let metadata: Logger.Metadata
  }

  private let lines = NIOLockedValueBox<[Line]>([])
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.debug

  var all: [Line] { lines.withLockedValue { $0 } }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let whole = metadata.merging(event.metadata ?? [:]) { $1 }
    lines.withLockedValue { $0.append(Line(message: "\(event.message)", metadata: whole)) }
  }
}
