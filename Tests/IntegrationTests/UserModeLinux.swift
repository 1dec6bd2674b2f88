import Foundation
import Glibc
import Support
import Testing

/// A host with a kernel of its own: Debian's user-mode Linux, whose root is this machine's file system, read-only. It has
/// what the machine's kernel may lack, 802.1Q first of all.
///
/// Its one interface is `vec0`, cabled to a tap in an installation's namespace. Commands and their outcomes go by files in
/// a folder that both see.
final class UserModeLinuxHost: Sendable {
  let name: String
  let address: String
  private let folder: TemporaryDirectory
  private let process: ProgramProcess

  /// What the agent and the tests need of the kernel.
  private static let modules = ["8021q", "bridge", "nf_tables", "tun", "veth", "vxlan"]

  /// Starts a host; it is up when it answers its first command.
  ///
  /// - Parameters:
  ///   - tap: Its cable's end in the namespace, which is there.
  ///   - address: Its address on `vec0`, with the prefix length.
  init(_ name: String, tap: String, address: String, in namespace: NetworkNamespace) throws {
    self.name = name
    self.address = address
    folder = try TemporaryDirectory()
    let script = try folder.write(Self.script(address: address, folder: folder.path).utf8, to: "init")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    process = try ProgramProcess(
      name: name,
      command: namespace.command([
        "linux.uml", "mem=512M", "rootfstype=hostfs", "rootflags=/", "ro", "init=\(script)",
        "vec0:transport=tap,ifname=\(tap),depth=128,gro=1", "con=null", "con0=null,fd:1", "quiet",
        "uml_dir=\(folder.path)/", "umid=\(name)",
      ]), environment: ["TMPDIR": "/dev/shm"], output: folder.file("console"))
  }

  /// What is to be run there as the first process: it prepares the host and then runs what it finds in the folder. It has to
  /// look again and again, since hostfs tells of no changes.
  private static func script(address: String, folder: String) -> String {
    """
    #!/bin/bash
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mount -t proc proc /proc
    mount -t sysfs sys /sys
    mount -t devtmpfs dev /dev
    mount -t tmpfs run /run
    mkdir -p /dev/net /run/host /run/modules/lib
    mknod /dev/net/tun c 10 200
    ln -s /usr/lib/uml/modules /run/modules/lib/modules
    mount -t hostfs none /run/host -o \(folder)
    modprobe -d /run/modules -a \(modules.joined(separator: " "))
    ip link set lo up
    ip link set vec0 up
    ip address add \(address) dev vec0
    cd /run/host
    while :; do
      for command in *.command; do
        [ -e "$command" ] || continue
        name=${command%.command}
        mv "$command" "$name.taken"
        bash "$name.taken" >"$name.output" 2>&1
        echo $? >"$name.part"
        mv "$name.part" "$name.status"
      done
      sleep 0.05
    done
    """
  }

  /// Runs shell commands to their end; they have to succeed unless a failure is what is asked for.
  @discardableResult
  func run(_ commands: String, fails: Bool = false) async throws -> String {
    let name = "c" + String(UInt32.random(in: .min ... .max), radix: 16)
    let part = try folder.write("set -e\n\(commands)\n".utf8, to: "\(name).new")
    try FileManager.default.moveItem(atPath: part, toPath: folder.file("\(name).command"))
    try await waitUntil("\(self.name) has run \(commands)") {
      if process.hasEnded { throw CommandFailure(description: "\(self.name) has ended:\n\(process.logTail())") }
      return FileManager.default.fileExists(atPath: folder.file("\(name).status"))
    }
    let status = textOfFile(folder.file("\(name).status")).trimmingCharacters(in: .whitespacesAndNewlines)
    let output = textOfFile(folder.file("\(name).output"))
    guard (status == "0") != fails else {
      throw CommandFailure(description: "\(self.name): \(commands) ended with \(status): \(output)\n\(agentLog)")
    }
    return output
  }

  /// Starts the agent with a configuration file of this text.
  func startAgent(_ configuration: String) async throws {
    _ = try folder.write(configuration.utf8, to: "agent.conf")
    let program = Installation.binary("plugboard-agent")
    try await run("\(program) --config-file /run/host/agent.conf --host \(name) </dev/null >agent.log 2>&1 &")
  }

  /// Makes a guest of a port: a namespace with `eth0`, whose other end has the name of the port's tap.
  func plug(_ guest: UserModeGuest) async throws {
    try await run(
      """
      ip netns add \(guest.name)
      ip link add \(guest.tap) type veth peer name eth0 netns \(guest.name)
      ip -n \(guest.name) link set eth0 address \(guest.macAddress) mtu \(guest.mtu) up
      ip -n \(guest.name) address add \(guest.four)/24 dev eth0
      ip -n \(guest.name) address add \(guest.six)/64 dev eth0 nodad
      """)
  }

  var agentLog: String { textOfFile(folder.file("agent.log")) }

  /// Ends the host as a power cut does.
  func kill() async {
    // Its processes are processes here, too, and of its group. They do not end with it.
    _ = Glibc.kill(-process.processID, SIGKILL)
    await process.kill()
  }
}

/// What a guest on a user-mode Linux host is made from.
struct UserModeGuest: Sendable {
  let name: String
  let port: String
  let macAddress: String
  let number: Int
  var mtu = 1500

  var tap: String { "tap\(port.prefix(11))" }
  var four: String { "10.20.30.\(number)" }
  var six: String { "fd20:30::\(number)" }

  /// A ping with packets as large as the MTU allows, none of which may be cut.
  func ping(_ other: UserModeGuest, version: Int) -> String {
    let (headers, address) = version == 4 ? (28, other.four) : (48, other.six)
    return "ip netns exec \(name) ping -\(version) -c 1 -w 10 -i 0.2 -M do -s \(mtu - headers) \(address)"
  }
}
