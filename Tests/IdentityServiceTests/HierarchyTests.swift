import IdentityService
import JSON
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Projects in projects, and domains around them")
struct HierarchyTests {
  @Test("a project below another is in its domain, and is shown with what is above and below")
  func hierarchy() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let top = try await identity.make("project", ["name": "top"], token: admin)
      let middle = try await identity.make("project", ["name": "middle", "parent_id": .string(top)], token: admin)
      let low = try await identity.make("project", ["name": "low", "parent_id": .string(middle)], token: admin)
      let shown = try await identity.send(
        .GET, "/v3/projects/\(middle)?parents_as_ids&subtree_as_list", token: admin)
      #expect(shown.json?["project"]?["parent_id"] == .string(top))
      #expect(shown.json?["project"]?["parents"]?[top]?["default"] == .null)
      let below = shown.json?["project"]?["subtree"]?.array?.compactMap { $0["project"]?["id"]?.string }
      #expect(below == [low])
      let tree = try await identity.send(.GET, "/v3/projects/\(top)?subtree_as_ids", token: admin)
      #expect(tree.json?["project"]?["subtree"]?[middle]?[low] == .null)
      let children = try await identity.send(.GET, "/v3/projects?parent_id=\(top)", token: admin)
      #expect(children.json?["projects"]?.array?.compactMap { $0["name"]?.string } == ["middle"])
      #expect(try await identity.send(.DELETE, "/v3/projects/\(top)", token: admin).status == 403)
      let disabled = try await identity.send(
        .PATCH, "/v3/projects/\(top)", token: admin, body: ["project": ["enabled": false]])
      #expect(disabled.status == 403)
      let moved = try await identity.send(
        .PATCH, "/v3/projects/\(low)", token: admin, body: ["project": ["parent_id": .string(top)]])
      #expect(moved.status == 403)
      var deepest = low
      for level in 4...5 {
        deepest = try await identity.make(
          "project", ["name": .string("level\(level)"), "parent_id": .string(deepest)], token: admin)
      }
      let deeper = try await identity.send(
        .POST, "/v3/projects", token: admin, body: ["project": ["name": "deep", "parent_id": .string(deepest)]])
      #expect(deeper.status == 403)
    }
  }

  @Test("a domain is deleted with all that is in it, when it is disabled")
  func domain() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let domain = try await identity.make("domain", ["name": "gone"], token: admin)
      let top = try await identity.make("project", ["name": "p", "domain_id": .string(domain)], token: admin)
      let low = try await identity.make("project", ["name": "q", "parent_id": .string(top)], token: admin)
      let user = try await identity.make("user", ["name": "u", "domain_id": .string(domain)], token: admin)
      #expect(try await identity.send(.DELETE, "/v3/domains/\(domain)", token: admin).status == 403)
      _ = try await identity.send(
        .PATCH, "/v3/domains/\(domain)", token: admin, body: ["domain": ["enabled": false]])
      #expect(try await identity.send(.DELETE, "/v3/domains/\(domain)", token: admin).status == 204)
      for path in ["projects/\(top)", "projects/\(low)", "users/\(user)", "domains/\(domain)"] {
        #expect(try await identity.send(.GET, "/v3/\(path)", token: admin).status == 404)
      }
      for body in [["enabled": false]] as [JSONValue] {
        let reply = try await identity.send(.PATCH, "/v3/domains/default", token: admin, body: ["domain": body])
        #expect(reply.status == 403)
      }
      #expect(try await identity.send(.DELETE, "/v3/domains/default", token: admin).status == 403)
    }
  }

  @Test("tags are set, added, looked for and taken away")
  func tags() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let project = try await identity.make("project", ["name": "p"], token: admin)
      let path = "/v3/projects/\(project)/tags"
      let set = try await identity.send(.PUT, path, token: admin, body: ["tags": ["red", "blue"]])
      #expect(set.json?["tags"] == ["blue", "red"])
      #expect(try await identity.send(.PUT, "\(path)/light%20green", token: admin).status == 201)
      #expect(try await identity.send(.GET, "\(path)/light%20green", token: admin).status == 204)
      #expect(try await identity.send(.GET, "\(path)/green", token: admin).status == 404)
      #expect(try await identity.send(.GET, path, token: admin).json?["tags"] == ["blue", "light green", "red"])
      let filters = [
        ("tags=red,blue", true), ("tags=red,none", false), ("tags-any=red,none", true), ("not-tags=red,blue", false),
        ("not-tags=red,none", true), ("not-tags-any=none", true), ("not-tags-any=red", false),
      ]
      for (query, isFound) in filters {
        let list = try await identity.send(.GET, "/v3/projects?name=p&\(query)", token: admin)
        #expect((list.json?["projects"]?.array?.isEmpty == false) == isFound, "\(query)")
      }
      #expect(try await identity.send(.DELETE, "\(path)/red", token: admin).status == 204)
      #expect(try await identity.send(.DELETE, "\(path)/red", token: admin).status == 404)
      #expect(try await identity.send(.DELETE, path, token: admin).status == 204)
      #expect(try await identity.send(.GET, path, token: admin).json?["tags"] == [])
    }
  }
}
