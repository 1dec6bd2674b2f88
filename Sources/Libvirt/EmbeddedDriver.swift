internal import CLibvirt
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// libvirt's QEMU driver inside this process, which needs no daemon (`docs/decisions/0001-libvirt-embed.md`).
///
/// The guests are processes of their own. They outlive this one, and a later process with the same root finds them
/// again, paused or running.
package enum EmbeddedDriver {
  /// The longest root that leaves room for the guests' monitor sockets, whose paths the kernel limits to 107 bytes
  /// (`unix(7)`): `/lib/qemu/domain-99999-` and 20 bytes of the guest's name and `/monitor.sock` come behind it.
  package static let longestRoot = 51

  /// The process's only connection to its driver, which stays: libvirt starts the driver within the first open, answers
  /// a second one that comes meanwhile with an error, and never stops it. The lock is held while a thread that may block
  /// opens it, so that the second waits.
  private static let opened = Mutex<Connection?>(nil)

  /// Opens the driver on `root`, an absolute path; the folder is made if need be, readable by its owner only.
  ///
  /// One process at a time can have a root, and a process only one root; it gets the same connection each time. What
  /// libvirt complains of outside a call is written to `log/libvirt.log` below the root, unless the environment sets
  /// `LIBVIRT_LOG_OUTPUTS`.
  package static func open(root: String) async throws -> Connection {
    guard root.hasPrefix("/"), root.utf8.count <= longestRoot else {
      throw LibvirtError(
        code: .operationFailed,
        message: "the folder of the embedded libvirt must be an absolute path of at most \(longestRoot) bytes, since "
          + "the guests' sockets lie below it; \(root) is not (see --state-path)")
    }
    return try await BlockingThreads.shared.run {
      try opened.withLock { connection in
        let uri = "qemu:///embed?root=\(root)"
        if let connection, connection.uri == uri { return connection }
        try checkUser()
        try prepare(root)
        setenv("LIBVIRT_LOG_OUTPUTS", "3:file:\(root)/log/libvirt.log", 0)
        let fresh = try Connection(opening: uri)
        connection = fresh
        return fresh
      }
    }
  }

  /// libvirt of Debian looks its own user up before it reads a configuration that names another.
  private static func checkUser() throws {
    guard geteuid() == 0, getpwnam("libvirt-qemu") == nil else { return }
    throw LibvirtError(
      code: .operationFailed,
      message: "libvirt needs the system user libvirt-qemu: useradd --system --user-group --no-create-home "
        + "--home-dir /nonexistent --shell /usr/sbin/nologin libvirt-qemu")
  }

  private static func prepare(_ root: String) throws {
    for folder in ["", "/etc", "/log"] { try makeFolder(root + folder) }
    try prepareRunFolder(root)
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: root + "/etc/qemu.conf"), options: .atomic)
  }

  /// Puts what is true only until the host boots again into memory, where libvirt's daemon has it too: libvirt waits for
  /// the disk each time it writes a guest's status, which makes a resume take 20 ms instead of 2.
  private static func prepareRunFolder(_ root: String) throws {
    let link = "\(root)/run"
    let present = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
    // A host without a file system in memory has the folder on the disk.
    guard let target = runFolder(ofRoot: root), present != nil || !FileManager.default.fileExists(atPath: link) else {
      return
    }
    try makeFolder(target)
    let attributes = try FileManager.default.attributesOfItem(atPath: target)
    guard attributes[.type] as? FileAttributeType == .typeDirectory,
      (attributes[.ownerAccountID] as? UInt).map(UInt32.init) == geteuid()
    else { throw LibvirtError(code: .operationFailed, message: "\(target) belongs to somebody else") }
    if present == target { return }
    if present != nil { try FileManager.default.removeItem(atPath: link) }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
  }

  /// The folder in memory that goes with a root: each root has its own, and a root always the same. `nil` if the host has
  /// no file system in memory where one is expected.
  package static func runFolder(ofRoot root: String) -> String? {
    // FNV-1a, since Swift's own hash differs from process to process.
    let hash = root.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return ["/run", "/dev/shm"].first(where: isInMemory).map { "\($0)/plugboard-libvirt-\(String(hash, radix: 16))" }
  }

  private static func isInMemory(_ path: String) -> Bool {
    var status = statfs()
    // TMPFS_MAGIC of linux/magic.h, which the C library does not have.
    return statfs(path, &status) == 0 && status.f_type == 0x0102_1994
  }

  private static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Root's QEMU without confinement by cgroups, namespaces or a security driver: none of them is sure to be there, and
  /// their set-up belongs to the machine and not to us. Consoles are written by QEMU itself, since virtlogd is a daemon.
  private static let configuration = """
    # Written by plugboard-compute at each start.
    user = "root"
    group = "root"
    dynamic_ownership = 0
    remember_owner = 0
    security_driver = "none"
    cgroup_controllers = []
    namespaces = []
    stdio_handler = "file"

    """
}
