internal import CLibvirt
internal import Glibc

/// A file that QEMU has open and appends to, such as a guest's console, of which the beginning can be taken away.
///
/// Renaming it would not help, since QEMU would go on with the old file, and truncating it would lose what QEMU writes
/// at that moment. The kernel can cut a file's beginning at once.
package struct AppendedFile: Hashable, Sendable {
  private let path: String

  package init(path: String) {
    self.path = path
  }

  /// What is to be taken away: whole blocks from the beginning, without a hole of an earlier time. `nil` if the file
  /// takes no more room than `limit` bytes, or is not there. Something always stays, for the kernel wants it so.
  package func olderPart(limit: Int) throws -> Range<Int64>? {
    guard let file = try open() else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw error("fstat") }
    guard status.st_blocks * 512 > limit, status.st_blksize > 0 else { return nil }
    let end = Int64(status.st_size - 1) / Int64(status.st_blksize) * Int64(status.st_blksize)
    // SEEK_DATA of unistd.h. A file system that does not know of holes says that all is data.
    let start = max(0, Int64(lseek(file, 0, 3)))
    return start < end ? start..<end : nil
  }

  /// Takes away the beginning. Where the file system cannot cut files, it becomes a hole, which takes no room either.
  package func cut(_ end: Int64) throws {
    guard let file = try open() else { return }
    defer { close(file) }
    // FALLOC_FL_COLLAPSE_RANGE, else FALLOC_FL_PUNCH_HOLE with FALLOC_FL_KEEP_SIZE, of linux/falloc.h.
    if clv_fallocate(file, 0x08, 0, end) == 0 { return }
    let code = clv_fallocate(file, 0x02 | 0x01, 0, end)
    guard code == 0 else { throw error("fallocate", code) }
  }

  private func open() throws -> Int32? {
    let file = Glibc.open(path, O_RDWR | O_CLOEXEC)
    if file < 0, errno == ENOENT { return nil }
    guard file >= 0 else { throw error("open") }
    return file
  }

  private func error(_ operation: String, _ code: Int32 = errno) -> LibvirtError {
    LibvirtError(
      code: .systemError, message: "\(operation) \(path): \(String(cString: strerror(code)))", systemCode: code)
  }
}
