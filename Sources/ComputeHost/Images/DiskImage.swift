internal import Netlink

/// The files of disks, and what `qemu-img` and its kin do with them.
///
/// Every input is given with its format, since QEMU would guess one from the guest's own bytes, and a guest could make
/// its raw disk look like one that names a file of the host.
package enum DiskImage {
  /// Writes all that a disk shows into a new qcow2 file that stands alone; what is at `copy` is replaced at the end.
  package static func convert(_ path: String, _ format: GuestConfiguration.Disk.Format, to copy: String) async throws {
    let part = "\(copy).part"
    try HostFiles.remove(part)
    try await run(["qemu-img", "convert", "-f", format.rawValue, "-O", "qcow2", path, part])
    try HostFiles.replace(copy, with: part)
  }

  /// Makes a disk larger; the new part is zeros. The guest must not run.
  static func resize(_ path: String, _ format: GuestConfiguration.Disk.Format, to bytes: UInt64) async throws {
    try await run(["qemu-img", "resize", "-q", "-f", format.rawValue, path, "\(bytes)"])
  }

  /// Makes a disk with an empty file system, labelled as Nova does. It takes the room that is written to.
  static func makeEphemeral(_ path: String, gigabytes: Int) async throws {
    try await run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", "ephemeral0", path, "\(gigabytes)G"])
  }

  static func makeSwap(_ path: String, megabytes: Int) async throws {
    try await run(["qemu-img", "create", "-q", "-f", "raw", path, "\(megabytes)M"])
    try await run(["mkswap", path])
  }

  private static func run(_ arguments: [String]) async throws {
    let outcome = try await ProgramRunner().run(arguments, in: nil, deadline: deadline)
    guard outcome.status == 0 else {
      throw ImageError("\(arguments[0]) failed with status \(outcome.status): \(outcome.errors)")
    }
  }

  /// For a large disk on a slow file system.
  private static let deadline = Duration.seconds(3600)

  // MARK: Headers

  /// The format of a disk that this host has made.
  static func format(of path: String) throws -> GuestConfiguration.Disk.Format {
    QCOW2Header(try HostFiles.prefix(of: path, QCOW2Header.length)) == nil ? .raw : .qcow2
  }

  /// What a disk that this host has made shows its guest, in bytes.
  static func virtualSize(of path: String) throws -> UInt64 {
    let header = QCOW2Header(try HostFiles.prefix(of: path, QCOW2Header.length))
    return try header?.virtualSize ?? UInt64(HostFiles.size(of: path))
  }
}
