import AsyncHTTPClient
import FoundationEssentials
import ImageService
import JSON
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import OpenStackHTTP
import Store
import Support
import Testing

@Suite("Images and their data")
struct ImageDataTests {
  private static let cirros: JSONValue = [
    "name": "cirros", "disk_format": "raw", "container_format": "bare",
    "kernel_id": "11111111-1111-4111-8111-111111111111",
    "hw_machine_type": "q35", "tags": ["small"],
  ]

  @Test("an image is created, uploaded, shown, downloaded and deleted")
  func life() async throws {
    try await RunningImages.run { images in
      let created = try await images.create(Self.cirros)
      #expect(created.status == 201)
      #expect(created.json?["status"] == "queued")
      #expect(created.json?["size"] == .null)
      let id = try #require(created.json?["id"]?.string)
      #expect(try await images.send(.GET, "/v2/images/\(id)/file").status == 204)

      let data = ByteBuffer(string: "The quick brown fox jumps over the lazy dog")
      #expect(try await images.upload(.bytes(data), to: id).status == 204)
      let shown = try await images.send(.GET, "/v2/images/\(id)")
      #expect(shown.json?["status"] == "active")
      #expect(shown.json?["size"] == 43)
      #expect(shown.json?["checksum"] == "9e107d9d372bb6826bd81d3542a419d6")
      #expect(shown.json?["os_hash_algo"] == "sha512")
      #expect(
        shown.json?["os_hash_value"]?.string?.hasPrefix("07e547d9586f6a73f73fbac0435ed76951218fb7d0c8d788") == true)
      #expect(shown.json?["kernel_id"] == "11111111-1111-4111-8111-111111111111")
      #expect(shown.json?["hw_machine_type"] == "q35")

      let file = try await images.send(.GET, "/v2/images/\(id)/file")
      #expect(file.bytes == data)
      #expect(file.headers["Content-Length"] == ["43"])
      #expect(file.headers["Content-Type"] == ["application/octet-stream"])

      #expect(try await images.upload(.bytes(data), to: id).status == 409)
      #expect(try await images.send(.DELETE, "/v2/images/\(id)").status == 204)
      #expect(try await images.send(.GET, "/v2/images/\(id)").status == 404)
      #expect(try images.files().isEmpty)
    }
  }

  @Test("20 MB in chunks come back as they went in")
  func large() async throws {
    try await RunningImages.run { images in
      let id = try #require(try await images.create(Self.cirros).json?["id"]?.string)
      let chunks = AsyncStream(ByteBuffer.self) { continuation in
        for index in 0..<20 { continuation.yield(ByteBuffer(repeating: UInt8(index), count: 1 << 20)) }
        continuation.finish()
      }
      #expect(try await images.upload(.stream(chunks, length: .unknown), to: id).status == 204)
      let file = try await images.send(.GET, "/v2/images/\(id)/file")
      #expect(file.bytes.readableBytes == 20 << 20)
      #expect(file.bytes.getInteger(at: (7 << 20) + 5, as: UInt8.self) == 7)
    }
  }

  @Test("data beyond the limit is refused, and the image waits for other data")
  func tooLarge() async throws {
    var options = ImageOptions()
    options.sizeLimit = 1000
    try await RunningImages.run(options: options) { images in
      let id = try #require(try await images.create(Self.cirros).json?["id"]?.string)
      #expect(try await images.upload(.bytes(ByteBuffer(repeating: 1, count: 1001)), to: id).status == 413)
      #expect(try await images.send(.GET, "/v2/images/\(id)").json?["status"] == "queued")
      #expect(try images.files().isEmpty)
      #expect(try await images.upload(.bytes(ByteBuffer(repeating: 1, count: 1000)), to: id).status == 204)
    }
  }

  @Test(
    "an upload whose connection breaks leaves no half image",
    arguments: ["Content-Length: 100\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
  func broken(upload: String) async throws {
    try await RunningImages.run { images in
      let id = try #require(try await images.create(Self.cirros).json?["id"]?.string)
      let head = """
        PUT /v2/images/\(id)/file HTTP/1.1\r\nHost: h\r\nX-Auth-Token: admin\r\n\
        Content-Type: application/octet-stream\r\n
        """
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: images.address.port).get()
      try await channel.writeAndFlush(ByteBuffer(string: head + upload)).get()
      // The server has begun to save before the connection goes.
      _ = try await eventually("the image is saving") {
        try await images.send(.GET, "/v2/images/\(id)").json?["status"] == "saving" ? true : nil
      }
      try await channel.close().get()
      _ = try await eventually("the image is queued again") {
        try await images.send(.GET, "/v2/images/\(id)").json?["status"] == "queued" ? true : nil
      }
      #expect(try images.files().isEmpty)
    }
  }

  @Test("after a crash half images are queued again and files without an image are gone")
  func recovery() async throws {
    try await RunningImages.run { images in
      let saving = try #require(try await images.create(Self.cirros).json?["id"]?.string)
      let active = try #require(try await images.create(Self.cirros).json?["id"]?.string)
      let uploaded = try await images.upload(.bytes(ByteBuffer(string: "x")), to: active)
      #expect(uploaded.status == 204)
      let id = try #require(imageID(saving))
      _ = try await images.store.write { try $0.moveImage(id, from: .queued, to: .saving) }
      for stray in ["\(saving).part", saving, imageID(nil).map(String.init(describing:)) ?? "", "README"] {
        try Data().write(to: URL(fileURLWithPath: images.folder + "/" + stray))
      }
      try await images.service.recover()
      #expect(try images.files() == ["README", active].sorted())
      #expect(try await images.send(.GET, "/v2/images/\(saving)").json?["status"] == "queued")
      #expect(try await images.send(.GET, "/v2/images/\(active)").json?["status"] == "active")
    }
  }
}

/// `Foundation` has a type of the same name, and a macro does not bear `Model.` before it.
private func imageID(_ text: String?) -> Model.UUID? { text.map { Model.UUID($0) } ?? Model.UUID() }

extension RunningImages {
  var folder: String { database.folder + "/images" }

  func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
}
