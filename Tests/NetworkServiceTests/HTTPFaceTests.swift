import JSON
import NIOHTTP1
import Testing

/// What all resources have in common on the wire.
@Suite("On the wire")
struct HTTPFaceTests {
  private static let unknownID = "83518c18-7e74-4c29-ac04-1d537787ae27"

  @Test("a path may end with .json or with a slash, as old clients write it")
  func formats() async throws {
    try await TestCloud.serve { cloud in
      let id = try await cloud.network(["name": "n"]).id
      for path in [
        "/v2.0/networks.json", "/v2.0/networks/", "/v2.0/networks.json?name=n", "/v2.0/networks.json?limit=1&name=n",
      ] {
        let answer = try await cloud.get(path)
        #expect(answer.status == 200, "\(path)")
        #expect(answer.body?["networks"]?.array?.count == 1, "\(path)")
      }
      #expect(try await cloud.get("/v2.0/networks/\(id).json").body?["network"]?["id"] == .string(id))
      let links = try await cloud.get("/v2.0/networks.json?limit=1").body?["networks_links"]?.array ?? []
      #expect(links.first?["href"]?.string?.contains("/v2.0/networks?limit=1") == true)
      let renamed = try await cloud.send(.PUT, "/v2.0/networks/\(id).json", body: ["network": ["name": "m"]])
      #expect(renamed.status == 200)
      #expect(try await cloud.send(.PUT, "/v2.0/networks/\(id)/tags/a.json").status == 201)
      #expect(try await cloud.get("/v2.0/networks/\(id)/tags").body == ["tags": ["a.json"]])
      #expect(try await cloud.get("/v2.0/networks.xml").status == 404)
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(id).json").status == 204)
    }
  }

  @Test("what is not served is not found, and what is not offered says so")
  func absent() async throws {
    try await TestCloud.serve { cloud in
      for path in [
        "nosuch", "trunks", "qos/nosuch", "address-scopes", "segments", "auto-allocated-topology/null", "flavors",
        "log/logs", "routers/\(Self.unknownID)/add_router_interface", "networks/\(Self.unknownID)/nosuch",
      ] {
        let answer = try await cloud.get("/v2.0/\(path)")
        #expect(answer.status == 404, "\(path)")
        #expect(answer.errorType == "HTTPNotFound", "\(path)")
        #expect(answer.errorMessage == "The resource could not be found.", "\(path)")
      }
      for (path, kind, type) in [
        ("routers", "router", "RouterNotFound"), ("floatingips", "floatingip", "FloatingIPNotFound"),
      ] {
        #expect(try await cloud.get("/v2.0/\(path)?fields=id&tenant_id=x").body == .object([path: []]))
        for method in [HTTPMethod.GET, .PUT, .DELETE] {
          let answer = try await cloud.send(
            method, "/v2.0/\(path)/\(Self.unknownID)", body: method == .PUT ? .object([kind: [:]]) : nil)
          #expect(answer.status == 404)
          #expect(answer.errorType == type)
        }
        let refused = try await cloud.send(.POST, "/v2.0/\(path)", body: .object([kind: ["name": "x"]]))
        #expect(refused.status == 404)
        #expect(refused.errorType == "HTTPNotFound")
        #expect(refused.errorMessage?.contains("not offered") == true)
      }
    }
  }

  @Test("every error has a type, a message, a detail and a request id")
  func errors() async throws {
    try await TestCloud.serve { cloud in
      let cases: [(HTTPMethod, String, [(String, String)], JSONValue?, Int, String)] = [
        (.PATCH, "networks", [], nil, 405, "HTTPMethodNotAllowed"),
        (.PUT, "networks", [], ["network": [:]], 405, "HTTPMethodNotAllowed"),
        (.DELETE, "networks", [], nil, 405, "HTTPMethodNotAllowed"),
        (.POST, "networks/\(Self.unknownID)", [], ["network": [:]], 405, "HTTPMethodNotAllowed"),
        (.PATCH, "quotas/x", [], nil, 405, "HTTPMethodNotAllowed"),
        (.POST, "extensions", [], nil, 405, "HTTPMethodNotAllowed"),
        (.GET, "networks", [("Accept", "text/html")], nil, 406, "HTTPNotAcceptable"),
        (.GET, "extensions/nosuch", [], nil, 404, "HTTPNotFound"),
        (.DELETE, "networks/\(Self.unknownID)", [], ["a": 1], 400, "HTTPBadRequest"),
        (.POST, "networks", [], [], 400, "HTTPBadRequest"),
        (.POST, "networks", [], ["subnet": [:]], 400, "HTTPBadRequest"),
        (.PUT, "networks/\(Self.unknownID)", [("If-Match", "revision_number=x")], ["network": [:]], 400, "BadRequest"),
      ]
      for (method, path, headers, body, status, type) in cases {
        let answer = try await cloud.send(method, "/v2.0/\(path)", headers: headers, body: body)
        #expect(answer.status == status, "\(method) \(path)")
        #expect(answer.errorType == type, "\(method) \(path)")
        #expect(answer.errorMessage?.isEmpty == false, "\(method) \(path)")
        #expect(answer.body?["NeutronError"]?["detail"] == "", "\(method) \(path)")
        #expect(answer.headers.first(name: "X-Openstack-Request-Id")?.hasPrefix("req-") == true)
        #expect(answer.headers.first(name: "Content-Type") == "application/json")
      }
    }
  }

  @Test(
    "a body is JSON whatever its content type says", arguments: ["application/json; charset=UTF-8", "text/plain", ""])
  func contentTypes(type: String) async throws {
    try await TestCloud.serve { cloud in
      let answer = try await cloud.send(
        .POST, "/v2.0/networks", headers: [("Content-Type", type), ("Accept", "application/*")],
        body: ["network": ["name": "n"]])
      #expect(answer.status == 201)
    }
  }

  @Test("texts of any kind come back as they were sent, or are refused, and are found by filters")
  func texts() async throws {
    try await TestCloud.serve { cloud in
      for text in [
        "", " ", "a\u{0}b", "ü", "😀", "e\u{301}", "\u{200F}", "'; DROP TABLE networks; --", "%", "\\", "\"", "a&b=c",
      ] {
        let answer = try await cloud.send(.POST, "/v2.0/networks", body: ["network": ["name": .string(text)]])
        #expect(answer.status == 201, "\(text)")
        let network = try #require(answer.body?["network"])
        #expect(network["name"]?.string.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars), "\(text)")
        let id = try network.text("id")
        let shown = try await cloud.get("/v2.0/networks/\(id)").body?["network"]?["name"]?.string
        #expect(shown.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars), "\(text)")
        let query = text.utf8.map { byte in
          let digits = String(byte, radix: 16)
          return "%" + (digits.count == 1 ? "0" : "") + digits
        }
        let found =
          try await cloud.get("/v2.0/networks?fields=id&name=\(query.joined())").body?["networks"]?.array ?? []
        #expect(found == [["id": .string(id)]], "\(text)")
        _ = try await cloud.send(.DELETE, "/v2.0/networks/\(id)")
      }
      for body in [
        "{\"network\": {\"name\": \"\\ud800\"}}", "{\"network\": {\"name\": \"a\nb\"}}",
        "{\"network\": {\"name\": \"a\"}, \"network\": {}}", "{\"network\": {\"mtu\": 1e999999}}", "{\"network\": NaN}",
        "{\"network\": {\"mtu\": 99999999999999999999999999}}", "{\"network\": {\"mtu\": -9223372036854775809}}",
      ] {
        let answer = try await cloud.send(.POST, "/v2.0/networks", body: .string(body))
        #expect(answer.status == 400, "\(body)")
      }
      #expect(try await cloud.get("/v2.0/networks").body?["networks"] == [])
    }
  }

  @Test("If-Match: other entity tags mean nothing, a revision must be a number, and only one can be asked for")
  func ifMatch() async throws {
    try await TestCloud.serve { cloud in
      let created = try await cloud.create("network", ["name": "n"])
      let path = "/v2.0/networks/\(try created.text("id"))"
      let revision = created["revision_number"]?.integer ?? 0
      let cases: [(String, Int)] = [
        ("revision_number=\(revision + 1)", 412), ("\"revision_number=\(revision)\"", 200), ("\"abc\"", 200),
        ("*", 200),
        ("revision_number=1, revision_number=2", 400), ("revision_number=", 400),
      ]
      for (value, status) in cases {
        let answer = try await cloud.send(
          .PUT, path, headers: [("If-Match", value)], body: ["network": ["admin_state_up": true]])
        #expect(answer.status == status, "\(value)")
      }
    }
  }

  @Test("discovery names the version and the resources, with and without a slash at the end")
  func discovery() async throws {
    try await TestCloud.serve { cloud in
      let root = try await cloud.get("/", token: nil)
      #expect(root.body?["versions"]?.array?.first?["id"] == "v2.0")
      for path in ["/v2.0", "/v2.0/"] {
        let resources = try await cloud.get(path).body?["resources"]?.array ?? []
        #expect(resources.compactMap { $0["collection"]?.string } == ["networks", "subnets", "subnetpools", "ports"])
        for resource in resources {
          let href = resource["links"]?.array?.first?["href"]?.string ?? ""
          let list = try await cloud.get(String(href.dropFirst(href.split(separator: "/v2.0")[0].count)))
          #expect(list.status == 200, "\(href)")
        }
      }
    }
  }
}
