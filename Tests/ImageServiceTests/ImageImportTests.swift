import AsyncHTTPClient
import FoundationEssentials
import ImageService
import JSON
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Store
import Support
import Testing

/// Makes of every disk the same few bytes, as `qemu-img` would of one.
private struct ConverterDouble: ImageConverter {
  let result: [UInt8]

  func convert(
    _ source: String, _ format: ImageFormat, to destination: String, _ output: ImageFormat, sizeLimit: Int
  ) async throws {
    try Data(result).write(to: URL(fileURLWithPath: destination))
  }
}

@Suite("Images that are staged and imported", .timeLimit(.minutes(2)))
struct ImageImportTests {
  /// As python-openstackclient sends it.
  private static let direct: JSONValue = ["method": ["name": "glance-direct"], "all_stores_must_succeed": false]

  private func stage(_ images: RunningImages, _ data: [UInt8], _ attributes: JSONValue = [:]) async throws -> String {
    let id = try await images.made(attributes, token: "member:a")
    let reply = try await images.upload(.bytes(ByteBuffer(bytes: data)), to: id, token: "member:a", "stage")
    try #require(reply.status == 204)
    return id
  }

  private func imported(_ images: RunningImages, _ id: String, until status: String) async throws -> JSONValue {
    let reply = try await images.send(.POST, "/v2/images/\(id)/import", token: "member:a", Self.direct)
    try #require(reply.status == 202)
    return try await eventually("the image is \(status)") {
      let image = try await images.send(.GET, "/v2/images/\(id)").json
      return image?["status"]?.string == status ? image : nil
    }
  }

  @Test("what was staged becomes the image's data, and a task tells of it")
  func life() async throws {
    try await RunningImages.run { images in
      let id = try await stage(images, Array("hello".utf8))
      let staged = try await images.send(.GET, "/v2/images/\(id)").json
      #expect(staged?["status"] == "uploading")
      #expect(staged?["size"] == 5)
      #expect(staged?["checksum"] == .null)
      #expect(try await images.send(.GET, "/v2/images/\(id)/file").status == 204)
      let image = try await imported(images, id, until: "active")
      #expect(image["checksum"] == "5d41402abc4b2a76b9719d911017c592")
      #expect(image["virtual_size"] == 5)
      #expect(try await images.send(.GET, "/v2/images/\(id)/file").bytes == ByteBuffer(string: "hello"))
      #expect(try images.files() == [id])

      let task = try await eventually("the task has ended") {
        let tasks = try await images.send(.GET, "/v2/images/\(id)/tasks", token: "member:a").json
        let task = tasks?["tasks"]?.array?.first
        return task?["status"] == "success" ? task : nil
      }
      #expect(task["type"] == "api_image_import")
      #expect(task["input"]?["import_req"] == Self.direct)
      let path = try #require(task["self"]?.string)
      #expect(try await images.send(.GET, path).json?["image_id"]?.string == id)
      #expect(try await images.send(.GET, path, token: "member:a").status == 403)
      #expect(try await images.send(.GET, "/v2/tasks").json?["tasks"]?.array?.count == 1)
      #expect(try await images.send(.GET, "/v2/images/\(id)/tasks", token: "member:b").status == 404)
    }
  }

  @Test("staged data that is not safe is refused when it is imported, and the image can be tried again")
  func hostile() async throws {
    try await RunningImages.run { images in
      let backed = HostileImages.qcow2.with { $0.put(big: UInt64(512), at: 8) }
      let id = try await stage(images, backed, ["disk_format": "qcow2"])
      _ = try await imported(images, id, until: "queued")
      let tasks = try await eventually("the task has failed") {
        let tasks = try await images.send(.GET, "/v2/images/\(id)/tasks", token: "member:a").json?["tasks"]?.array
        return tasks?.first?["status"] == "failure" ? tasks : nil
      }
      #expect(tasks.first?["message"]?.string?.contains("backing file") == true)
      #expect(try images.files().isEmpty)
      let again = try await images.upload(
        .bytes(ByteBuffer(bytes: HostileImages.qcow2)), to: id, token: "member:a", "stage")
      #expect(again.status == 204)
      _ = try await imported(images, id, until: "active")
    }
  }

  @Test(
    "an import that cannot be is refused",
    arguments: [
      ([:], 400), (["method": [:]], 400), (["method": ["name": "web-download", "uri": "http://h/"]], 400),
      (["method": ["name": "copy-image"]], 400), (["method": ["name": 5]], 400), ([], 400),
      (["method": ["name": "glance-direct"], "all_stores": "yes"], 400),
      (["method": ["name": "glance-direct"], "all_stores_must_succeed": 1], 400), (direct, 409),
    ] as [(JSONValue, Int)])
  func refused(body: JSONValue, status: Int) async throws {
    try await RunningImages.run { images in
      let id = try await images.made(token: "member:a")
      #expect(try await images.send(.POST, "/v2/images/\(id)/import", token: "member:a", body).status == status)
      #expect(try await images.status(id) == "queued")
    }
  }

  @Test("an import needs the formats, an image that is not active, and its owner")
  func order() async throws {
    try await RunningImages.run { images in
      let bare = try #require(try await images.create([:], token: "member:a").json?["id"]?.string)
      let data = ByteBuffer(string: "x")
      #expect(try await images.upload(.bytes(data), to: bare, token: "member:a").status == 400)
      #expect(try await images.upload(.bytes(data), to: bare, token: "member:a", "stage").status == 204)
      #expect(try await images.upload(.bytes(data), to: bare, token: "member:a", "stage").status == 409)
      #expect(try await images.upload(.bytes(data), to: bare, token: "member:a").status == 409)
      let path = "/v2/images/\(bare)/import"
      #expect(try await images.send(.POST, path, token: "member:a", Self.direct).status == 409)
      #expect(try await images.send(.POST, path, token: "member:b", Self.direct).status == 404)
      let active = try await images.uploaded("x", ["visibility": "public"])
      let again = "/v2/images/\(active)/import"
      #expect(try await images.send(.POST, again, Self.direct).status == 409)
      #expect(try await images.send(.POST, again, token: "member:b", Self.direct).status == 403)
      // A staged image can be deleted, and its data goes with it.
      #expect(try await images.send(.DELETE, "/v2/images/\(bare)", token: "member:a").status == 204)
      #expect(try images.files() == [active])
    }
  }

  @Test("a site without imports says so")
  func disabled() async throws {
    var options = ImageOptions()
    options.importMethods = []
    try await RunningImages.run(options: options) { images in
      let id = try await images.made()
      #expect(try await images.upload(.bytes(ByteBuffer(string: "x")), to: id, "stage").status == 404)
      #expect(try await images.send(.POST, "/v2/images/\(id)/import", Self.direct).status == 400)
      #expect(try await images.send(.GET, "/v2/info/import").json?["import-methods"]?["value"] == [])
    }
  }

  @Test("disks are converted to what the site wants, and looked at once more")
  func conversion() async throws {
    var options = ImageOptions()
    options.conversionFormat = .qcow2
    try await RunningImages.run(options: options, converter: ConverterDouble(result: HostileImages.qcow2)) { images in
      let id = try await stage(images, HostileImages.vmdk(), ["disk_format": "vmdk"])
      let image = try await imported(images, id, until: "active")
      #expect(image["disk_format"] == "qcow2")
      #expect(image["virtual_size"] == 1_048_576)
      #expect(image["size"]?.integer == Int64(HostileImages.qcow2.count))
      // What is no disk stays as it is.
      let kernel = try await stage(images, [1], ["disk_format": "aki", "container_format": "aki"])
      #expect(try await imported(images, kernel, until: "active")["disk_format"] == "aki")
    }
    let bad = HostileImages.qcow2.with { $0.put(big: UInt64(512), at: 8) }
    try await RunningImages.run(options: options, converter: ConverterDouble(result: bad)) { images in
      let id = try await stage(images, HostileImages.vmdk(), ["disk_format": "vmdk"])
      #expect(try await imported(images, id, until: "queued")["disk_format"] == "vmdk")
      #expect(try images.files().isEmpty)
    }
  }

  @Test("an import that a crash cut off is done again, and what was being staged waits for its data")
  func recovery() async throws {
    try await RunningImages.run { images in
      let (done, half) = (try await stage(images, [1]), try await images.made())
      let ids = [done, half].compactMap(imageID)
      try await images.store.write { transaction in
        _ = try transaction.moveImage(ids[0], from: .uploading, to: .importing)
        _ = try transaction.moveImage(ids[1], from: .queued, to: .uploading)
        try transaction.insert(
          ImageTask(
            id: ids[0], imageID: ids[0], owner: "a", userID: "u", requestID: "r", input: "{}",
            createdAt: transaction.now))
        _ = try transaction.beginImageTask()
      }
      try await images.service.recover()
      #expect(try await images.status(half) == "queued")
      #expect(try images.files() == ["\(done).stage"])
      // Another import wakes whoever does them.
      _ = try await imported(images, try await stage(images, [2]), until: "active")
      _ = try await eventually("the first is imported too") {
        try await images.status(done) == "active" ? true : nil
      }
    }
  }
}

/// `Foundation` has a type of the same name.
private func imageID(_ text: String) -> Model.UUID? { Model.UUID(text) }
