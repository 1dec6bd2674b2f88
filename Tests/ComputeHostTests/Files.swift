import FoundationEssentials
import Glibc
import Libvirt

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
}
