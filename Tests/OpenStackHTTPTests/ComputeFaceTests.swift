import Hummingbird
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("The Compute API's ways")
struct ComputeFaceTests {
  private static let supported = Microversion(2, 1)...Microversion(2, 93)

  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.get("/v2.1/version") { _, context in Response.json(["version": .string("\(context.microversion)")]) }
    router.get("/v2.1/servers/:id") { _, _ -> Response in
      throw APIError.notFound("Instance 1 could not be found.", type: "InstanceNotFound")
    }
  }

  @Test(
    "the version is chosen by either header, the newer one first",
    arguments: [
      (nil, nil, "2.1"), ("compute 2.37", nil, "2.37"), (nil, "2.5", "2.5"), ("compute 2.37", "2.5", "2.37"),
      ("volume 3.0, compute 2.2", nil, "2.2"), ("compute latest", nil, "2.93"), ("volume 3.0", nil, "2.1"),
    ] as [(String?, String?, String)])
  func negotiated(openStack: String?, nova: String?, expected: String) async throws {
    try await withService(.compute, microversions: Self.supported, routes: Self.routes) { client in
      var headers: [(String, String)] = []
      if let openStack { headers.append(("OpenStack-API-Version", openStack)) }
      if let nova { headers.append(("X-OpenStack-Nova-API-Version", nova)) }
      let reply = try await client.send(.GET, "/v2.1/version", headers: headers)
      #expect(reply.json == ["version": .string(expected)])
      #expect(reply.headers["OpenStack-API-Version"] == ["compute \(expected)"])
      #expect(reply.headers["X-OpenStack-Nova-API-Version"] == [expected])
      let id = reply.headers.first(name: "x-openstack-request-id")
      #expect(id != nil && reply.headers.first(name: "x-compute-request-id") == id)
    }
  }

  @Test(
    "a version that is none, or that is not had, is refused in Nova's words",
    arguments: [
      (
        "compute 2.94", 406, "computeFault",
        "Version 2.94 is not supported by the API. Minimum is 2.1 and maximum is 2.93."
      ),
      (
        "compute 2.01", 400, "badRequest",
        "API Version String 2.01 is of invalid format. Must be of format MajorNum.MinorNum."
      ),
      (
        "compute two", 400, "badRequest",
        "API Version String two is of invalid format. Must be of format MajorNum.MinorNum."
      ),
    ])
  func refused(header: String, status: Int, name: String, message: String) async throws {
    try await withService(.compute, microversions: Self.supported, routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/v2.1/version", headers: [("OpenStack-API-Version", header)])
      #expect(reply.status == status)
      #expect(reply.json?[name] == ["code": JSONValue(status), "message": .string(message)])
    }
  }

  @Test("a refusal has Nova's form")
  func itemNotFound() async throws {
    try await withService(.compute, microversions: Self.supported, routes: Self.routes) { client in
      let reply = try await client.send(.GET, "/v2.1/servers/1")
      #expect(reply.json == ["itemNotFound": ["code": 404, "message": "Instance 1 could not be found."]])
    }
  }
}
