import AsyncHTTPClient
import ImageService
import JSON
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Store
import Testing

@Suite("The rules of attributes, lists and parts of images", .timeLimit(.minutes(2)))
struct ImageRuleTests {
  @Test("names that the service keeps for itself are refused in a new image and in a change")
  func reserved() async throws {
    try await RunningImages.run { images in
      let id = try await images.made()
      let names = [
        "size", "checksum", "direct_url", "stores", "self", "location", "locations", "deleted", "os_glance_x",
        "virtual_size", "os_hash_value", "created_at", "file",
      ]
      for name in names {
        #expect(try await images.create(.object([name: "x"])).status == 403, "\(name)")
        for operation in ["add", "replace", "remove"] {
          let change: JSONValue = [["op": .string(operation), "path": .string("/\(name)"), "value": "x"]]
          #expect(try await images.patch(id, change).status == 403, "\(operation) \(name)")
        }
      }
    }
  }

  @Test("a change comes as one of two media types, each with its own form")
  func mediaTypes() async throws {
    try await RunningImages.run { images in
      let id = try await images.made(["name": "a"])
      let (old, new) = (
        "application/openstack-images-v2.0-json-patch", "application/openstack-images-v2.1-json-patch"
      )
      let table: [(String, JSONValue, Int)] = [
        ("application/json", [], 415), ("application/json-patch+json", [], 415), (new, [], 200),
        ("\(new);charset=UTF-8", [["op": "add", "path": "/k", "value": "1"]], 200),
        (old, [["replace": "/k", "value": "2"]], 200), (old, [["add": "/k", "value": "3"]], 409),
        (old, [["add": "/l", "remove": "/k", "value": "3"]], 400),
        (old, [["op": "add", "path": "/l", "value": ""]], 400),
        (new, [["add": "/l", "value": "3"]], 400), (new, ["x"], 400), (new, [["op": "test", "path": "/k"]], 400),
        (new, [["op": "add", "path": "k", "value": "1"]], 400), (new, [["op": "add", "path": "/", "value": "1"]], 400),
        (new, [["op": "add", "path": "/a~2", "value": "1"]], 400),
        (new, [["op": "add", "path": "/a~", "value": "1"]], 400),
        (new, [["op": "add", "path": "/tags/0", "value": "1"]], 400),
        (new, [["op": "replace", "path": "/kernel_id", "value": "../../etc"]], 409),
        (new, [["op": "add", "path": "/kernel_id", "value": "../../etc/passwd"]], 400),
        (new, [["op": "add", "path": "/visibility", "value": "everybody"]], 400), (old, [["remove": "/k"]], 200),
      ]
      for (type, changes, status) in table {
        let reply = try await images.send(
          .PATCH, "/v2/images/\(id)", type: type, body: .bytes(ByteBuffer(bytes: changes.bytes)))
        #expect(reply.status == status, "\(type) \(changes)")
        if status == 415 { #expect(reply.headers["Accept-Patch"].first?.contains(new) == true) }
      }
    }
  }

  @Test("an image has so many properties and tags, and each is so long")
  func limits() async throws {
    var options = ImageOptions()
    (options.propertyLimit, options.tagLimit) = (2, 2)
    try await RunningImages.run(options: options) { images in
      #expect(try await images.create(["a": "1", "b": "2", "c": "3"]).status == 413)
      #expect(try await images.create(["tags": ["1", "2", "3"]]).status == 413)
      let id = try await images.made(["a": "1", "b": "2", "tags": ["1"]])
      #expect(try await images.patch(id, [["op": "add", "path": "/c", "value": "3"]]).status == 413)
      let swap: JSONValue = [["op": "remove", "path": "/a"], ["op": "add", "path": "/c", "value": "3"]]
      #expect(try await images.patch(id, swap).status == 200)
      let tags = "/v2/images/\(id)/tags"
      for (tag, status) in [("2%2F%C3%A9", 204), ("1", 204), ("3", 413), (String(repeating: "x", count: 256), 400)] {
        #expect(try await images.send(.PUT, "\(tags)/\(tag)").status == status, "\(tag)")
      }
      #expect(try await images.send(.GET, "/v2/images/\(id)").json?["tags"] == ["1", "2/é"])
      #expect(try await images.send(.DELETE, "\(tags)/2%2F%C3%A9").status == 204)
      #expect(try await images.send(.DELETE, "\(tags)/2%2F%C3%A9").status == 404)
      for (name, length, status) in [(255, 65_535, 201), (256, 1, 400), (1, 65_536, 400)] {
        let attributes = JSONValue.object([
          String(repeating: "n", count: name): .string(String(repeating: "v", count: length))
        ])
        #expect(try await images.create(attributes).status == status)
      }
      #expect(try await images.create(["name": .string(String(repeating: "🐧", count: 255))]).status == 201)
      #expect(try await images.create(["name": .string(String(repeating: "n", count: 256))]).status == 400)
    }
  }

  @Test("formats stay as they were judged once there is data")
  func formats() async throws {
    try await RunningImages.run { images in
      let id = try await images.uploaded("x")
      for (format, status) in [("qcow2", 403), ("raw", 200), ("floppy", 400)] {
        let change: JSONValue = [["op": "replace", "path": "/disk_format", "value": .string(format)]]
        #expect(try await images.patch(id, change).status == status)
      }
    }
  }

  @Test("a list that asks for what there is not is refused")
  func badList() async throws {
    try await RunningImages.run { images in
      for query in [
        "limit=x", "limit=-1", "marker=x", "marker=11111111-1111-4111-8111-111111111111", "visibility=some",
        "os_hidden=maybe", "protected=maybe", "member_status=unsure", "sort=color", "sort=name:up", "sort_key=color",
        "sort_key=name&sort_dir=up", "sort=name&sort_key=name", "sort_key=name&sort_dir=asc&sort_dir=asc",
        "size_min=x", "created_at=yesterday", "created_at=in:2020-01-01T00:00:00Z", "name=like:x", "changes-since=x",
        "name=in:%22a",
      ] {
        let reply = try await images.send(.GET, "/v2/images?\(query)")
        #expect(reply.status == 400, "\(query)")
      }
    }
  }

  @Test("lists are filtered by what an image has")
  func filters() async throws {
    try await RunningImages.run { images in
      _ = try await images.uploaded("1", ["name": "a", "tags": ["x", "y"], "protected": true])
      _ = try await images.uploaded("22", ["name": "b,c", "tags": ["x"], "os_hidden": true])
      let marker = try await images.made(["name": "d", "min_ram": 512, "color": "red"])
      let table: [(String, [String])] = [
        ("", ["d", "a"]), ("os_hidden=true", ["b,c"]), ("os_hidden=False", ["d", "a"]), ("protected=true", ["a"]),
        ("tag=x", ["a"]), ("tag=x&tag=y", ["a"]), ("tag=x&tag=z", []), ("size_min=1", ["a"]), ("size_max=0", []),
        ("os_hidden=true&size_min=2&size_max=2", ["b,c"]), ("name=in:a,%22b,c%22&os_hidden=true", ["b,c"]),
        ("name=eq:a", ["a"]), ("status=in:queued,active", ["d", "a"]), ("status=queued", ["d"]), ("color=red", ["d"]),
        ("color=blue", []), ("min_ram=512", ["d"]), ("min_ram_min=1", ["d"]), ("id=in:\(marker)", ["d"]),
        ("created_at=gt:2020-01-01T00:00:00Z", ["d", "a"]), ("created_at=lt:2020-01-01T00:00:00Z", []),
        ("updated_at=2020-01-01T00:00:00Z", []), ("updated_at=neq:2020-01-01T00:00:00Z", ["d", "a"]),
        ("sort_key=name&sort_dir=asc", ["a", "d"]), ("sort_key=size&sort_key=name&sort_dir=desc", ["a", "d"]),
        ("sort=status:desc,name:asc", ["d", "a"]), ("marker=\(marker)", ["a"]),
        ("marker=\(marker)&sort=name:desc", ["a"]), ("marker=\(marker)&name=a", ["a"]), ("limit=0", []),
      ]
      for (query, expected) in table {
        let reply = try await images.send(.GET, "/v2/images?\(query)")
        #expect(reply.json?["images"]?.array?.compactMap { $0["name"]?.string } == expected, "\(query)")
      }
    }
  }

  @Test("a part of the data can be asked for")
  func ranges() async throws {
    try await RunningImages.run { images in
      let id = try await images.uploaded("0123456789")
      let table: [(String, Int, String?, String?)] = [
        ("bytes=0-4", 206, "01234", "bytes 0-4/10"), ("bytes=5-", 206, "56789", "bytes 5-9/10"),
        ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=-100", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=9-100", 206, "9", "bytes 9-9/10"), ("bytes=0-9223372036854775807", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, nil, "bytes */10"), ("bytes=4-2", 416, nil, "bytes */10"),
        ("bytes=x-", 416, nil, "bytes */10"), ("bytes=-0", 416, nil, "bytes */10"),
        ("lines=0-1", 416, nil, "bytes */10"), ("bytes=0-99999999999999999999", 416, nil, "bytes */10"),
        ("bytes=0-1,3-4", 400, nil, nil),
      ]
      for (range, status, data, content) in table {
        let reply = try await images.send(.GET, "/v2/images/\(id)/file", range: range)
        #expect(reply.status == status, "\(range)")
        if let data { #expect(String(buffer: reply.bytes) == data, "\(range)") }
        #expect(reply.headers["Content-Range"].first == content, "\(range)")
      }
    }
  }

  @Test("a refusal has the form that the client takes, and what it sent stays text")
  func faults() async throws {
    try await RunningImages.run { images in
      let table: [(String?, String, String)] = [
        ("*/*", "text/html; charset=UTF-8", "Invalid sort key: &lt;b&gt;<br />"),
        ("text/html,application/json;q=0.9", "text/html; charset=UTF-8", "<title>400 Bad Request</title>"),
        (nil, "text/plain; charset=UTF-8", "400 Bad Request\n\nInvalid sort key: <b>"),
        ("application/json", "application/json", "\"message\":"),
      ]
      for (accept, type, part) in table {
        let reply = try await images.send(.GET, "/v2/images?sort_key=%3Cb%3E", accept: accept)
        #expect(reply.status == 400)
        #expect(reply.headers["Content-Type"] == [type])
        #expect(String(buffer: reply.bytes).contains(part), "\(accept ?? "-")")
      }
    }
  }

  @Test("ids that are paths, and things that are not served, are not found")
  func unknown() async throws {
    try await RunningImages.run { images in
      for path in [
        "/v2/images/..%2F..%2Fetc%2Fpasswd", "/v2/images/..%2F..%2Fetc/file", "/v2/images/%00/members",
        "/v2/metadefs/namespaces", "/v2/info/stores", "/v2/cache", "/v2/images/x/tasks", "/v2/tasks/x",
      ] {
        let reply = try await images.send(.GET, path)
        #expect(reply.status == 404, "\(path)")
      }
      for name in ["image", "images", "member", "members", "task", "tasks"] {
        let reply = try await images.send(.GET, "/v2/schemas/\(name)")
        #expect(reply.json?["name"]?.string == name)
      }
    }
  }

  @Test("every status goes only where upstream lets it go, and the database keeps the same ones")
  func statuses() async throws {
    let image = Image(id: Model.UUID(), owner: "p", createdAt: Timestamp(microseconds: 0))
    let data = ImageData(
      size: 1, checksum: String(repeating: "0", count: 32), sha512: String(repeating: "0", count: 128))
    try await RunningImages.run { images in
      try await images.store.write { transaction in
        try transaction.insert(image)
        for (old, new) in [(ImageStatus.queued, ImageStatus.uploading), (.uploading, .importing)] {
          #expect(try transaction.moveImage(image.id, from: old, to: new))
          #expect(try transaction.moveImage(image.id, from: old, to: new) == false)
        }
        #expect(try transaction.activateImage(image.id, data: data))
        #expect(try transaction.activateImage(image.id, data: data) == false)
        #expect(try transaction.moveImage(image.id, from: .active, to: .deactivated))
        #expect(try transaction.image(image.id)?.data == data)
      }
    }
    for status in ImageStatus.allCases { #expect(!status.successors.contains(status)) }
    #expect(ImageStatus.killed.successors.isEmpty)
  }
}
