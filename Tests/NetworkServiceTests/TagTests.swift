import JSON
import NIOHTTP1
import Testing

@Suite("Tags")
struct TagTests {
  /// One of each, by the path of its list.
  private static func resources(_ cloud: TestCloud) async throws -> [(path: String, kind: String, id: String)] {
    let network = try await cloud.network()
    let port = try await cloud.create("port", ["network_id": .string(network.id)])
    let pool = try await cloud.create("subnetpool", ["name": "p", "prefixes": ["10.64.0.0/16"]])
    let group = try await cloud.send(.POST, "/v2.0/security-groups", body: ["security_group": ["name": "g"]])
    return [
      ("networks", "network", network.id), ("subnets", "subnet", network.subnetID),
      ("ports", "port", try port.text("id")), ("subnetpools", "subnetpool", try pool.text("id")),
      ("security-groups", "security_group", try group.body?["security_group"]?.text("id") ?? ""),
    ]
  }

  @Test("tags are set, added, asked for and taken away on everything that has them, and count the revision up")
  func life() async throws {
    try await TestCloud.serve { cloud in
      for (path, kind, id) in try await Self.resources(cloud) {
        let resource = "/v2.0/\(path)/\(id)"
        func shown(_ name: String) async throws -> JSONValue? { try await cloud.get(resource).body?[kind]?[name] }
        #expect(try await shown("tags") == [], "\(kind)")
        let before = try await shown("revision_number")?.integer ?? -1
        let set = try await cloud.send(.PUT, resource + "/tags", body: ["tags": ["red", "blue"]])
        #expect(set.status == 200, "\(kind)")
        #expect(Set(set.body?["tags"]?.array ?? []) == ["red", "blue"])
        #expect(try await shown("tags") == ["blue", "red"], "\(kind)")
        #expect(try await shown("revision_number")?.integer == before + 1, "\(kind)")
        #expect(try await cloud.send(.PUT, resource + "/tags/blue").status == 201)
        #expect(try await shown("revision_number")?.integer == before + 1, "\(kind)")
        #expect(try await cloud.send(.PUT, resource + "/tags/a%20%C3%BC%2Fb").status == 201)
        #expect(try await cloud.get(resource + "/tags").body == ["tags": ["a ü/b", "blue", "red"]])
        #expect(try await cloud.get(resource + "/tags/a%20%C3%BC%2Fb").status == 204)
        #expect(try await cloud.send(.POST, resource + "/tags", body: ["tags": ["green", "red"]]).status == 200)
        #expect(try await cloud.send(.DELETE, resource + "/tags/red").status == 204)
        let missing = try await cloud.send(.DELETE, resource + "/tags/red")
        #expect(missing.status == 404)
        #expect(missing.errorType == "TagNotFound")
        #expect(missing.errorMessage == "Tag red could not be found.")
        #expect(try await cloud.get(resource + "/tags/red").status == 404)
        #expect(try await shown("tags") == ["a ü/b", "blue", "green"], "\(kind)")
        #expect(try await cloud.send(.DELETE, resource + "/tags").status == 204)
        #expect(try await shown("tags") == [], "\(kind)")
      }
    }
  }

  @Test("the four filters find what has all, one, not all and none of the tags", arguments: ["networks", "ports"])
  func filters(path: String) async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network(["name": "base"]).id
      let kind = String(path.dropLast())
      for (name, tags) in [("n", []), ("r", ["red"]), ("rb", ["red", "blue"]), ("g", ["green"])] as [(String, [String])]
      {
        let body: JSONValue =
          path == "ports" ? ["name": .string(name), "network_id": .string(network)] : ["name": .string(name)]
        let id = try await cloud.create(kind, body).text("id")
        _ = try await cloud.send(
          .PUT, "/v2.0/\(path)/\(id)/tags", body: ["tags": .array(tags.map { .string($0) })])
      }
      let cases: [(query: String, names: Set<String>)] = [
        ("tags=red", ["r", "rb"]), ("tags=red,blue", ["rb"]), ("tags=red&tags=blue", ["rb"]),
        ("tags=red,red", ["r", "rb"]),
        ("tags-any=red,green", ["r", "rb", "g"]), ("tags-any=nosuch", []), ("not-tags=red", ["n", "g"]),
        ("not-tags=red,blue", ["n", "r", "g"]), ("not-tags-any=red,green", ["n"]),
        ("not-tags-any=nosuch", ["n", "r", "rb", "g"]),
        ("tags=red&not-tags=blue", ["r"]), ("tags=", []), ("tags=red&name=r", ["r"]), ("tags=%27)%20OR%201=1--", []),
      ]
      for test in cases {
        let answer = try await cloud.get("/v2.0/\(path)?fields=name&\(test.query)")
        let names = Set((answer.body?[path]?.array ?? []).compactMap { $0["name"]?.string }).subtracting(["base"])
        #expect(names == test.names, "\(test.query)")
      }
      #expect(try await cloud.get("/v2.0/agents?tags=red").status == 400)
    }
  }

  @Test("a tag is a text of at most 255 characters, a resource has at most 50 of them, none twice")
  func limits() async throws {
    try await TestCloud.serve { cloud in
      let tags = "/v2.0/networks/\(try await cloud.network().id)/tags"
      let long = String(repeating: "ü", count: 256)
      let refused: [(JSONValue, String)] = [
        (["tags": "red"], "Invalid input for operation: 'red' is not a list."),
        (["tags": ["a", "b", "a"]], "Invalid input for operation: Duplicate items in the list: 'a'."),
        (["tags": [7]], "Invalid input for operation: '7' is not a valid string."),
        (["tags": [.string(long)]], "Invalid input for operation: '\(long)' exceeds maximum length of 255."),
        (["tag": []], "Invalid input for operation: Invalid tags body."),
        ([], "Invalid input for operation: Invalid tags body."),
      ]
      for (body, message) in refused {
        let answer = try await cloud.send(.PUT, tags, body: body)
        #expect(answer.status == 400)
        #expect(answer.errorType == "InvalidInput")
        #expect(answer.errorMessage == message)
      }
      let most: [JSONValue] = (0..<50).map { .string("t\($0)") }
      #expect(try await cloud.send(.PUT, tags, body: ["tags": .array(most)]).status == 200)
      let more = try await cloud.send(.PUT, tags + "/one-more")
      #expect(more.status == 400)
      #expect(
        more.errorMessage == "Bad networks request: The number of tags exceed the per-resource limit of 50.")
      #expect(try await cloud.send(.PUT, tags + "/t7").status == 201)
    }
  }

  @Test("tags are for the owner to change, for whom it is shared with to see, and not there for others")
  func projects() async throws {
    try await TestCloud.serve { cloud in
      let own = try await cloud.network().id
      let shared = try await cloud.network(["shared": true], cidr: "10.102.0.0/24").id
      _ = try await cloud.send(.PUT, "/v2.0/networks/\(shared)/tags", body: ["tags": ["x"]])
      let hidden = try await cloud.get("/v2.0/networks/\(own)/tags", token: memberToken)
      #expect(hidden.status == 404)
      #expect(hidden.errorType == "TagResourceNotFound")
      #expect(hidden.errorMessage == "Resource networks \(own) could not be found.")
      #expect(try await cloud.send(.PUT, "/v2.0/networks/\(own)/tags/a", token: memberToken).status == 404)
      #expect(try await cloud.get("/v2.0/networks/\(shared)/tags", token: memberToken).body == ["tags": ["x"]])
      let forbidden = try await cloud.send(.PUT, "/v2.0/networks/\(shared)/tags/a", token: memberToken)
      #expect(forbidden.status == 403)
      #expect(forbidden.errorMessage == "rule:update_network:tags is disallowed by policy")
      #expect(try await cloud.get("/v2.0/networks/nonsense/tags").errorType == "TagResourceNotFound")
    }
  }

  @Test("a change of tags can be made to depend on the revision")
  func revision() async throws {
    try await TestCloud.serve { cloud in
      let path = "/v2.0/networks/\(try await cloud.network().id)"
      let revision = try await cloud.get(path).body?["network"]?["revision_number"]?.integer ?? 0
      let old = [("If-Match", "revision_number=\(revision + 7)")]
      let refused = try await cloud.send(.PUT, path + "/tags/a", headers: old)
      #expect(refused.status == 412)
      #expect(refused.errorType == "RevisionNumberConstraintFailed")
      let current = [("If-Match", "revision_number=\(revision)")]
      #expect(try await cloud.send(.PUT, path + "/tags/a", headers: current).status == 201)
    }
  }
}
