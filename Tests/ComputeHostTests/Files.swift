import FoundationEssentials
import Glibc
import Libvirt
import Testing

/// A folder for one test, and files in it. Foundation stays in this file: it has a `UUID` of its own.
enum Files {
  /// Runs `body` with a new folder, which is removed afterwards.
  static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "/tmp/plugboard-test-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  static func write(_ bytes: [UInt8], to path: String) async throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  static func bytes(of path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
  /// The names of a folder's files; `nil` if it cannot be read.
  static func names(in path: String) -> [String]? { try? FileManager.default.contentsOfDirectory(atPath: path) }

  /// The folder of the one embedded driver of the test process; `LibvirtTests` has the same.
  static let libvirtStatePath: String = {
    // The driver lives as long as the process, so its folders can go only when that ends.
    atexit {
      try? FileManager.default.removeItem(atPath: Files.processFolder)
      if let run = EmbeddedDriver.runFolder(ofRoot: Files.processFolder + "/libvirt") {
        try? FileManager.default.removeItem(atPath: run)
      }
    }
    return processFolder
  }()

  static let processFolder = "/tmp/plugboard-test-\(ProcessInfo.processInfo.processIdentifier)"

  /// Where `tools/make-guest-image` has put the small guest.
  static var guestImage: String {
    let repository = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return ProcessInfo.processInfo.environment["PLUGBOARD_GUEST_IMAGE"] ?? "/\(repository)/.build-guest"
  }

  /// The room that a file takes on the disk, in bytes.
  static func allocated(_ path: String) throws -> Int {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    return Int(status.st_blocks) * 512
  }

  /// Somebody who has a file open and appends to it.
  final class Appender {
    private let file: Int32

    init(_ path: String) throws {
      file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      try #require(file >= 0)
    }

    deinit { close(file) }

    func append(_ text: String) throws {
      let bytes = Array(text.utf8)
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      try #require(count == bytes.count)
    }
  }
}

extension Files {
  /// Writes an empty file, and the folders above it.
  static func make(_ path: String) async throws {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(atPath: "/\(folder)", withIntermediateDirectories: true)
    try await write([], to: path)
  }
}
