import Glibc
import HostRPC
import Logging
import Model
import Netlink
import Support
import Testing

@testable import DHCPAgent

/// A host of its own for the agent, a bridge in it that stands for the L2 agent's work, and a guest on that bridge.
final class DHCPBench: Sendable {
  let folder: TemporaryDirectory
  let host: Netlink.NetworkNamespace
  let guest: Netlink.NetworkNamespace
  let configuration: DHCPAgentConfiguration
  private let socket: NetlinkSocket
  private let bridge: Link

  private init(metadata: Bool) throws {
    folder = try TemporaryDirectory()
    host = try Netlink.NetworkNamespace()
    guest = try Netlink.NetworkNamespace()
    socket = try NetlinkSocket(in: host)
    var configuration = DHCPAgentConfiguration(host: "compute1")
    configuration.dhcpConfs = folder.file("dhcp")
    configuration.namespaces = folder.file("netns")
    configuration.resyncInterval = .milliseconds(10)
    configuration.longestPause = .milliseconds(50)
    configuration.metadata.isServedWhereIsolated = metadata
    self.configuration = configuration
    bridge = try socket.createBridge("brq11111111-11")
    try socket.change(bridge, LinkChange(isUp: true))
    let cable = try socket.createVeth("guest", peer: "eth0", in: guest)
    try socket.change(cable, LinkChange(isUp: true, master: bridge.index))
  }

  /// Runs `body` with a bench, and ends and removes everything of it afterwards, whatever happened.
  static func with(
    metadata: Bool = false, _ body: (DHCPBench) async throws -> Void
  ) async throws {
    let bench = try DHCPBench(metadata: metadata)
    do {
      try await body(bench)
    } catch {
      bench.remove()
      throw error
    }
    bench.remove()
  }

  /// Runs an agent while `body` does.
  func withAgent(
    _ server: FakeDHCPServer, _ body: (inout AsyncStream<FakeDHCPServer.Call>.Iterator) async throws -> Void
  ) async throws {
    let agent = DHCPAgent(
      configuration, host: try DHCPHost(in: host), server: server, heartbeatServer: server,
      now: { Timestamp(microseconds: 1) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var calls = server.calls.makeAsyncIterator()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await agent.run() }
      defer { group.cancelAll() }
      try await body(&calls)
    }
  }

  /// Puts the agent's end on the network, as the L2 agent does, and gives the guest's interface its MAC address.
  func connect(_ mac: String) throws {
    let tap = try #require(try socket.link(named: "tapdddddddd-dd"))
    try socket.change(tap, LinkChange(master: bridge.index))
    let inside = try NetlinkSocket(in: guest)
    let interface = try #require(try inside.link(named: "eth0"))
    // Its link-local address follows the MAC address when it comes up.
    try inside.change(interface, LinkChange(isUp: false, mac: try #require(MACAddress(mac)).bits))
    try inside.change(interface, LinkChange(isUp: true))
  }

  /// Runs a program as the guest.
  func asGuest(_ arguments: String...) async throws -> CommandOutput {
    try await run(["nsenter", "--net=\(guest.path)"] + arguments)
  }

  /// Asks for an address once, as a guest that starts.
  ///
  /// - Returns: What the client learned, by busybox's names; `nil` if nobody answered.
  func lease(_ options: String...) async throws -> [String: String]? {
    let script = try folder.write(
      #"""
      #!/bin/sh
      case $1 in bound|renew) env >"$LEARNED"; ip address flush dev eth0 scope global; ip address add "$ip/$mask" dev eth0;; esac
      """#.utf8, to: "udhcpc.script")
    try await runChecked(["chmod", "755", script])
    let learned = folder.file("learned")
    _ = unsafe unlink(learned)
    let client = ["busybox", "udhcpc", "-i", "eth0", "-q", "-n", "-f", "-t", "5", "-T", "1", "-s", script]
    let asked = options.flatMap { ["-O", $0] }
    let output = try await run(
      ["nsenter", "--net=\(guest.path)"] + client + asked, environment: ["LEARNED": learned])
    guard output.succeeded else { return nil }
    let pairs = textOfFile(learned).split(separator: "\n").compactMap { line -> (String, String)? in
      let halves = line.split(separator: "=", maxSplits: 1)
      return halves.count == 2 ? (String(halves[0]), String(halves[1])) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// A file of the network's.
  func text(_ name: String) -> String { textOfFile("\(configuration.dhcpConfs)/\(Model.UUID.of("1"))/\(name)") }

  var hasFolder: Bool { unsafe access("\(configuration.dhcpConfs)/\(Model.UUID.of("1"))", F_OK) == 0 }

  var processID: Int32? { Int32(text("pid").filter { !$0.isWhitespace }) }

  /// Whether the process is there, and no zombie.
  static func isRunning(_ id: Int32) -> Bool {
    let status = textOfFile("/proc/\(id)/status")
    return !status.isEmpty && !status.contains("State:\tZ")
  }

  func link(_ name: String) throws -> Link? { try socket.link(named: name) }

  /// The namespace that the agent made.
  func served() throws -> Netlink.NetworkNamespace? {
    try Netlink.NetworkNamespace.named("qdhcp-\(Model.UUID.of("1"))", folder: configuration.namespaces)
  }

  private func remove() {
    if let id = processID, textOfFile("/proc/\(id)/cmdline").contains(folder.path) { kill(id, SIGKILL) }
    for name in Netlink.NetworkNamespace.names(prefix: "qdhcp-", folder: configuration.namespaces) {
      try? Netlink.NetworkNamespace.removeNamed(name, folder: configuration.namespaces)
    }
    _ = unsafe umount2(configuration.namespaces, Int32(MNT_DETACH))
  }
}
