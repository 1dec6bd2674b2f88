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
  /// a second one that comes meanwhile with an error, and never stops it. The lock is held while a thread that may
  /// block opens it, so that the second waits.
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

  /// The folder in memory that goes with a root; `nil` if this host has none. A test removes it at its end.
  package static func runFolder(ofRoot root: String) -> String? { RunFolder.path(forRoot: root) }

  private static func prepare(_ root: String) throws {
    for folder in ["", "/etc", "/log"] { try RunFolder.makePrivate(root + folder) }
    try RunFolder.prepare(forRoot: root)
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: root + "/etc/qemu.conf"), options: .atomic)
  }

  /// Root's QEMU without confinement by cgroups, namespaces or a security driver: none of them is sure to be there, and
  /// their set-up belongs to the machine and not to us. Consoles are written by QEMU itself, since virtlogd is a
  /// daemon.
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
