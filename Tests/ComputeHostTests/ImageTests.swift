import ComputeHost
import HostRPC
import Model
import Synchronization
import Testing

/// An Image service with one image, which counts the downloads.
private final class OneImage: ImageAPI {
  let description: ImageDescription
  let data: [UInt8]
  let downloads = Mutex(0)

  init(_ description: ImageDescription, _ data: [UInt8]) {
    (self.description, self.data) = (description, data)
  }

  func image(_ id: UUID) async throws -> ImageDescription { description }

  func download(_ id: UUID, to path: String) async throws {
    downloads.withLock { $0 += 1 }
    try await Files.write(data, to: path)
  }

  func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {}
  func setProperties(_ properties: [String: String], of id: UUID) async throws {}
  func delete(_ id: UUID) async throws {}
}

@Suite("The images of a host")
struct ImageTests {
  static let id = UUID()
  static let data = Array("hello".utf8)
  static let sha512 =
    "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
    + "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"

  static func description(
    size: Int = 5, format: String = "raw", algorithm: String? = "sha512", value: String? = sha512,
    checksum: String? = nil
  ) -> ImageDescription {
    ImageDescription(
      id: id, status: "active", diskFormat: format, size: size, hashAlgorithm: algorithm, hashValueText: value,
      checksum: checksum)
  }

  @Test("an image that many want at once is downloaded once")
  func once() async throws {
    try await Files.withFolder { folder in
      let images = OneImage(Self.description(), Self.data)
      let cache = ImageCache(images: images, folder: folder, logger: Workshop.quiet)
      try await cache.start()
      let paths = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 { group.addTask { try await cache.file(of: Self.id) } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(paths == ["\(folder)/\(Self.id)"])
      #expect(Files.bytes(of: "\(folder)/\(Self.id)") == Self.data)
      #expect(images.downloads.withLock { $0 } == 1)
    }
  }

  @Test(
    "an image that is not what the service says is refused, and nothing of it stays",
    arguments: [
      description(size: 6), description(value: "00"), description(algorithm: "sha256", value: "00"),
      description(algorithm: nil, checksum: "00"),
    ])
  func corrupt(_ description: ImageDescription) async throws {
    try await Files.withFolder { folder in
      let cache = ImageCache(
        images: OneImage(description, Self.data), folder: folder, retryPause: .zero, logger: Workshop.quiet)
      await #expect(throws: ImageError.self) { _ = try await cache.file(of: Self.id) }
      #expect(Files.names(in: folder) == [])
    }
  }

  @Test("what an interrupted download left is removed at the start")
  func leftovers() async throws {
    try await Files.withFolder { folder in
      try await Files.write([1], to: "\(folder)/x.part")
      try await ImageCache(images: ImagesDouble(), folder: folder, logger: Workshop.quiet).start()
      #expect(Files.names(in: folder) == [])
    }
  }

  @Test("a disk is an overlay over the image, as large as the flavor says, and smaller ones are refused")
  func disk() async throws {
    try await Files.withFolder { folder in
      let images = OneImage(Self.description(), Self.data)
      let cache = ImageCache(images: images, folder: folder, logger: Workshop.quiet)
      let files = InstanceFiles(cache: cache, folder: "\(folder)/instances")
      var request = JobTableTests.request()
      request.flavor.rootGB = 1
      let prepared = try await files.prepare(request)
      let disk = try #require(prepared.disk)
      let bytes = try #require(Files.bytes(of: disk.path))
      #expect(QCOW2Header(bytes)?.virtualSize == 1 << 30)
      try files.remove(request.instanceID)
      try files.remove(request.instanceID)
      #expect(!Files.exists(disk.path))
    }
  }

  @Test("an overlay has the layout of qcow2, version 3")
  func overlay() {
    let overlay = QCOW2Overlay(backingFile: "/images/base", backingFormat: .raw, virtualSize: 1000)
    let bytes = overlay.bytes
    #expect(bytes.count == 4 << 16)
    #expect(Array(bytes[0..<8]) == [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    #expect(QCOW2Header(bytes)?.virtualSize == 1024)
    #expect(String(decoding: bytes[128..<140], as: UTF8.self) == "/images/base")
  }
}
