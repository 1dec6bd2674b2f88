internal import CLibvirt
internal import FoundationEssentials
internal import Glibc

/// Where an embedded driver keeps what is true only until the host boots again: in memory, where libvirt's daemon has it
/// too.
///
/// libvirt waits for the disk each time it writes a guest's status, which makes a resume take 20 ms instead of 2. So the
/// folder `run` below a root is a link to a folder in memory, one for each root.
enum RunFolder {
  private static let prefix = "plugboard-libvirt-"

  /// Makes the folder and the link to it, and removes folders that nobody will use again. A host without a file system
  /// in memory has the folder on the disk.
  static func prepare(forRoot root: String) throws {
    let link = "\(root)/run"
    let present = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
    guard let target = path(forRoot: root), present != nil || !FileManager.default.fileExists(atPath: link) else {
      return
    }
    try makePrivate(target)
    let attributes = try FileManager.default.attributesOfItem(atPath: target)
    guard attributes[.type] as? FileAttributeType == .typeDirectory,
      (attributes[.ownerAccountID] as? UInt).map(UInt32.init) == geteuid()
    else { throw LibvirtError(code: .operationFailed, message: "\(target) belongs to somebody else") }
    try Data(root.utf8).write(to: URL(fileURLWithPath: "\(target)/root"), options: .atomic)
    removeOrphans(besides: target)
    if present == target { return }
    if present != nil { try FileManager.default.removeItem(atPath: link) }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
  }

  /// The folder that goes with a root, always the same; `nil` if nothing is in memory where that is expected.
  static func path(forRoot root: String) -> String? {
    // FNV-1a, since Swift's own hash differs from process to process.
    let hash = root.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return ["/run", "/dev/shm"].first(where: isInMemory).map { "\($0)/\(prefix)\(String(hash, radix: 16))" }
  }

  /// Makes a folder that only its owner can read, and those above it.
  static func makePrivate(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Removes the folders whose roots have been deleted: without its root a driver cannot be opened again. One whose
  /// process still runs is left alone. What cannot be removed is somebody else's.
  private static func removeOrphans(besides target: String) {
    let folder = String(target.prefix(upTo: target.lastIndex(of: "/") ?? target.endIndex))
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      let path = "\(folder)/\(name)"
      guard path != target, let root = text(of: "\(path)/root"), !FileManager.default.fileExists(atPath: root) else {
        continue
      }
      let process = text(of: "\(path)/qemu/driver.pid").flatMap { Int32($0.prefix { $0.isNumber }) }
      if let process, kill(process, 0) == 0 { continue }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  private static func text(of path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func isInMemory(_ path: String) -> Bool {
    var status = statfs()
    // TMPFS_MAGIC of linux/magic.h, which the C library does not have.
    return statfs(path, &status) == 0 && status.f_type == 0x0102_1994
  }
}
