import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("The catalog")
struct CatalogTests {
  @Test("what an operator adds stands beside the server's own services, with the URLs filled in")
  func added() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let service = try await identity.make("service", ["type": "volumev3", "name": "cinder"], token: admin)
      for (interface, region) in [("public", "RegionOne"), ("internal", "RegionOne"), ("public", "North")] {
        let endpoint = try await identity.send(
          .POST, "/v3/endpoints", token: admin,
          body: [
            "endpoint": [
              "service_id": .string(service), "interface": .string(interface), "region_id": .string(region),
              "url": "http://192.0.2.1:8776/v3/$(project_id)s",
            ]
          ])
        #expect(endpoint.status == 201)
        #expect(endpoint.json?["endpoint"]?["region"] == .string(region))
      }
      let regions = try await identity.send(.GET, "/v3/regions", token: admin)
      #expect(regions.json?["regions"]?.array?.compactMap { $0["id"]?.string } == ["RegionOne", "North"])
      let logIn = try await identity.logIn("admin", identity.passwords.admin)
      let project = try #require(logIn.json?["token"]?["project"]?["id"]?.string)
      let catalog = logIn.json?["token"]?["catalog"]
      let entry = try #require(catalog?.array?.first { $0["type"] == "volumev3" })
      let urls = entry["endpoints"]?.array?.compactMap { $0["url"]?.string }
      #expect(urls == Array(repeating: "http://192.0.2.1:8776/v3/\(project)", count: 3))
      // A token without a project cannot say which URL is meant.
      let system = try await identity.logIn("admin", identity.passwords.admin, scope: RunningIdentity.system)
      let there = system.json?["token"]?["catalog"]?.array?.first { $0["type"] == "volumev3" }
      #expect(there?["endpoints"] == [])
      // And what a client reads from it.
      let parsed = KeystoneCatalog(catalog)
      let url = parsed.url(of: "volumev3", interfaces: ["admin", "internal"], region: "RegionOne")
      #expect(url == "http://192.0.2.1:8776")
      #expect(parsed.url(of: "volumev3", interfaces: ["internal"], region: "North") == nil)

      let disabled = try await identity.send(
        .PATCH, "/v3/services/\(service)", token: admin, body: ["service": ["enabled": false]])
      #expect(disabled.status == 200)
      let later = try await identity.send(.GET, "/v3/auth/catalog", token: admin)
      #expect(later.json?["catalog"]?.array?.contains { $0["type"] == "volumev3" } == false)
      #expect(try await identity.send(.DELETE, "/v3/regions/North", token: admin).status == 403)
      #expect(try await identity.send(.DELETE, "/v3/services/\(service)", token: admin).status == 204)
      #expect(try await identity.send(.DELETE, "/v3/regions/North", token: admin).status == 204)
      let left = try await identity.send(.GET, "/v3/endpoints?service_id=\(service)", token: admin)
      #expect(left.json?["endpoints"] == [])
    }
  }

  @Test("the server's own services are listed, and are not the API's to change")
  func own() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let list = try await identity.send(.GET, "/v3/services?type=network", token: admin)
      let service = try #require(list.json?["services"]?.array?.first?["id"]?.string)
      #expect(try await identity.send(.GET, "/v3/services/\(service)", token: admin).status == 200)
      let endpoints = try await identity.send(
        .GET, "/v3/endpoints?service_id=\(service)&interface=public", token: admin)
      let endpoint = try #require(endpoints.json?["endpoints"]?.array?.first?["id"]?.string)
      for path in ["services/\(service)", "endpoints/\(endpoint)", "regions/RegionOne"] {
        #expect(try await identity.send(.DELETE, "/v3/\(path)", token: admin).status == 403)
        let kind = String(path.prefix { $0 != "/" }.dropLast())
        let body = JSONValue.object(JSONObject(members: [.init(name: kind, value: ["description": "x"])]))
        let reply = try await identity.send(.PATCH, "/v3/\(path)", token: admin, body: body)
        #expect(reply.status == 403)
        #expect(reply.json?["error"]?["message"]?.string?.contains("this server's own") == true)
      }
      let urls = [("http://x/%(tenant_id)s", 201), ("http://x/$(secret)s", 400), ("x", 400), ("http://a b", 400)]
      for (url, status) in urls {
        let added = try await identity.make("service", ["type": "t"], token: admin)
        let reply = try await identity.send(
          .POST, "/v3/endpoints", token: admin,
          body: ["endpoint": ["service_id": .string(added), "interface": "public", "url": .string(url)]])
        #expect(reply.status == status, "\(url)")
      }
    }
  }

  @Test("regions lie in regions, never in a circle")
  func regions() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      for (id, parent) in [("a", JSONValue.null), ("b", "a"), ("c", "b")] {
        let reply = try await identity.send(
          .PUT, "/v3/regions/\(id)", token: admin, body: ["region": ["parent_region_id": parent]])
        #expect(reply.status == 201)
      }
      let circle = try await identity.send(
        .PATCH, "/v3/regions/a", token: admin, body: ["region": ["parent_region_id": "c"]])
      #expect(circle.status == 400)
      #expect(try await identity.send(.DELETE, "/v3/regions/a", token: admin).status == 204)
      let left = try await identity.send(.GET, "/v3/regions", token: admin)
      #expect(left.json?["regions"]?.array?.count == 1)
    }
  }

  @Test(
    "a URL's version is cut off, and what stands before it stays",
    arguments: [
      ("http://h:8774/v2.1", "http://h:8774"), ("http://h/compute/v2.1/abc", "http://h/compute"),
      ("http://h:9696", "http://h:9696"), ("http://h:9696/", "http://h:9696"), ("http://v2/v2.0/", "http://v2"),
      ("https://h/vpn/v3", "https://h/vpn"),
    ])
  func unversioned(url: String, base: String) {
    #expect(KeystoneCatalog.unversioned(url) == base)
  }
}
