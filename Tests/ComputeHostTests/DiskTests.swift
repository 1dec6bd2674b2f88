import ComputeHost
import HostRPC
import Model
import Support
import Testing

@Suite("An instance's disks")
struct DiskTests {
  /// An image service with one image of some bytes.
  struct OnlyImage: ImageAPI {
    var format = "raw"
    var bytes: [UInt8] = Array(repeating: 7, count: 1 << 16)

    func image(_ id: UUID) async throws -> ImageDescription {
      ImageDescription(id: id, status: "active", diskFormat: format, size: bytes.count)
    }

    func download(_ id: UUID, to path: String) async throws { try await Files.write(bytes, to: path) }
    func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {}
    func setProperties(_ properties: [String: String], of id: UUID) async throws {}
    func delete(_ id: UUID) async throws {}
  }

  static func with(
    _ image: OnlyImage = OnlyImage(), _ body: (InstanceFiles, BuildRequest) async throws -> Void
  ) async throws {
    try await Files.withFolder { folder in
      let cache = ImageCache(images: image, folder: folder, logger: Workshop.quiet)
      var request = JobTableTests.request()
      request.flavor.rootGB = 1
      try await body(InstanceFiles(cache: cache, folder: "\(folder)/instances"), request)
    }
  }

  @Test("are made once: what a guest has written is kept until a rebuild")
  func kept() async throws {
    try await Self.with { files, request in
      var request = request
      (request.flavor.ephemeralGB, request.flavor.swapMB) = (1, 4)
      let first = try await files.prepare(request)
      #expect(first.additionalDisks.map(\.path.names) == [["disk.eph0"], ["disk.swap"]])
      let disks = [try #require(first.disk)] + first.additionalDisks
      for disk in disks { try await Files.write(Array("the user's".utf8), to: disk.path) }
      #expect(try await files.prepare(request) == first)
      for disk in disks { #expect(Files.bytes(of: disk.path) == Array("the user's".utf8)) }

      try await Files.write(Array("words".utf8), to: first.consoleLog)
      try files.reset(request, keepsEphemeral: true)
      #expect(Set(Files.names(in: files.folder(of: request.instanceID)) ?? []) == ["console.log", "disk.eph0"])
      #expect(!files.hasDisk(request.instanceID))
      _ = try await files.prepare(request)
      #expect(Files.bytes(of: disks[0].path) != Array("the user's".utf8))
      #expect(try files.instances() == [request.instanceID])
    }
  }

  @Test("an ephemeral disk has a file system with Nova's label, and swap is swap")
  func additional() async throws {
    try await Self.with { files, request in
      var request = request
      (request.flavor.ephemeralGB, request.flavor.swapMB) = (1, 4)
      let disks = try await files.prepare(request).additionalDisks
      let types = try await disks.async { try await runChecked(["blkid", "-o", "value", "-s", "TYPE", "-p", $0.path]) }
      #expect(types == ["ext4\n", "swap\n"])
      let label = try await runChecked(["blkid", "-o", "value", "-s", "LABEL", "-p", disks[0].path])
      #expect(label == "ephemeral0\n")
      #expect(try Files.allocated(disks[0].path) < 64 << 20)
    }
  }

  @Test("half a disk of an interrupted try is not taken for one")
  func interrupted() async throws {
    try await Self.with { files, request in
      var request = request
      request.flavor.swapMB = 4
      let swap = try #require(try await files.prepare(request).additionalDisks.first)
      try await runChecked(["mv", swap.path, "\(swap.path).part"])
      #expect(try await files.prepare(request).additionalDisks == [swap])
      #expect(Set(Files.names(in: files.folder(of: request.instanceID)) ?? []) == ["disk", "disk.swap"])
    }
  }

  @Test("the root disk grows with the flavor, and never shrinks")
  func resize() async throws {
    try await Self.with { files, request in
      let id = request.instanceID
      _ = try await files.prepare(request)
      for (gigabytes, size) in [(3, 3), (2, 3), (0, 3)] {
        try await files.resizeRootDisk(of: id, toGigabytes: gigabytes)
        let header = try #require(Files.bytes(of: files.rootDisk(of: id)))
        #expect(QCOW2Header(header)?.virtualSize == UInt64(size) << 30)
      }
      try await runChecked(["qemu-img", "check", files.rootDisk(of: id)])
    }
  }

  @Test("a rescued instance has one more, which goes with the rescue")
  func rescue() async throws {
    try await Self.with { files, request in
      let prepared = try await files.prepare(request, rescuingWith: .init(id: UUID(), diskFormat: "raw"))
      #expect(prepared.rescueDisk?.path.names == ["disk.rescue"])
      #expect(prepared.disk?.path == files.rootDisk(of: request.instanceID))
      try files.removeRescue(of: request.instanceID)
      try files.removeRescue(of: request.instanceID)
      #expect(Files.names(in: files.folder(of: request.instanceID)) == ["disk"])
    }
  }

  /// The header of a qcow2 file of version 3, with some fields changed.
  static func header(backing: UInt8 = 0, features: UInt8 = 0, size: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0]) -> [UInt8] {
    var bytes = [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + Array(repeating: UInt8(0), count: 504)
    bytes[15] = backing
    bytes.replaceSubrange(24..<32, with: size)
    bytes[79] = features
    return bytes
  }

  static let hostile: [(String, [UInt8])] = [
    ("qcow2", header(backing: 104)), ("qcow2", header(features: 4)),
    ("qcow2", header(size: Array(repeating: 0xFF, count: 8))),
    ("qcow2", header(size: [0, 0, 0x7F] + Array(repeating: 0, count: 5))),
    ("qcow2", Array("no image at all".utf8)), ("qcow2", [0x51, 0x46, 0x49, 0xFB]),
    ("vmdk", Array(repeating: 0, count: 512)),
    ("raw", Array(repeating: 0, count: 512) + []),
  ]

  @Test("an image that names files of the host, or is nonsense, makes no disk", arguments: hostile)
  func hostileImage(_ format: String, _ bytes: [UInt8]) async throws {
    try await Self.with(OnlyImage(format: format, bytes: bytes)) { files, request in
      if format == "raw" {
        _ = try await files.prepare(request)
      } else {
        await #expect(throws: ImageError.self) { _ = try await files.prepare(request) }
      }
      #expect(files.hasDisk(request.instanceID) == (format == "raw"))
    }
  }

  @Test("a copy of a disk stands alone, and shows what the image and the guest have written")
  func copy() async throws {
    try await Self.with { files, request in
      let disk = try #require(try await files.prepare(request).disk)
      let copy = files.snapshot(of: request.instanceID, image: UUID())
      try await runChecked(["qemu-io", "-f", "qcow2", "-c", "write -P 9 1M 64k", disk.path])
      try await DiskImage.convert(disk.path, .qcow2, to: copy)
      let header = try #require(QCOW2Header(Files.bytes(of: copy) ?? []))
      #expect(!header.namesOtherFiles)
      #expect(header.virtualSize == 1 << 30)
      let read = ["-c", "read -P 7 0 64k", "-c", "read -P 9 1M 64k", "-c", "read -P 0 2M 64k"]
      let text = try await runChecked(["qemu-io", "-r", "-f", "qcow2"] + read + [copy])
      #expect(!text.contains("Pattern verification failed"), "\(text)")
    }
  }
}

extension String {
  /// The last part of a path.
  fileprivate var names: [String] { split(separator: "/").suffix(1).map { String($0) } }
}

extension Sequence where Self: Sendable, Element: Sendable {
  fileprivate func async<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
