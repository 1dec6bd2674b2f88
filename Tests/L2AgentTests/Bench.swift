import FoundationEssentials
import HostRPC
import L2Agent
import Logging
import Model
import Netlink
import Testing

/// A host of its own to try the agent on: a network namespace, and what the agent would be told there.
struct Bench {
  let namespace: NetworkNamespace
  let socket: NetlinkSocket
  var configuration: AgentConfiguration

  init() throws {
    namespace = try NetworkNamespace()
    socket = try NetlinkSocket(in: namespace)
    configuration = AgentConfiguration(host: "compute1")
    // No test waits for a comparison that it does not ask for.
    configuration.pollingInterval = .seconds(3600)
    configuration.reportInterval = .seconds(3600)
    configuration.retryPause = .milliseconds(1)
    configuration.plugPause = .zero
  }

  var links: LinkTable {
    get throws { LinkTable(try socket.links()) }
  }

  /// Runs an agent while `body` does.
  func withAgent(
    _ server: FakeServer, _ body: (inout AsyncStream<FakeServer.Call>.Iterator) async throws -> Void
  ) async throws {
    let network = try HostNetwork(in: namespace)
    let agent = try LinuxBridgeAgent(
      configuration, network: network, server: server, heartbeatServer: server, now: { Timestamp(microseconds: 1) },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var calls = server.calls.makeAsyncIterator()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await agent.run() }
      try await body(&calls)
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  func make(_ device: String) throws -> Tap { try Tap(device, in: namespace) }

  /// The name of the bridge that the link is in.
  func bridge(of device: String) throws -> String? {
    let links = try links
    return links[device]?.master.flatMap { links[$0]?.name }
  }
}

extension DeviceDetails {
  static let network = Model.UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f")!

  /// A port whose id begins with `prefix`, 8 digits.
  static func port(
    _ prefix: String, type: String = "local", segment: Int? = nil, physicalNetwork: String? = nil, mtu: Int = 1450,
    adminStateUp: Bool = true, network: Model.UUID = Self.network
  ) -> DeviceDetails {
    let id = Model.UUID("\(prefix)-2324-4dd1-9ccc-235ecb3b104d")!
    return DeviceDetails(
      device: "tap\(id.description.prefix(11))", networkID: network, portID: id,
      macAddress: MACAddress("fa:16:3e:94:a7:1f")!, adminStateUp: adminStateUp, networkType: type,
      segmentationID: segment, physicalNetwork: physicalNetwork, mtu: mtu, fixedIPs: [], deviceOwner: "compute:nova",
      portSecurityEnabled: false)
  }
}

/// Runs a program to its end, inside a namespace if one is given; returns its exit code and what it wrote.
func run(_ program: String, _ arguments: String..., in namespace: NetworkNamespace? = nil) throws -> (Int32, String) {
  try runProgram(
    namespace.map { ["nsenter", "--net=\($0.path)", program] + arguments } ?? [program] + arguments)
}
