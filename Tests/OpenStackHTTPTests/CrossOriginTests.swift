import Hummingbird
import JSON
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Pages of other origins")
struct CrossOriginTests {
  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.get("/v2.0/ports") { _, _ in Response.json(["ports": []]) }
    router.get("/v2.0/varied") { _, _ in
      var response = Response.json([])
      response.headers[.vary] = "X-Auth-Token"
      return response
    }
  }

  private static func dashboard(_ configuration: inout OpenStackApplication.Configuration) {
    configuration.crossOrigin = CrossOriginPolicy(allowedOrigins: ["https://dashboard.example"])
  }

  private static func fields(_ headers: HTTPHeaders) -> [String: String] {
    var fields: [String: String] = [:]
    for (name, value) in headers where name.lowercased().hasPrefix("access-control-") {
      fields[name.lowercased()] = value
    }
    return fields
  }

  @Test("a preflight request needs no token and says what the page may do")
  func preflight() async throws {
    try await withService(configure: Self.dashboard, routes: Self.routes) { client in
      let reply = try await client.send(
        .OPTIONS, "/v2.0/ports", token: nil,
        headers: [
          ("Origin", "https://dashboard.example"), ("Access-Control-Request-Method", "PUT"),
          ("Access-Control-Request-Headers", "content-type, X-Auth-Token"),
        ])
      #expect(reply.status == 200)
      #expect(
        Self.fields(reply.headers) == [
          "access-control-allow-origin": "https://dashboard.example", "access-control-allow-credentials": "true",
          "access-control-max-age": "3600", "access-control-allow-methods": "PUT",
          "access-control-allow-headers": "content-type,X-Auth-Token",
        ])
      #expect(reply.headers["Vary"] == ["Origin"])
      #expect(reply.headers.first(name: "X-Openstack-Request-Id")?.hasPrefix("req-") == true)
    }
  }

  @Test(
    "a preflight request for what is not allowed gets no permission",
    arguments: [
      [("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "GET")],
      [("Origin", "https://dashboard.example")],
      [("Origin", "https://dashboard.example"), ("Access-Control-Request-Method", "TRACE")],
      [
        ("Origin", "https://dashboard.example"), ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "X-Auth-Token,X-Secret"),
      ],
      [("Access-Control-Request-Method", "GET")],
    ])
  func refusedPreflight(headers: [(String, String)]) async throws {
    try await withService(configure: Self.dashboard, routes: Self.routes) { client in
      let reply = try await client.send(.OPTIONS, "/v2.0/ports", token: nil, headers: headers)
      #expect(reply.status == 200)
      #expect(Self.fields(reply.headers).isEmpty)
    }
  }

  @Test("the answer to a page of an allowed origin may be read by it, a refusal as well")
  func answers() async throws {
    try await withService(configure: Self.dashboard, routes: Self.routes) { client in
      for (path, token, status) in [("/v2.0/ports", "good", 200), ("/v2.0/ports", "bad", 401), ("/no", "good", 404)] {
        let reply = try await client.send(.GET, path, token: token, headers: [("Origin", "https://dashboard.example")])
        #expect(reply.status == status)
        #expect(
          Self.fields(reply.headers) == [
            "access-control-allow-origin": "https://dashboard.example", "access-control-allow-credentials": "true",
            "access-control-expose-headers":
              "X-Auth-Token,X-Subject-Token,X-Service-Token,X-OpenStack-Request-ID,OpenStack-API-Version",
          ])
      }
      let varied = try await client.send(.GET, "/v2.0/varied", headers: [("Origin", "https://dashboard.example")])
      #expect(varied.headers["Vary"] == ["X-Auth-Token, Origin"])
    }
  }

  @Test("a page of another origin is answered without permission to read it, and so is no page at all")
  func otherOrigins() async throws {
    try await withService(configure: Self.dashboard, routes: Self.routes) { client in
      for headers in [[("Origin", "https://dashboard.example.org")], [("Origin", "null")], []] {
        let reply = try await client.send(.GET, "/v2.0/ports", headers: headers)
        #expect(reply.status == 200)
        #expect(Self.fields(reply.headers).isEmpty)
      }
    }
  }

  @Test("a star allows every origin, by name")
  func everyOrigin() async throws {
    let configure = { (configuration: inout OpenStackApplication.Configuration) in
      configuration.crossOrigin = CrossOriginPolicy(allowedOrigins: ["*"])
      configuration.crossOrigin?.allowCredentials = false
      configuration.crossOrigin?.exposeHeaders = []
    }
    try await withService(configure: configure, routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/v2.0/ports", headers: [("Origin", "http://any.example")])
      #expect(Self.fields(reply.headers) == ["access-control-allow-origin": "http://any.example"])
    }
  }

  @Test("without the setting there is no permission and no preflight")
  func off() async throws {
    try await withService(routes: Self.routes) { client in
      let headers = [("Origin", "https://dashboard.example"), ("Access-Control-Request-Method", "GET")]
      #expect(try await client.send(.OPTIONS, "/v2.0/ports", token: nil, headers: headers).status == 401)
      let reply = try await client.send(.GET, "/v2.0/ports", headers: headers)
      #expect(Self.fields(reply.headers).isEmpty)
    }
  }
}
