import AsyncHTTPClient
import ImageService
import JSON
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("What images say of themselves")
struct ImageAttributeTests {
  @Test("a version document tells where v2 is, without a token")
  func discovery() async throws {
    try await RunningImages.run { images in
      let reply = try await images.send(.GET, "/")
      #expect(reply.status == 300)
      let versions = reply.json?["versions"]?.array ?? []
      #expect(versions.first?["id"] == "v2.9")
      #expect(
        versions.first?["links"] == [["rel": "self", "href": .string(images.address.url + "/v2/")]])
    }
  }

  @Test(
    "an attribute that an image cannot have is refused",
    arguments: [
      (["disk_format": "floppy"], 400), (["visibility": "everybody"], 400), (["min_ram": -1], 400),
      (["min_ram": "12"], 400), (["protected": "yes"], 400), (["custom": 5], 400), (["status": "active"], 403),
      (["id": "x"], 400), (["tags": ["a", 1]], 400), ([], 400),
    ] as [(JSONValue, Int)])
  func refused(attributes: JSONValue, status: Int) async throws {
    try await RunningImages.run { images in
      let reply = try await images.create(attributes)
      #expect(reply.status == status)
      #expect(reply.json?["message"] != nil)
    }
  }

  @Test("only an admin makes an image public, and a reader makes none")
  func policy() async throws {
    try await RunningImages.run { images in
      let statuses = [
        try await images.create(["visibility": "public"], token: "member").status,
        try await images.create(["visibility": "public"]).status,
        try await images.create(["name": "x"], token: "reader").status,
      ]
      #expect(statuses == [403, 201, 403])
    }
  }

  @Test("a project sees its own images and public ones, and changes only its own")
  func visibility() async throws {
    try await RunningImages.run { images in
      let mine = try #require(try await images.create(["name": "mine"], token: "member:a").json?["id"]?.string)
      let open = try #require(try await images.create(["name": "open", "visibility": "public"]).json?["id"]?.string)
      let seen = try await images.send(.GET, "/v2/images", token: "member:b").json?["images"]?.array ?? []
      #expect(seen.map { $0["name"]?.string } == ["open"])
      #expect(try await images.send(.GET, "/v2/images/\(mine)", token: "member:b").status == 404)
      #expect(try await images.send(.GET, "/v2/images/\(mine)", token: "member:a").status == 200)
      #expect(try await images.send(.DELETE, "/v2/images/\(open)", token: "member:b").status == 403)
    }
  }

  @Test("a patch sets, replaces and removes")
  func patch() async throws {
    try await RunningImages.run { images in
      let id = try #require(try await images.create(["name": "a", "color": "red"]).json?["id"]?.string)
      let changed = try await images.patch(
        id,
        [
          ["op": "replace", "path": "/name", "value": "b"], ["op": "add", "path": "/size~1shape", "value": "round"],
          ["op": "remove", "path": "/color"], ["op": "replace", "path": "/tags", "value": ["t"]],
          ["op": "replace", "path": "/protected", "value": true],
        ])
      #expect(changed.status == 200)
      #expect(changed.json?["name"] == "b")
      #expect(changed.json?["size/shape"] == "round")
      #expect(changed.json?["color"] == nil)
      #expect(changed.json?["tags"] == ["t"])
      #expect(try await images.send(.GET, "/v2/images/\(id)").json == changed.json)
      #expect(try await images.send(.DELETE, "/v2/images/\(id)").status == 403)
    }
  }

  @Test(
    "a patch that makes no sense changes nothing",
    arguments: [
      ([["op": "replace", "path": "/nothing", "value": "x"]], 409), ([["op": "remove", "path": "/nothing"]], 409),
      ([["op": "remove", "path": "/name"]], 403), ([["op": "replace", "path": "/status", "value": "active"]], 403),
      ([["op": "add", "path": "/a/b", "value": "x"]], 400), ([["op": "move", "path": "/name", "value": "x"]], 400),
      ([["op": "replace", "path": "/name"]], 400), (["op": "add"], 400),
      ([["op": "replace", "path": "/name", "value": "x"], ["op": "remove", "path": "/nothing"]], 409),
    ] as [(JSONValue, Int)])
  func badPatch(changes: JSONValue, status: Int) async throws {
    try await RunningImages.run { images in
      let id = try #require(try await images.create(["name": "a"]).json?["id"]?.string)
      let reply = try await images.patch(id, changes)
      #expect(reply.status == status)
      #expect(try await images.send(.GET, "/v2/images/\(id)").json?["name"] == "a")
    }
  }

  @Test(
    "lists are filtered and ordered",
    arguments: [
      ("?name=b", ["b"]), ("?name=in:a,%22c%22", ["c", "a"]), ("?status=active", []),
      ("?sort=name:asc", ["a", "b", "c"]),
      ("?sort_key=name&sort_dir=desc", ["c", "b", "a"]), ("?tag=t", ["b"]), ("?color=red", ["a"]),
      ("?visibility=public", ["c"]), ("", ["c", "b", "a"]),
    ] as [(String, [String])])
  func list(query: String, names: [String]) async throws {
    try await RunningImages.run { images in
      for attributes: JSONValue in [
        ["name": "a", "color": "red"], ["name": "b", "tags": ["t"]], ["name": "c", "visibility": "public"],
      ] {
        #expect(try await images.create(attributes).status == 201)
      }
      let reply = try await images.send(.GET, "/v2/images\(query)")
      #expect(reply.json?["images"]?.array?.compactMap { $0["name"]?.string } == names)
      #expect(reply.json?["schema"] == "/v2/schemas/images")
    }
  }

  @Test("the pages of a list join to the whole")
  func pages() async throws {
    try await RunningImages.run { images in
      for index in 0..<5 { #expect(try await images.create(["name": .string("\(index)")]).status == 201) }
      var next: String? = "/v2/images?limit=2&sort=name:asc"
      var pages: [[String]] = []
      while let path = next, pages.count < 10 {
        let reply = try await images.send(.GET, path)
        pages.append(reply.json?["images"]?.array?.compactMap { $0["name"]?.string } ?? [])
        next = reply.json?["next"]?.string
      }
      #expect(pages == [["0", "1"], ["2", "3"], ["4"]])
    }
  }
}

extension RunningImages {
  func patch(_ id: String, _ changes: JSONValue, token: String = "admin") async throws -> Reply {
    try await send(
      .PATCH, "/v2/images/\(id)", token: token, type: "application/openstack-images-v2.1-json-patch",
      body: .bytes(ByteBuffer(bytes: changes.bytes)))
  }
}
