import Crypto
import Glibc
import Hummingbird
import Model
import NIOCore
import _NIOFileSystem

/// The images' data, a file each, named by the image's id.
package struct ImageFiles: Sendable {
  private let folder: String
  /// Longer data is refused, in bytes (`image_size_cap` of `glance-api.conf`).
  private let sizeLimit: Int

  /// Makes the folder if it is not there.
  package init(folder: String, sizeLimit: Int = 1 << 40) async throws {
    self.folder = folder
    self.sizeLimit = sizeLimit
    if try await FileSystem.shared.info(forFileAt: FilePath(folder)) == nil {
      try await FileSystem.shared.createDirectory(
        at: FilePath(folder), withIntermediateDirectories: true, permissions: [.ownerReadWriteExecute])
    }
  }

  private func path(_ id: UUID) -> String { "\(folder)/\(id)" }

  private func draftPath(_ id: UUID) -> String { "\(folder)/\(id).part" }

  /// Takes in an image's data piece by piece; the file is there, whole and on disk, when this returns.
  ///
  /// - Throws: ``TooLarge``, and what reading the body and writing the file throws; nothing is left behind then.
  func save(_ body: RequestBody, as id: UUID) async throws -> ImageData {
    do {
      let data = try await FileSystem.shared.withFileHandle(
        forWritingAt: FilePath(draftPath(id)), options: .newFile(replaceExisting: true, permissions: [.ownerReadWrite])
      ) { file in
        let data = try await copy(body, to: file)
        try await file.synchronize()
        return data
      }
      try publish(id)
      return data
    } catch {
      try await removeIfPresent(draftPath(id))
      throw error
    }
  }

  private func copy(_ body: RequestBody, to file: WriteFileHandle) async throws -> ImageData {
    var size = 0
    var md5 = Insecure.MD5()
    var sha512 = SHA512()
    for try await chunk in body {
      guard size + chunk.readableBytes <= sizeLimit else { throw TooLarge() }
      // Safe: the hashes read the bytes while the buffer lends them.
      unsafe chunk.withUnsafeReadableBytes { bytes in
        unsafe md5.update(bufferPointer: bytes)
        unsafe sha512.update(bufferPointer: bytes)
      }
      try await file.write(contentsOf: chunk, toAbsoluteOffset: Int64(size))
      size += chunk.readableBytes
    }
    return ImageData(size: size, checksum: Self.hex(md5.finalize()), sha512: Self.hex(sha512.finalize()))
  }

  private static func hex(_ digest: some Sequence<UInt8>) -> String {
    String(
      decoding: digest.flatMap { [UInt8(hexadecimalDigit: $0 >> 4), UInt8(hexadecimalDigit: $0)] }, as: UTF8.self)
  }

  private func publish(_ id: UUID) throws {
    // Safe: both strings live as NUL-terminated copies until the call returns, and the kernel only reads them.
    guard unsafe rename(draftPath(id), path(id)) == 0 else { throw IOError(errnoCode: errno, reason: "rename") }
  }

  /// The data as a body that is read off the disk while it is sent.
  func body(of id: UUID, size: Int) -> ResponseBody {
    let path = FilePath(path(id))
    return ResponseBody(contentLength: size) { writer in
      try await FileSystem.shared.withFileHandle(forReadingAt: path) { file in
        for try await chunk in file.readChunks(in: 0..<Int64(size), chunkLength: .kibibytes(256)) {
          try await writer.write(chunk)
        }
      }
      try await writer.finish(nil)
    }
  }

  func remove(_ id: UUID) async throws {
    try await removeIfPresent(path(id))
  }

  private func removeIfPresent(_ path: String) async throws {
    // Nothing there to remove is no error of removeItem's.
    try await FileSystem.shared.removeItem(at: FilePath(path))
  }

  /// Removes what belongs to no image: drafts of uploads that a crash cut off, data of images whose row is gone.
  func removeAll(but ids: Set<UUID>) async throws {
    let stray = try await FileSystem.shared.withDirectoryHandle(atPath: FilePath(folder)) { handle in
      var stray: [String] = []
      for try await entry in handle.listContents() {
        let name = entry.name.string
        guard UUID(name).map(ids.contains) != true else { continue }
        // Files that were not ours to begin with stay.
        if UUID(name.hasSuffix(".part") ? String(name.dropLast(5)) : name) != nil { stray.append(name) }
      }
      return stray
    }
    for name in stray { try await removeIfPresent("\(folder)/\(name)") }
  }

  /// The data is longer than the service takes.
  struct TooLarge: Error {}
}
