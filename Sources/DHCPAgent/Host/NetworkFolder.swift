internal import FoundationEssentials
import Glibc
internal import Model

/// The folder with a network's files, which dnsmasq reads and writes. It is there before anything else of the network, and
/// goes last: what has a folder is the agent's.
struct NetworkFolder: Sendable {
  let path: String

  init(_ networkID: Model.UUID, in parent: String) {
    path = "\(parent)/\(networkID)"
  }

  /// The networks that have a folder.
  static func networks(in parent: String) -> [Model.UUID] {
    ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).compactMap { Model.UUID($0) }
  }

  /// Makes the folder, for everybody to read: dnsmasq gives up its rights before it reads.
  func make() throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  func remove() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.removeItem(atPath: path)
  }

  /// Empty if there is no such file.
  func text(of name: String) -> String {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Replaces a file at once, so that nobody reads half of it, if that makes a difference.
  ///
  /// - Returns: Whether it did.
  func write(_ text: String, to name: String) throws -> Bool {
    let file = "\(path)/\(name)"
    if let data = FileManager.default.contents(atPath: file), data.elementsEqual(text.utf8) { return false }
    let draft = "\(file).new"
    guard
      FileManager.default.createFile(
        atPath: draft, contents: Data(text.utf8), attributes: [.posixPermissions: 0o644])
    else { throw FolderError(path: draft, operation: "write", code: errno) }
    // Safe: both strings live as NUL-terminated copies until the call returns, and the kernel only reads them.
    guard unsafe rename(draft, file) == 0 else { throw FolderError(path: file, operation: "replace", code: errno) }
    return true
  }

  /// Whether every folder down to this one lets everybody through.
  var isReachableByAll: Bool {
    var folder = path
    while !folder.isEmpty {
      let mode = (try? FileManager.default.attributesOfItem(atPath: folder))?[.posixPermissions] as? Int
      guard let mode, mode & 0o001 != 0 else { return false }
      folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    }
    return true
  }
}

/// A file that could not be written.
struct FolderError: Error, Hashable, CustomStringConvertible {
  var path: String
  var operation: String
  /// The kernel's errno.
  var code: Int32

  var description: String { "\(operation) \(path): errno \(code)" }
}
