import FoundationEssentials
import Support
import Testing

@testable import Libvirt

/// Two daemons, each in a network namespace of its own, with a cable between them.
@Suite("Live migration", .serialized, .timeLimit(.minutes(3)))
struct MigrationTests {
  @Test("moves a guest with its disk to a tap that was there before, and back to shared files")
  func thereAndBack() async throws {
    try await Hosts.with { hosts in
      let guest = try await hosts.startGuest()
      let id = guest.id
      // The destination has an empty disk over the same image, and the tap.
      try await hosts.makeDisk(on: "b")
      try await hosts.makeTap(on: "b")
      try await guest.migrate(
        GuestMigration(
          destination: hosts.uri(of: "b"),
          paths: [hosts.disk("a"): hosts.disk("b"), hosts.console("a"): hosts.console("b")], copiedDisks: ["vda"]))
      #expect(try await hosts.a.guest(id: id) == nil)
      let moved = try #require(try await hosts.b.guest(id: id))
      #expect(try await moved.state() == .running)
      #expect(try await moved.disks().map(\.path) == [hosts.disk("b")])
      #expect(try await moved.consoleLog() == hosts.console("b"))
      #expect(try await moved.interfaces().map(\.isTapManaged) == [false])
      // libvirt removes the tap that it made, and no other.
      #expect(try await !hosts.links(of: "a").contains(hosts.tap))
      // What the guest had written went with it.
      try await runChecked(["qemu-io", "-U", "-r", "-f", "qcow2", "-c", "read -P 5 32k 512", hosts.disk("b")])

      try await hosts.makeTap(on: "a")
      try await moved.migrate(GuestMigration(destination: hosts.uri(of: "a")))
      let back = try #require(try await hosts.a.guest(id: id))
      #expect(try await back.state() == .running)
      #expect(try await back.disks().map(\.path) == [hosts.disk("b")])
      #expect(try await hosts.b.guests().isEmpty)
      try await back.destroy()
      for host in ["a", "b"] { #expect(try await hosts.links(of: host).contains(hosts.tap)) }
    }
  }

  @Test("that fails leaves the guest running where it was")
  func failure() async throws {
    try await Hosts.with { hosts in
      let guest = try await hosts.startGuest()
      // There is no disk at the destination.
      try await hosts.makeTap(on: "b")
      let migration = GuestMigration(
        destination: hosts.uri(of: "b"), paths: [hosts.disk("a"): hosts.disk("b")], copiedDisks: ["vda"])
      await #expect(throws: LibvirtError.self) { try await guest.migrate(migration) }
      #expect(try await guest.state() == .running)
      #expect(try await guest.jobProgress() == nil)
      #expect(try await hosts.b.guests().isEmpty)
      let error = await #expect(throws: LibvirtError.self) { try await guest.abortJob() }
      #expect(error?.code == .operationInvalid)
      try await guest.destroy()
    }
  }

  static let addresses: [(String, String?)] = [
    ("qemu+tcp://192.0.2.1/system", "192.0.2.1"), ("qemu+tcp://root@host2:16509/system?x=/", "host2"),
    ("qemu+tcp://[2001:db8::1]:16509/system", "[2001:db8::1]"), ("qemu:///system", nil), ("nonsense", nil),
  ]

  @Test("goes to the address that the destination's URI has", arguments: addresses)
  func address(_ uri: String, _ address: String?) {
    #expect(GuestMigration(destination: uri).address == address)
  }
}

/// The daemons `a` and `b`, and the files of one guest.
private struct Hosts {
  let a: Connection
  let b: Connection
  let folder: TemporaryDirectory
  let namespaces: [String: NetworkNamespace]
  let tap = "tapmigrated"

  static func with(_ body: (Hosts) async throws -> Void) async throws {
    let (first, second) = (try await NetworkNamespace(), try await NetworkNamespace())
    var daemons: [LibvirtDaemon] = []
    do {
      try await connect(first, second)
      for (host, namespace, number) in [("a", first, 1), ("b", second, 2)] {
        daemons.append(
          try await LibvirtDaemon(
            hostName: "host\(host)", inNamespace: namespace.name, address: "10.99.0.\(number)"))
      }
      let hosts = Hosts(
        a: try await Connection.open(daemons[0].uri), b: try await Connection.open(daemons[1].uri),
        folder: try TemporaryDirectory(), namespaces: ["a": first, "b": second])
      try await body(hosts)
    } catch {
      await remove([first, second], daemons)
      throw error
    }
    await remove([first, second], daemons)
  }

  /// A cable between the two, and a bridge in each.
  private static func connect(_ first: NetworkNamespace, _ second: NetworkNamespace) async throws {
    try await first.ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", second.name)
    for (namespace, number) in [(first, 1), (second, 2)] {
      try await namespace.ip("link", "add", "brqmigrated", "up", "type", "bridge")
      try await namespace.ip("address", "add", "10.99.0.\(number)/24", "dev", "cable")
      try await namespace.ip("link", "set", "cable", "up")
    }
  }

  private static func remove(_ namespaces: [NetworkNamespace], _ daemons: [LibvirtDaemon]) async {
    for daemon in daemons { await daemon.stop() }
    for namespace in namespaces { await namespace.delete() }
  }

  func uri(of host: String) -> String { "qemu+tcp://10.99.0.\(host == "a" ? 1 : 2)/system" }
  func disk(_ host: String) -> String { folder.file("disk-\(host)") }
  func console(_ host: String) -> String { folder.file("console-\(host)") }

  func links(of host: String) async throws -> [String] { try await namespaces[host]?.links() ?? [] }

  func makeDisk(on host: String) async throws {
    let image = folder.file("image")
    if !FileManager.default.fileExists(atPath: image) {
      try await runChecked(["qemu-img", "create", "-q", "-f", "raw", image, "16M"])
    }
    try await runChecked(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", disk(host)])
  }

  func makeTap(on host: String) async throws {
    if try await links(of: host).contains(tap) { return }
    try await namespaces[host]?.ip("tuntap", "add", tap, "mode", "tap")
    try await namespaces[host]?.ip("link", "set", tap, "up", "master", "brqmigrated")
  }

  /// A guest that runs on `a`, without a kernel: its firmware finds nothing to boot and goes on looking.
  func startGuest() async throws -> Guest {
    try await makeDisk(on: "a")
    try await runChecked(["qemu-io", "-f", "qcow2", "-c", "write -P 5 32k 512", disk("a")])
    let id = UUID().uuidString.lowercased()
    return try await a.createGuest(
      xml: """
        <domain type='qemu'>
          <name>plugboard-test-\(id)</name><uuid>\(id)</uuid>
          <memory unit='MiB'>64</memory><vcpu>1</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/><source file='\(disk("a"))'/><target dev='vda' bus='virtio'/>
            </disk>
            <interface type='bridge'>
              <mac address='fa:16:3e:00:00:01'/><source bridge='brqmigrated'/><target dev='\(tap)'/>
              <model type='virtio'/><driver name='qemu'/>
            </interface>
            <serial type='file'><source path='\(console("a"))' append='on'/></serial>
          </devices>
        </domain>
        """, paused: false)
  }
}
