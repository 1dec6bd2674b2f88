import Foundation

/// A folder of a test's own, which is removed when the value is released.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init() throws {
    // The path is short, because sockets lie in it, and the kernel limits their paths to 107 bytes.
    let serial = String(UInt32.random(in: .min ... .max), radix: 16)
    path = FileManager.default.temporaryDirectory.path + "/plugboard-" + serial
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    // The folder lies among temporary files in any case, and a `deinit` has nobody to tell.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in the folder.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder and returns its path.
  package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

/// The text of a file; empty if there is none.
package func textOfFile(_ path: String) -> String {
  (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
