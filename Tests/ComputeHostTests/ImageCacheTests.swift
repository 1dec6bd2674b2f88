import Logging
import Model
import Support
import Synchronization
import Testing

@testable import ComputeHost

/// An Image service with one image, whose first downloads break off.
private final class BreakingImages: ImageAPI {
  let data: [UInt8]
  let format: String
  let failures: Int
  let downloads = Mutex(0)

  init(_ data: [UInt8], format: String = "raw", failures: Int = 0) {
    (self.data, self.format, self.failures) = (data, format, failures)
  }

  func image(_ id: UUID) async throws -> ImageDescription {
    ImageDescription(id: id, status: "active", diskFormat: format, size: data.count)
  }

  func download(_ id: UUID, to path: String) async throws {
    let number = downloads.withLock { downloads in
      downloads += 1
      return downloads
    }
    try await Files.write(number > failures ? data : [0], to: path)
  }

  func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {}
  func setProperties(_ properties: [String: String], of id: UUID) async throws {}
  func delete(_ id: UUID) async throws {}
}

@Suite("The image cache of a host", .timeLimit(.minutes(2)))
struct ImageCacheTests {
  private static var now: Timestamp { Timestamp(microseconds: HostFiles.microsecondsSince1970) }

  private func cache(_ images: BreakingImages, _ folder: String) async throws -> ImageCache {
    let cache = ImageCache(
      images: images, folder: "\(folder)/cache", retryPause: .zero,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await cache.start()
    return cache
  }

  @Test("a download that breaks off is tried again, but not for ever, and all who wait learn the outcome")
  func retries() async throws {
    for (failures, downloads, succeeds) in [(2, 3, true), (100, 4, false)] {
      try await Files.withFolder { folder in
        let images = BreakingImages(Array("hello".utf8), failures: failures)
        let cache = try await cache(images, folder)
        let id = UUID()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
          for _ in 0..<8 { group.addTask { (try? await cache.file(of: id)) != nil } }
          return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count == (succeeds ? 8 : 0))
        // Whoever comes when the others have given up begins anew.
        let count = images.downloads.withLock { $0 }
        #expect(succeeds ? count == downloads : count % downloads == 0)
        #expect(Files.names(in: "\(folder)/cache") == (succeeds ? ["\(id)"] : []))
      }
    }
  }

  @Test("an image that reaches beyond itself is refused, and nothing of it stays")
  func hostile() async throws {
    let overlay = QCOW2Overlay(backingFile: "/etc/shadow", backingFormat: .raw, virtualSize: 1 << 20).bytes
    for format in ["qcow2", "raw", "vmdk", "qed"] {
      try await Files.withFolder { folder in
        let images = BreakingImages(overlay, format: format)
        let cache = try await cache(images, folder)
        await #expect(throws: ImageError.self) { _ = try await cache.disk(of: UUID()) }
        #expect(images.downloads.withLock { $0 } == 1)
        #expect(Files.names(in: "\(folder)/cache") == [])
      }
    }
  }

  @Test("a file that was changed in the cache is refused when it is used")
  func tampered() async throws {
    try await Files.withFolder { folder in
      let cache = try await cache(BreakingImages([1, 2, 3]), folder)
      let id = UUID()
      let disk = try await cache.disk(of: id)
      #expect(disk == ImageCache.Disk(path: "\(folder)/cache/\(id)", format: .raw, virtualSize: 3))
      try await Files.write(
        QCOW2Overlay(backingFile: "/etc/shadow", backingFormat: .raw, virtualSize: 1 << 20).bytes, to: disk.path)
      await #expect(throws: ImageError.self) { _ = try await cache.disk(of: id) }
    }
  }

  @Test("disks of other programs become qcow2", arguments: ["vmdk", "vdi", "vpc", "vhdx"])
  func conversion(name: String) async throws {
    try await Files.withFolder { folder in
      let (raw, foreign) = ("\(folder)/raw", "\(folder)/foreign")
      try await Files.write(Array(repeating: 0x5A, count: 1 << 20), to: raw)
      // A VHD's size is one of cylinders, heads and sectors unless it is told not to.
      let options = name == "vpc" ? ["-o", "force_size=on"] : []
      let made = try await run(["qemu-img", "convert", "-f", "raw", "-O", name] + options + [raw, foreign])
      try #require(made.succeeded)
      let images = BreakingImages(try #require(Files.bytes(of: foreign)), format: name == "vpc" ? "vhd" : name)
      let disk = try await cache(images, folder).disk(of: UUID())
      #expect(disk.format == .qcow2)
      #expect(disk.virtualSize == 1 << 20)
      let back = try await run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk.path, "\(folder)/back"])
      try #require(back.succeeded)
      #expect(Files.bytes(of: "\(folder)/back") == Files.bytes(of: raw))
      #expect(Files.names(in: "\(folder)/cache")?.count == 1)
    }
  }

  @Test("what is old and unused goes, and what a disk stands on stays")
  func cleaning() async throws {
    try await Files.withFolder { folder in
      let cache = try await cache(BreakingImages([1, 2, 3]), folder)
      let (unused, used) = (try await cache.disk(of: UUID()), try await cache.disk(of: UUID()))
      let instances = "\(folder)/instances"
      let overlay = QCOW2Overlay(backingFile: used.path, backingFormat: .raw, virtualSize: 1 << 20).bytes
      try HostFiles.makeFolder("\(instances)/one")
      try await Files.write(overlay, to: "\(instances)/one/disk.rescue")
      let (now, options) = (Self.now, ImageCache.CleaningOptions())
      #expect(try await cache.clean(instances: instances, at: now, options) == [])
      let later = now + .seconds(48 * 3600)
      var never = options
      never.removesUnused = false
      #expect(try await cache.clean(instances: instances, at: later, never) == [])
      #expect(try await cache.clean(instances: instances, at: later, options) == [unused.path])
      #expect(Files.exists(used.path))
      // What is used again counts as new.
      _ = try await cache.file(of: UUID())
      #expect(try await cache.clean(instances: instances, at: Self.now, options) == [])
    }
  }

  @Test("which files go is a table")
  func rule() {
    let now = Timestamp(microseconds: 1_000_000_000_000)
    let entries = [("old", 2), ("young", 0), ("standing", 2)].map { name, days in
      ImageCache.Entry(path: name, lastUse: now - .seconds(days * 86_400))
    }
    let options = ImageCache.CleaningOptions()
    #expect(ImageCache.removable(entries, inUse: ["standing"], at: now, options) == ["old"])
    #expect(ImageCache.removable(entries, inUse: [], at: now, options) == ["old", "standing"])
  }

  @Test("a backing file's name is read as far as it is there, whatever the header says")
  func backingFile() {
    let overlay = QCOW2Overlay(backingFile: "/images/base", backingFormat: .raw, virtualSize: 1 << 20).bytes
    #expect(QCOW2Overlay.backingFile(header: overlay) == "/images/base")
    for offset in [8, 16] {
      var broken = overlay
      for index in offset..<offset + 4 { broken[index] = 0xFF }
      #expect(QCOW2Overlay.backingFile(header: broken) == nil)
    }
    #expect(QCOW2Overlay.backingFile(header: Array(overlay.prefix(40))) == nil)
    #expect(QCOW2Overlay.backingFile(header: []) == nil)
  }
}
