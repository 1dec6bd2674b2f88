internal import Libvirt
internal import NIOCore
internal import _NIOFileSystem

/// What a guest writes to its serial console: a file that QEMU appends to, and beside it `.1` with what came before.
///
/// A guest can write without end, so the file's older part is moved to the other when it has become large. QEMU keeps
/// the file open, so the part is cut out of its beginning, which the kernel does at once; what QEMU writes meanwhile
/// stays. Where the file system cannot cut, the part becomes a hole, which takes no room either.
package struct ConsoleLog: Hashable, Sendable {
  private let path: String

  package init(path: String) {
    self.path = path
  }

  /// The most that is read of a console: Nova's `MAX_CONSOLE_BYTES`.
  package static let longestOutput = 102_400

  /// From here on the older part is moved.
  package static let sizeLimit = 1 << 20

  /// The last lines, at most ``longestOutput`` bytes; what is not UTF-8 is replaced. Empty if there is nothing.
  ///
  /// - Parameter lines: `nil` or a negative number is all.
  package func output(lines: Int?) async throws -> String {
    var bytes = try await Self.tail(of: path, Self.longestOutput)
    if bytes.count < Self.longestOutput {
      bytes = try await Self.tail(of: "\(path).1", Self.longestOutput - bytes.count) + bytes
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let lines, lines >= 0 else { return text }
    // As Nova's `_tail_log`: the end of the last line counts as the beginning of one more.
    return text.split(separator: "\n", omittingEmptySubsequences: false).suffix(lines).joined(separator: "\n")
  }

  /// Moves the older part away if the file has become larger than `limit` bytes. After a crash in between it is done
  /// again, and nothing is lost.
  package func rotate(limit: Int = sizeLimit) async throws {
    let file = AppendedFile(path: path)
    guard let part = try await BlockingThreads.shared.run({ try file.olderPart(limit: limit) }) else { return }
    let draft = "\(path).1.part"
    try HostFiles.remove(draft)
    try await Self.copy(part, of: path, to: draft)
    try HostFiles.replace("\(path).1", with: draft)
    try await BlockingThreads.shared.run { try file.cut(part.upperBound) }
  }

  // MARK: Reading

  /// The last bytes of a file, without those of a hole; none if there is no file.
  private static func tail(of path: String, _ count: Int) async throws -> [UInt8] {
    do {
      return try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { handle in
        let size = try await handle.info().size
        let start = max(0, size - Int64(count))
        let bytes = try await handle.readChunk(fromAbsoluteOffset: start, length: .bytes(Int64(count)))
        return Array(bytes.readableBytesView.drop { $0 == 0 })
      }
    } catch let error as FileSystemError where error.code == .notFound {
      return []
    }
  }

  private static func copy(_ part: Range<Int64>, of path: String, to copy: String) async throws {
    try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { source in
      try await FileSystem.shared.withFileHandle(
        forWritingAt: FilePath(copy), options: .newFile(replaceExisting: false, permissions: .ownerReadWrite)
      ) { target in
        var written: Int64 = 0
        for try await chunk in source.readChunks(in: part, chunkLength: .kibibytes(128)) {
          written += try await target.write(contentsOf: chunk, toAbsoluteOffset: written)
        }
      }
    }
  }
}
