import FoundationEssentials
import Glibc
import Libvirt

/// The one embedded driver of the test process, and guests on it.
enum TestDriver {
  /// A process can have one root only, so every test target takes this one.
  static let root: String = {
    // The driver lives as long as the process, so its folders can go only when that ends.
    atexit {
      try? FileManager.default.removeItem(atPath: TestDriver.folder)
      if let run = EmbeddedDriver.runFolder(ofRoot: TestDriver.folder + "/libvirt") {
        try? FileManager.default.removeItem(atPath: run)
      }
    }
    return folder + "/libvirt"
  }()

  static let folder = "/tmp/plugboard-test-\(ProcessInfo.processInfo.processIdentifier)"

  static func connection() async throws -> Connection { try await EmbeddedDriver.open(root: root) }

  static func uniqueTap() -> String { "tap" + UUID().uuidString.lowercased().prefix(11) }

  /// Asks the kernel: `/sys` shows the links of the namespace it was mounted in, which need not be this process's.
  static func exists(_ link: String) -> Bool { unsafe if_nametoindex(link) != 0 }

  /// Runs `body` with a paused guest that has one tap, and destroys it whatever happens.
  static func withGuest(tap: String, on connection: Connection, _ body: (Guest) async throws -> Void) async throws {
    let id = UUID().uuidString.lowercased()
    let xml = """
      <domain type='qemu'>
        <name>plugboard-test-\(id)</name><uuid>\(id)</uuid>
        <memory unit='MiB'>64</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc'>hvm</type></os>
        <devices>
          <interface type='ethernet'><target dev='\(tap)'/><model type='virtio'/></interface>
        </devices>
      </domain>
      """
    let guest = try await connection.createGuest(xml: xml, paused: true)
    do {
      try await body(guest)
    } catch {
      try? await guest.destroy()
      throw error
    }
    try? await guest.destroy()
  }
}
