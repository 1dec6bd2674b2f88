import IdentityService
import JSON
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Looking around")
struct DirectoryTests {
  @Test("discovery needs no token and links to where the client came from")
  func discovery() async throws {
    try await RunningIdentity.run { identity in
      let root = try await identity.send(.GET, "/")
      #expect(root.status == 300)
      let link = root.json?["versions"]?["values"]?.array?.first?["links"]?.array?.first?["href"]?.string
      #expect(link == identity.address.url + "/v3/")
      let version = try await identity.send(.GET, "/v3/")
      #expect(version.status == 200)
      #expect(version.json?["version"]?["id"] == "v3.14")
    }
  }

  @Test(
    "lists are filtered by name and show the object by id",
    arguments: [("projects", "project", "service"), ("users", "user", "plugboard"), ("roles", "role", "reader")])
  func lookUp(collection: String, member: String, name: String) async throws {
    try await RunningIdentity.run { identity in
      let token = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let list = try await identity.send(.GET, "/v3/\(collection)?name=\(name)", token: token)
      let found = list.json?[collection]?.array ?? []
      #expect(found.map { $0["name"]?.string } == [name])
      let id = try #require(found.first?["id"]?.string)
      let shown = try await identity.send(.GET, "/v3/\(collection)/\(id)", token: token)
      #expect(shown.json?[member] == found.first)
      let unknown = try await identity.send(.GET, "/v3/\(collection)/\(name)", token: token)
      #expect(unknown.status == 404)
      #expect(unknown.json?["error"]?["message"] == .string("Could not find \(member): \(name)."))
    }
  }

  @Test("a name is given once")
  func conflict() async throws {
    try await RunningIdentity.run { identity in
      let token = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      for (path, body) in [
        ("/v3/projects", ["project": ["name": "admin"]]),
        ("/v3/users", ["user": ["name": "admin", "password": "x"]]),
      ] as [(String, JSONValue)] {
        let reply = try await identity.send(.POST, path, token: token, body: body)
        #expect(reply.status == 409)
      }
    }
  }
}
