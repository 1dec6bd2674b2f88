internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Model
internal import NIOCore

/// The files of this host, as far as a compute host reads and writes them. All paths are absolute.
///
/// Foundation stays in this file: it has a `UUID` of its own.
enum HostFiles {
  /// Makes a folder that only its owner can read, and those above it. One that is there already is left as it is.
  static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// The bytes of a small file; `nil` if it cannot be read.
  static func bytes(of path: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: path))).map(Array.init)
  }

  /// The text of a small file; `nil` if it cannot be read.
  static func text(of path: String) -> String? { bytes(of: path).map { String(decoding: $0, as: UTF8.self) } }

  /// Writes a small file whole or not at all.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// Removes a file or a folder with everything in it. One that has gone is a success.
  static func remove(_ path: String) throws {
    guard exists(path) else { return }
    try FileManager.default.removeItem(atPath: path)
  }

  static func move(_ path: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: path, toPath: other)
  }

  /// Puts a file in the place of another, if there is one, at once.
  static func replace(_ path: String, with other: String) throws {
    guard unsafe rename(other, path) == 0 else { throw IOError(errnoCode: errno, reason: "rename to \(path)") }
  }

  static func copy(_ path: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: other)
  }

  /// The size of the file system that holds a path, in bytes; 0 if it does not tell.
  static func fileSystemSize(at path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes[.systemSize] as? UInt64).flatMap { Int(exactly: $0) } ?? 0
  }

  /// Says that a file is used now.
  static func touch(_ path: String) throws {
    try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
  }

  /// When a file was written or touched last.
  static func lastUse(of path: String) throws -> Timestamp {
    let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    return Timestamp(microseconds: Int64((date ?? Date()).timeIntervalSince1970 * 1_000_000))
  }

  /// A file to be inspected.
  static func imageSource(_ path: String) throws -> ImageSource {
    let data = try mapped(path)
    return ImageSource(size: UInt64(data.count)) { offset, count in
      let start = Int(clamping: offset)
      return Array(data[min(start, data.count)..<min(start + count, data.count)])
    }
  }

  /// The length of a file in bytes.
  static func size(of path: String) throws -> Int { try mapped(path).count }

  /// At most the first `count` bytes of a file.
  static func prefix(of path: String, _ count: Int) throws -> [UInt8] { Array(try mapped(path).prefix(count)) }

  /// How a file's data is summed up.
  enum Sum: String {
    case md5
    case sha256
    case sha512
  }

  /// The sum of a file of any size in hexadecimal digits. It takes a second for each gigabyte or so.
  static func sum(of path: String, _ sum: Sum) throws -> String {
    let data = try mapped(path)
    return switch sum {
    case .md5: Insecure.MD5.hash(data: data).hex
    case .sha256: SHA256.hash(data: data).hex
    case .sha512: SHA512.hash(data: data).hex
    }
  }

  /// The time by the system's clock, in microseconds since 1970.
  static var microsecondsSince1970: Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

  private static func mapped(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
  }
}

extension Digest {
  fileprivate var hex: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0\(digits)" : digits
    }.joined()
  }
}
