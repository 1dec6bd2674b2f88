import Crypto
import Glibc
import Hummingbird
import Model
import NIOCore
import _NIOFileSystem

/// The images' data, a file each, named by the image's id; `ID.stage` is data that waits to be imported, and `ID.part`
/// is still being written.
package struct ImageFiles: Sendable {
  private let folder: String

  /// Makes the folder if it is not there.
  package init(folder: String) async throws {
    self.folder = folder
    if try await FileSystem.shared.info(forFileAt: FilePath(folder)) == nil {
      try await FileSystem.shared.createDirectory(
        at: FilePath(folder), withIntermediateDirectories: true, permissions: [.ownerReadWriteExecute])
    }
  }

  /// Which of an image's files.
  enum Kind: String, CaseIterable {
    case data = ""
    case staged = ".stage"
    case draft = ".part"
  }

  func path(_ id: UUID, _ kind: Kind) -> String { "\(folder)/\(id)\(kind.rawValue)" }

  /// Takes in a draft piece by piece; the file is there, whole and on disk, when this returns.
  ///
  /// - Parameter limit: The longest data that is taken, in bytes.
  /// - Throws: ``TooLarge``, and what reading the body and writing the file throws; nothing is left behind then.
  func save(_ body: RequestBody, as id: UUID, limit: Int) async throws -> ImageData {
    do {
      return try await FileSystem.shared.withFileHandle(
        forWritingAt: FilePath(path(id, .draft)),
        options: .newFile(replaceExisting: true, permissions: [.ownerReadWrite])
      ) { file in
        var sums = ImageSums()
        for try await chunk in body {
          guard chunk.readableBytes <= limit - sums.size else { throw TooLarge() }
          try await file.write(contentsOf: chunk, toAbsoluteOffset: Int64(sums.size))
          sums.add(chunk)
        }
        try await file.synchronize()
        return sums.data
      }
    } catch {
      try await remove(id, .draft)
      throw error
    }
  }

  /// The length and the sums of a file that is there.
  func sums(of id: UUID, _ kind: Kind) async throws -> ImageData {
    try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path(id, kind))) { file in
      var sums = ImageSums()
      for try await chunk in file.readChunks(chunkLength: .kibibytes(256)) { sums.add(chunk) }
      return sums.data
    }
  }

  /// Makes one file of an image the other, in one step.
  func move(_ id: UUID, _ kind: Kind, to other: Kind) throws {
    // Safe: both strings live as NUL-terminated copies until the call returns, and the kernel only reads them.
    guard unsafe rename(path(id, kind), path(id, other)) == 0 else { throw IOError(errnoCode: errno, reason: "rename") }
  }

  /// Judges a file before anybody else reads it.
  ///
  /// - Throws: `ImageFormatError`.
  func inspect(_ id: UUID, _ kind: Kind, declared: String?) async throws -> ImageInspection {
    try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path(id, kind))) { file in
      let size = try await file.info().size
      let source = ImageSource(size: UInt64(size)) { offset, count in
        let bytes = try await file.readChunk(fromAbsoluteOffset: Int64(clamping: offset), length: .bytes(Int64(count)))
        return Array(bytes.readableBytesView)
      }
      return try await ImageInspection(of: source, declared: declared)
    }
  }

  /// A part of the data as a body that is read off the disk while it is sent.
  func body(of id: UUID, _ range: Range<Int>) -> ResponseBody {
    let path = FilePath(path(id, .data))
    return ResponseBody(contentLength: range.count) { writer in
      try await FileSystem.shared.withFileHandle(forReadingAt: path) { file in
        let part = Int64(range.lowerBound)..<Int64(range.upperBound)
        for try await chunk in file.readChunks(in: part, chunkLength: .kibibytes(256)) {
          try await writer.write(chunk)
        }
      }
      try await writer.finish(nil)
    }
  }

  /// Removes files of an image. Those that are not there are no error.
  func remove(_ id: UUID, _ kinds: Kind...) async throws {
    for kind in kinds { try await FileSystem.shared.removeItem(at: FilePath(path(id, kind))) }
  }

  /// Removes what belongs to no image: drafts that a crash cut off, data of images whose row is gone.
  func removeAll(but ids: Set<UUID>) async throws {
    let stray = try await FileSystem.shared.withDirectoryHandle(atPath: FilePath(folder)) { handle in
      var stray: [String] = []
      for try await entry in handle.listContents() {
        let name = entry.name.string
        // Files that were not ours to begin with stay.
        guard let (id, kind) = Self.owner(of: name) else { continue }
        if kind == .draft || !ids.contains(id) { stray.append(name) }
      }
      return stray
    }
    for name in stray { try await FileSystem.shared.removeItem(at: FilePath("\(folder)/\(name)")) }
  }

  private static func owner(of name: String) -> (UUID, Kind)? {
    for kind in Kind.allCases where name.hasSuffix(kind.rawValue) {
      if let id = UUID(String(name.dropLast(kind.rawValue.count))) { return (id, kind) }
    }
    return nil
  }

  /// The data is longer than the service takes.
  struct TooLarge: Error {}
}

/// Sums an image's data up as it goes by.
private struct ImageSums {
  private(set) var size = 0
  private var md5 = Insecure.MD5()
  private var sha512 = SHA512()

  mutating func add(_ chunk: ByteBuffer) {
    // Safe: the hashes read the bytes while the buffer lends them.
    unsafe chunk.withUnsafeReadableBytes { bytes in
      unsafe md5.update(bufferPointer: bytes)
      unsafe sha512.update(bufferPointer: bytes)
    }
    size += chunk.readableBytes
  }

  var data: ImageData {
    ImageData(size: size, checksum: Self.hex(md5.finalize()), sha512: Self.hex(sha512.finalize()))
  }

  private static func hex(_ digest: some Sequence<UInt8>) -> String {
    String(
      decoding: digest.flatMap { [UInt8(hexadecimalDigit: $0 >> 4), UInt8(hexadecimalDigit: $0)] }, as: UTF8.self)
  }
}
