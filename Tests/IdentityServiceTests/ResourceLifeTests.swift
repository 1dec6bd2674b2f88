import IdentityService
import JSON
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("The life of the Identity resources")
struct ResourceLifeTests {
  /// What a resource is created with, what it is changed to, and what is shown besides.
  struct Life: Sendable, CustomTestStringConvertible {
    var kind: String
    var created: JSONValue
    var changed: JSONValue
    var shown: JSONValue
    var refused: [JSONValue]

    var testDescription: String { kind }

    func wrapped(_ value: JSONValue) -> JSONValue {
      .object(JSONObject(members: [.init(name: kind, value: value)]))
    }
  }

  static let lives: [Life] = [
    Life(
      kind: "user", created: ["name": "u", "email": "u@example.org", "password": "pw"],
      changed: ["name": "v", "enabled": false, "description": "d", "email": .null],
      shown: [
        "domain_id": "default", "default_project_id": .null, "options": [:], "password_expires_at": .null,
        "enabled": true, "email": "u@example.org",
      ],
      refused: [
        ["name": ""], ["name": " "], ["name": 1], [:], ["name": "x", "password": ""], ["name": "x", "enabled": "yes"],
        ["name": .string(String(repeating: "x", count: 256))], ["name": "x", "domain_id": "nowhere"],
        ["name": "x", "default_project_id": "nowhere"], ["name": "x", "options": ["lock_password": true]],
        ["name": "a\u{0}b"],
      ]),
    Life(
      kind: "project", created: ["name": "p", "tags": ["b", "a"], "colour": "blue"],
      changed: ["name": "q", "description": "d", "enabled": false, "tags": []],
      shown: [
        "domain_id": "default", "parent_id": "default", "is_domain": false, "options": [:], "enabled": true,
        "tags": ["a", "b"], "colour": "blue", "description": "",
      ],
      refused: [
        ["name": ""], [:], ["name": .string(String(repeating: "x", count: 65))], ["name": "x", "tags": ["a/b"]],
        ["name": "x", "tags": ["a", "a"]], ["name": "x", "domain_id": "nowhere"],
        ["name": "x", "parent_id": "nowhere"],
        ["name": "x", "is_domain": true], ["name": "x", "options": ["immutable": true]],
        ["name": "x", "colour": .string(String(repeating: "x", count: 9000))],
      ]),
    Life(
      kind: "domain", created: ["name": "d", "description": "e"],
      changed: ["name": "f", "enabled": false],
      shown: ["enabled": true, "description": "e", "tags": [], "options": [:]],
      refused: [["name": ""], [:], ["name": "x", "enabled": 7]]),
    Life(
      kind: "group", created: ["name": "g"], changed: ["name": "h", "description": "d"],
      shown: ["domain_id": "default", "description": ""], refused: [["name": ""], [:]]),
    Life(
      kind: "role", created: ["name": "r"], changed: ["name": "s", "description": "d"],
      shown: ["domain_id": .null, "description": .null, "options": [:]],
      refused: [["name": ""], [:], ["name": "x", "domain_id": "default"]]),
    Life(
      kind: "service", created: ["type": "volume", "name": "cinder"],
      changed: ["type": "block-storage", "name": "n", "enabled": false],
      shown: ["enabled": true, "description": ""], refused: [[:], ["type": ""], ["type": 1]]),
    Life(
      kind: "region", created: ["id": "north", "parent_region_id": "RegionOne"], changed: ["description": "d"],
      shown: ["description": ""], refused: [["id": 1], ["id": .string(String(repeating: "x", count: 256))]]),
  ]

  @Test("each is created, shown, listed, changed and deleted", arguments: lives)
  func life(life: Life) async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let collection = "/v3/\(life.kind)s"
      let created = try await identity.send(.POST, collection, token: admin, body: life.wrapped(life.created))
      #expect(created.status == 201)
      let resource = try #require(created.json?[life.kind]?.object)
      for member in (life.shown.object?.members ?? []) {
        #expect(resource[member.name] == member.value, "\(member.name)")
      }
      #expect(resource["password"] == nil)
      let id = try #require(resource["id"]?.string)
      #expect(resource["links"]?["self"] == .string("\(identity.address.url)\(collection)/\(id)"))
      let path = "\(collection)/\(id)"
      #expect(try await identity.send(.GET, path, token: admin).json?[life.kind] == .object(resource))
      #expect(try await identity.send(.HEAD, path, token: admin).status == 200)
      let list = try await identity.send(.GET, collection, token: admin)
      #expect(list.json?["\(life.kind)s"]?.array?.contains(.object(resource)) == true)
      #expect(list.json?["links"]?["self"] == .string("\(identity.address.url)\(collection)"))
      let changed = try await identity.send(.PATCH, path, token: admin, body: life.wrapped(life.changed))
      #expect(changed.status == 200, "\(String(describing: changed.json))")
      for member in (life.changed.object?.members ?? []) {
        #expect(changed.json?[life.kind]?[member.name] == (member.value.isNull ? nil : member.value), "\(member.name)")
      }
      #expect(try await identity.send(.PATCH, path, token: admin, body: life.wrapped(["id": "other"])).status == 400)
      #expect(try await identity.send(.DELETE, path, token: admin).status == 204)
      for method in [HTTPMethod.GET, .DELETE] {
        #expect(try await identity.send(method, path, token: admin).status == 404)
      }
      #expect(try await identity.send(.PATCH, path, token: admin, body: life.wrapped(life.changed)).status == 404)
    }
  }

  @Test("what is not as it should be is refused with a reason, and a name that is taken with 409", arguments: lives)
  func refusals(life: Life) async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let collection = "/v3/\(life.kind)s"
      for body in life.refused {
        let reply = try await identity.send(.POST, collection, token: admin, body: life.wrapped(body))
        #expect(reply.status == 400, "\(body)")
        #expect(reply.json?["error"]?["message"]?.string?.isEmpty == false)
      }
      for body in [[:], life.wrapped("text"), [1]] as [JSONValue] {
        #expect(try await identity.send(.POST, collection, token: admin, body: body).status == 400)
      }
      guard life.kind != "service" else { return }
      for status in [201, 409] {
        #expect(
          try await identity.send(.POST, collection, token: admin, body: life.wrapped(life.created)).status == status)
      }
    }
  }

  @Test("a list comes in pages, each with a link to the next")
  func pages() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      for index in 0..<5 {
        _ = try await identity.make("project", ["name": .string("page\(index)")], token: admin)
      }
      var path = "/v3/projects?name__startswith=page&limit=2"
      var names: [String] = []
      while true {
        let page = try await identity.send(.GET, path, token: admin)
        names += page.json?["projects"]?.array?.compactMap { $0["name"]?.string } ?? []
        guard let next = page.json?["links"]?["next"]?.string else { break }
        path = String(next.dropFirst(identity.address.url.count))
      }
      #expect(names == (0..<5).map { "page\($0)" })
      #expect(try await identity.send(.GET, "/v3/projects?limit=0", token: admin).status == 400)
      let filters = [
        ("name__icontains=AGE3", 1), ("name__endswith=4", 1), ("name=page1&enabled=False", 0), ("domain_id=x", 0),
      ]
      for (query, count) in filters {
        let list = try await identity.send(.GET, "/v3/projects?\(query)", token: admin)
        #expect(list.json?["projects"]?.array?.count == count, "\(query)")
      }
    }
  }

  @Test("every route answers a hostile id, filter and body with a refusal, never with a failure")
  func hostile() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let words = ["'%20OR%201=1--", "%00", "%F0%9F%92%A9", String(repeating: "x", count: 2000)]
      let filters = [
        "name", "enabled", "domain_id", "marker", "type", "user.id", "scope.project.id", "tags", "parent_id",
      ]
      let collections = [
        "users", "projects", "domains", "groups", "roles", "services", "endpoints", "regions", "role_assignments",
      ]
      for collection in collections {
        for word in words {
          for query in filters {
            let reply = try await identity.send(.GET, "/v3/\(collection)?\(query)=\(word)", token: admin)
            #expect(reply.status == 200, "\(collection) \(query) \(word) \(reply.status)")
          }
          let shown = try await identity.send(.GET, "/v3/\(collection)/\(word)", token: admin)
          #expect((400..<500).contains(shown.status), "\(collection) \(word) \(shown.status)")
        }
      }
    }
  }
}
