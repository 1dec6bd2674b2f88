import Glibc
import Model
import NIOCore
import _NIOFileSystem

/// A small file that only its owner may read. It is written beside its place and moved there, so that nobody ever sees
/// half of it.
package enum SecretFile {
  /// The file's text; `nil` if there is no such file.
  package static func read(_ path: String) async throws -> String? {
    guard try await FileSystem.shared.info(forFileAt: FilePath(path)) != nil else { return nil }
    let bytes = try await ByteBuffer(contentsOf: FilePath(path), maximumSizeAllowed: .mebibytes(1))
    return String(buffer: bytes)
  }

  /// Writes the file anew or for the first time.
  package static func write(_ text: String, to path: String) async throws {
    let draft = "\(path).\(UUID().hex)"
    try await FileSystem.shared.withFileHandle(
      forWritingAt: FilePath(draft),
      options: .newFile(replaceExisting: false, permissions: [.ownerReadWrite])
    ) { file in
      _ = try await file.write(contentsOf: ByteBuffer(string: text), toAbsoluteOffset: 0)
      try await file.synchronize()
    }
    try replace(path, by: draft)
  }

  /// `rename(2)`, which leaves the old file or the new one at any moment; NIO's `replaceItem` removes the old one
  /// first.
  private static func replace(_ path: String, by draft: String) throws {
    // Safe: both strings live as NUL-terminated copies until the call returns, and the kernel only reads them.
    guard unsafe rename(draft, path) == 0 else { throw IOError(errnoCode: errno, reason: "rename to \(path)") }
  }

  /// Makes the folder that secrets are kept in, for its owner alone. One that exists stays as it is.
  package static func makeFolder(_ path: String) async throws {
    guard try await FileSystem.shared.info(forFileAt: FilePath(path)) == nil else { return }
    try await FileSystem.shared.createDirectory(
      at: FilePath(path), withIntermediateDirectories: true, permissions: [.ownerReadWriteExecute])
  }

  /// 192 random bits in 32 characters that need no quotes in a configuration file or a shell.
  package static func randomSecret() -> String {
    var generator = SystemRandomNumberGenerator()
    return Base64URL.encoded((0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  /// The contents of the file, which is made with a random secret if it does not exist.
  package static func secret(at path: String) async throws -> String {
    if let text = try await read(path) {
      let secret = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      guard secret.utf8.count >= 32 else { throw UnusableSecret(path: path) }
      return secret
    }
    let secret = randomSecret()
    try await write(secret + "\n", to: path)
    return secret
  }
}

/// A file that should hold a secret holds none.
package struct UnusableSecret: Error, CustomStringConvertible {
  let path: String

  package var description: String {
    "\(path) must hold a secret of at least 32 characters; remove the file and the next start makes a new one"
  }
}
