import AsyncHTTPClient
import ImageService
import JSON
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Images of one project and the others", .timeLimit(.minutes(2)))
struct ImageSharingTests {
  private func names(_ images: RunningImages, _ query: String, _ token: String) async throws -> [String] {
    let reply = try await images.send(.GET, "/v2/images\(query)", token: token)
    return reply.json?["images"]?.array?.compactMap { $0["name"]?.string }.sorted() ?? []
  }

  @Test("a shared image is offered, seen when it is accepted, and gone when it is taken back")
  func membership() async throws {
    try await RunningImages.run { images in
      let id = try await images.made(["name": "s"], token: "member:a")
      let members = "/v2/images/\(id)/members"
      #expect(try await images.send(.GET, "/v2/images/\(id)", token: "member:b").status == 404)
      let offered = try await images.send(.POST, members, token: "member:a", ["member": "b"])
      #expect(offered.status == 200)
      #expect(offered.json?["status"] == "pending")
      #expect(offered.json?["member_id"] == "b")
      #expect(offered.json?["schema"] == "/v2/schemas/member")
      #expect(try await images.send(.POST, members, token: "member:a", ["member": "b"]).status == 409)
      // It may be looked at before it is accepted, but lists do not show it.
      #expect(try await images.send(.GET, "/v2/images/\(id)", token: "member:b").status == 200)
      #expect(try await names(images, "", "member:b") == [])
      #expect(try await names(images, "?member_status=pending", "member:b") == ["s"])
      #expect(try await names(images, "?member_status=all&visibility=shared", "member:b") == ["s"])

      let accepted = try await images.send(.PUT, "\(members)/b", token: "member:b", ["status": "accepted"])
      #expect(accepted.json?["status"] == "accepted")
      #expect(try await names(images, "", "member:b") == ["s"])
      #expect(try await names(images, "", "member:c") == [])
      #expect(try await images.send(.DELETE, "\(members)/b", token: "member:a").status == 204)
      #expect(try await images.send(.GET, "/v2/images/\(id)", token: "member:b").status == 404)
    }
  }

  @Test("who may do what with members is a table")
  func policy() async throws {
    try await RunningImages.run { images in
      let id = try await images.made(["name": "s"], token: "member:a")
      let members = "/v2/images/\(id)/members"
      for project in ["b", "c"] {
        #expect(try await images.send(.POST, members, token: "member:a", ["member": .string(project)]).status == 200)
      }
      let table: [(HTTPMethod, String, String, JSONValue, Int)] = [
        (.POST, members, "member:b", ["member": "d"], 403), (.POST, members, "reader:a", ["member": "d"], 403),
        (.POST, members, "member:z", ["member": "d"], 404), (.POST, members, "member:a", [:], 400),
        (.POST, members, "member:a", ["member": ""], 400), (.POST, members, "member:a", ["member": 5], 400),
        // The owner does not speak for others, nor they for one another.
        (.PUT, "\(members)/b", "member:a", ["status": "accepted"], 403),
        (.PUT, "\(members)/c", "member:b", ["status": "accepted"], 404),
        (.PUT, "\(members)/b", "reader:b", ["status": "accepted"], 403),
        (.PUT, "\(members)/b", "member:b", ["status": "perhaps"], 400),
        (.PUT, "\(members)/b", "member:b", [:], 400), (.PUT, "\(members)/b", "member:b", ["status": "rejected"], 200),
        (.PUT, "\(members)/z", "admin", ["status": "accepted"], 404),
        (.DELETE, "\(members)/c", "member:b", [:], 403), (.DELETE, "\(members)/z", "member:a", [:], 404),
        (.DELETE, "\(members)/b", "member:z", [:], 404),
        (.PATCH, "/v2/images/\(id)", "member:b", [], 415), (.DELETE, "/v2/images/\(id)", "member:b", [:], 403),
        (.POST, "/v2/images/\(id)/actions/deactivate", "member:b", [:], 403),
        (.PUT, "/v2/images/\(id)/tags/x", "member:b", [:], 403),
      ]
      for (method, path, token, body, status) in table {
        #expect(try await images.send(method, path, token: token, body).status == status, "\(method) \(path) \(token)")
      }
      // Members see themselves, the owner all of them.
      for (token, seen) in [("member:a", ["b", "c"]), ("member:b", ["b"]), ("admin", ["b", "c"])] {
        let reply = try await images.send(.GET, members, token: token)
        #expect(reply.json?["members"]?.array?.compactMap { $0["member_id"]?.string } == seen)
      }
      #expect(try await images.send(.GET, "\(members)/c", token: "member:b").status == 404)
      #expect(try await images.send(.GET, "\(members)/b", token: "member:b").status == 200)
      #expect(try await images.send(.GET, members, token: "member:z").status == 404)
    }
  }

  @Test("only shared images have members, and no more than the limit")
  func limits() async throws {
    var options = ImageOptions()
    options.memberLimit = 2
    try await RunningImages.run(options: options) { images in
      let hidden = try await images.made(["visibility": "private"], token: "member:a")
      let path = "/v2/images/\(hidden)/members"
      #expect(try await images.send(.POST, path, token: "member:a", ["member": "b"]).status == 403)
      #expect(try await images.send(.GET, path, token: "member:a").status == 403)
      #expect(try await images.send(.GET, "\(path)/b", token: "member:a").status == 404)
      let id = try await images.made(token: "member:a")
      for (project, status) in [("b", 200), ("c", 200), ("d", 413)] {
        let reply = try await images.send(
          .POST, "/v2/images/\(id)/members", token: "member:a", ["member": .string(project)])
        #expect(reply.status == status)
      }
    }
  }

  @Test("lists show of each visibility what is for the project")
  func visibility() async throws {
    try await RunningImages.run { images in
      for (owner, visibility) in [
        ("a", "private"), ("a", "shared"), ("a", "community"), ("b", "private"), ("b", "community"),
      ] {
        let attributes: JSONValue = ["name": .string("\(owner)-\(visibility)"), "visibility": .string(visibility)]
        _ = try await images.made(attributes, token: "member:\(owner)")
      }
      _ = try await images.made(["name": "public", "visibility": "public"])
      let table: [(String, String, [String])] = [
        ("", "member:a", ["a-community", "a-private", "a-shared", "public"]),
        ("?visibility=community", "member:a", ["a-community", "b-community"]),
        ("?visibility=private", "member:a", ["a-private"]), ("?visibility=public", "member:a", ["public"]),
        ("?visibility=all", "member:a", ["a-community", "a-private", "a-shared", "b-community", "public"]),
        ("?owner=b", "member:a", []), ("?owner=b&visibility=all", "member:a", ["b-community"]),
        ("", "admin", ["a-private", "a-shared", "b-private", "public"]),
        ("", "member:c", ["public"]), ("?visibility=all", "reader:c", ["a-community", "b-community", "public"]),
      ]
      for (query, token, expected) in table {
        #expect(try await names(images, query, token) == expected, "\(query) \(token)")
      }
    }
  }

  @Test("data is read by members of its project, and by administrators alone once it is deactivated")
  func data() async throws {
    try await RunningImages.run { images in
      let id = try await images.uploaded("hello", ["visibility": "public"])
      let (file, actions) = ("/v2/images/\(id)/file", "/v2/images/\(id)/actions")
      #expect(try await images.send(.GET, file, token: "member:b").status == 200)
      #expect(try await images.send(.GET, file, token: "reader:b").status == 403)
      #expect(try await images.send(.POST, "\(actions)/deactivate", token: "member:b").status == 403)
      #expect(try await images.send(.POST, "\(actions)/deactivate").status == 204)
      #expect(try await images.send(.POST, "\(actions)/deactivate").status == 204)
      #expect(try await images.status(id) == "deactivated")
      #expect(try await images.send(.GET, file, token: "member:b").status == 403)
      #expect(try await images.send(.GET, file).status == 200)
      #expect(try await images.send(.POST, "\(actions)/reactivate").status == 204)
      #expect(try await images.send(.GET, file, token: "member:b").status == 200)
      let queued = try await images.made()
      #expect(try await images.send(.POST, "/v2/images/\(queued)/actions/deactivate").status == 403)
      #expect(try await images.send(.POST, "/v2/images/\(queued)/actions/reactivate").status == 403)
    }
  }

  @Test("a project's images take what they may take, and no more")
  func quota() async throws {
    var options = ImageOptions()
    (options.storageQuota, options.countLimit) = (10, 3)
    try await RunningImages.run(options: options) { images in
      _ = try await images.uploaded("123456", token: "member:a")
      let second = try await images.made(token: "member:a")
      let five = ByteBuffer(string: "12345")
      #expect(try await images.upload(.bytes(five), to: second, token: "member:a").status == 413)
      let unannounced = HTTPClientRequest.Body.stream(five.asSequence, length: .unknown)
      #expect(try await images.upload(unannounced, to: second, token: "member:a").status == 413)
      #expect(try await images.upload(.bytes(five), to: second, token: "member:a", "stage").status == 413)
      #expect(try await images.status(second) == "queued")
      #expect(try await images.upload(.bytes(ByteBuffer(string: "1234")), to: second, token: "member:a").status == 204)
      _ = try await images.made(token: "member:a")
      #expect(try await images.create(["name": "x"], token: "member:a").status == 413)
      // Another project is not touched by that.
      _ = try await images.uploaded("1234567890", token: "member:b")
      let usage = try await images.send(.GET, "/v2/info/usage", token: "member:a").json?["usage"]
      #expect(usage?["image_count_total"] == ["limit": 3, "usage": 3])
    }
  }

  @Test("nobody gives an image away or takes another's name, but an administrator")
  func owner() async throws {
    try await RunningImages.run { images in
      #expect(try await images.create(["owner": "b"], token: "member:a").status == 403)
      #expect(try await images.create(["owner": "a"], token: "member:a").status == 201)
      #expect(try await images.create(["owner": "b"]).json?["owner"] == "b")
      let id = try await images.made(token: "member:a")
      let give: JSONValue = [["op": "replace", "path": "/owner", "value": "b"]]
      #expect(try await images.patch(id, give, token: "member:a").status == 403)
      #expect(try await images.patch(id, give).status == 200)
      #expect(try await images.send(.GET, "/v2/images/\(id)", token: "member:a").status == 404)
      // The id of another's image is taken, whoever asks.
      #expect(try await images.create(["id": .string(id)], token: "member:c").status == 409)
    }
  }
}

extension ByteBuffer {
  fileprivate var asSequence: AsyncStream<ByteBuffer> {
    AsyncStream { continuation in
      continuation.yield(self)
      continuation.finish()
    }
  }
}
