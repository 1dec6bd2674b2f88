import Foundation

/// libvirt's daemon as a host has it, for tests of what only a daemon can do: it has a network namespace, a name and
/// folders of its own, and another daemon reaches it by TCP.
package final class LibvirtDaemon: Sendable {
  private let process: ProgramProcess
  private let folder: TemporaryDirectory

  /// For programs outside its namespaces: the socket lies in a folder that both see. The transport is named, since a
  /// process that has opened the embedded driver would take any other `qemu` URI for that.
  package var uri: String { "qemu+unix:///system?socket=\(folder.path)/libvirt-sock" }

  /// - Parameters:
  ///   - namespace: The name of the network namespace that its guests' taps are made in.
  ///   - address: What other daemons reach it by.
  package init(hostName: String, inNamespace namespace: String, address: String) async throws {
    let folder = try TemporaryDirectory()
    let etc = folder.file("etc")
    try FileManager.default.createDirectory(atPath: etc, withIntermediateDirectories: true)
    try Data(Self.daemonConfiguration(folder.path, address).utf8).write(
      to: URL(fileURLWithPath: etc + "/libvirtd.conf"))
    try Data(Self.qemuConfiguration.utf8).write(to: URL(fileURLWithPath: etc + "/qemu.conf"))
    // What libvirt keeps outside its configuration's reach is in memory, and goes with the mount namespace.
    let script = """
      set -e
      hostname \(hostName)
      mount -t tmpfs tmpfs /run
      mount -t tmpfs tmpfs /var
      mkdir -p /var/lib/libvirt /var/cache/libvirt /var/log /var/tmp /etc/libvirt
      ln -s /run /var/run
      mount --bind \(etc) /etc/libvirt
      exec libvirtd --listen --config /etc/libvirt/libvirtd.conf
      """
    // The namespace is entered with nsenter: `ip netns exec` would give it a /sys of its own, which libvirt reads.
    process = try ProgramProcess(
      name: "libvirtd of \(hostName)",
      command: [
        "nsenter", "--net=/run/netns/\(namespace)", "unshare", "--mount", "--uts", "--propagation", "private", "sh",
        "-c", script,
      ], output: folder.file("log"))
    self.folder = folder
    try await waitUntil("\(hostName)'s libvirtd listens") {
      if process.hasEnded { throw CommandFailure(description: textOfFile(folder.file("log"))) }
      return FileManager.default.fileExists(atPath: folder.file("libvirt-sock"))
    }
  }

  /// Ends the daemon. Its guests are to be ended before, or with their namespace's processes.
  package func stop() async { await process.kill() }

  private static func daemonConfiguration(_ folder: String, _ address: String) -> String {
    """
    unix_sock_dir = "\(folder)"
    auth_unix_rw = "none"
    listen_tls = 0
    listen_tcp = 1
    listen_addr = "\(address)"
    auth_tcp = "none"

    """
  }

  /// As the embedded driver's.
  private static let qemuConfiguration = """
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
