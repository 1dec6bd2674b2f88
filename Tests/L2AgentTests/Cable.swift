import L2Agent
import Logging
import Model
import Netlink
import Testing

/// A host of one address behind a tap: the tap is one end of a cable, whose other end is in a namespace of its own.
struct Cable {
  let namespace: NetworkNamespace
  let address: String

  /// Two hosts behind two taps of the bench's.
  static func pair(_ bench: Bench, _ devices: [String]) throws -> [Cable] {
    try devices.enumerated().map { number, device in
      let namespace = try NetworkNamespace()
      _ = try bench.socket.createVeth(device, peer: "eth0", in: namespace)
      let socket = try NetlinkSocket(in: namespace)
      let end = try #require(try socket.link(named: "eth0"))
      try socket.change(end, LinkChange(isUp: true, mtu: 1400))
      try socket.add(LinkAddress(link: end.index, address: 0x0A05_0001 + UInt32(number), prefixLength: 24))
      return Cable(namespace: namespace, address: "10.5.0.\(1 + number)")
    }
  }

  /// Every packet is answered.
  func ping(_ other: Cable, count: Int, _ options: String...) throws {
    let arguments = ["nsenter", "--net=\(namespace.path)", "ping", "-q", "-n", "-W", "5", "-c", "\(count)"]
    let (code, text) = try runProgram(arguments + (options.isEmpty ? ["-i", "0.01"] : options) + [other.address])
    #expect(code == 0 && text.contains(" 0% packet loss"), "\(text)")
  }
}

extension Bench {
  /// Runs an agent by `clock` while `body` does.
  func withAgent<C: Clock>(
    _ server: FakeServer, clock: C, _ body: (inout AsyncStream<FakeServer.Call>.Iterator) async throws -> Void
  ) async throws where C.Duration == Duration {
    let agent = try LinuxBridgeAgent(
      configuration, network: HostNetwork(in: namespace), server: server, heartbeatServer: server, clock: clock,
      now: { Timestamp(microseconds: 1) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var calls = server.calls.makeAsyncIterator()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await agent.run() }
      try await body(&calls)
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}
