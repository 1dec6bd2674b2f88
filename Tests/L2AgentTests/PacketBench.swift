import FoundationEssentials
import HostRPC
import JSON
import L2Agent
import Logging
import Model
import NFTables
import Netlink
import PacketTable
import Synchronization
import Testing

extension TestPort {
  var details: DeviceDetails {
    let id = Model.UUID("00000000-0000-4000-8000-0000000000\(network == "n1" ? "01" : "02")")!
    return DeviceDetails(
      device: device, networkID: id, portID: UUID(), macAddress: macAddress, adminStateUp: true, networkType: "local",
      segmentationID: nil, physicalNetwork: nil, mtu: 1500, fixedIPs: [], deviceOwner: owner,
      portSecurityEnabled: isSecure)
  }

  var json: JSONValue {
    [
      "device": .string(device), "mac_address": .string(mac), "fixed_ips": JSONValue(addresses),
      "allowed_address_pairs": .array(
        pairs.map { ["ip_address": .string($0[0]), "mac_address": .string($0.count > 1 ? $0[1] : mac)] }),
      "security_groups": JSONValue(groups),
    ]
  }
}

/// Taps on two bridges of a namespace of their own, held open by the test, and a firewall between.
final class PacketBench: Sendable {
  struct State {
    var ports: [String: TestPort] = [:]
    var taps: [String: Tap] = [:]
    var groups: [String: [JSONValue]] = [:]
    var firewall: Firewall
    /// How many questions were asked.
    var count = 0
  }

  let namespace: NetworkNamespace
  let kernel: FirewallKernel
  private let socket: NetlinkSocket
  private let bridging: Bridging
  let state: Mutex<State>

  init() throws {
    namespace = try NetworkNamespace()
    kernel = try FirewallKernel(in: namespace)
    socket = try NetlinkSocket(in: namespace)
    bridging = Bridging(Self.configuration, socket: socket, remover: try LinkRemover(in: namespace))
    state = Mutex(State(firewall: Self.firewall(kernel)))
  }

  private static let configuration = AgentConfiguration(host: "compute1")

  private static func firewall(_ kernel: FirewallKernel) -> Firewall {
    Firewall(configuration, kernel: kernel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  var firewall: Firewall { state.withLock { $0.firewall } }

  /// The agent ends without a word, and another one starts that knows nothing.
  func restart() {
    state.withLock { $0.firewall = Self.firewall(kernel) }
  }

  func setGroup(_ id: String, _ rules: [JSONValue]) {
    state.withLock { $0.groups[id] = rules }
  }

  func group(_ id: String) -> [JSONValue] { state.withLock { $0.groups[id] ?? [] } }

  func tap(_ name: String) -> Tap? { state.withLock { $0.taps[name] } }

  func port(_ name: String) throws -> TestPort { try #require(state.withLock { $0.ports[name] }) }

  /// Makes the port's tap, filters it, and only then puts it on its network.
  func plug(_ ports: TestPort...) async throws {
    try await plug(ports)
  }

  func plug(_ ports: [TestPort]) async throws {
    for port in ports {
      let tap = try Tap(port.device, in: namespace)
      state.withLock { ($0.ports[port.name], $0.taps[port.name]) = (port, tap) }
    }
    try await prepare(ports.map(\.name))
    var links = try bridging.listLinks()
    for port in ports { try await bridging.wire(port.details, links: &links) }
  }

  func prepare(_ names: [String]) async throws {
    let ports = state.withLock { state in names.compactMap { state.ports[$0] } }
    let failures = await firewall.prepare(ports.map(\.details), information(names))
    #expect(failures.isEmpty, "\(failures)")
  }

  /// The port is deleted, and its tap goes.
  func unplug(_ name: String) async throws {
    let port = try port(name)
    state.withLock { state in (state.ports[name], state.taps[name]) = (nil, nil) }
    try await firewall.remove([port.device])
  }

  /// Changes a port and has the agent treat it again.
  func change(_ name: String, _ body: (inout TestPort) -> Void) async throws {
    state.withLock { state in
      if var port = state.ports[name] {
        body(&port)
        state.ports[name] = port
      }
    }
    try await prepare([name])
  }

  /// The server says that these groups have changed.
  func hint(_ groups: String...) async throws {
    let devices = await firewall.devices(concernedBy: Set(groups))
    try await firewall.refresh(information(devices.map { String($0.dropFirst(3)) }))
  }

  /// What the server says of these ports: their groups, and the members of the groups that rules refer to.
  func information(_ names: [String]) -> SecurityGroupInfoForDevices.Result {
    state.withLock { state in
      let ports = names.compactMap { state.ports[$0] }.filter { $0.isSecure && !$0.owner.hasPrefix("network:") }
      let groups = Set(ports.flatMap(\.groups))
      let remote = Set(groups.flatMap { state.groups[$0] ?? [] }.compactMap { $0["remote_group_id"]?.string })
      func members(_ group: String, _ version: IPVersion) -> JSONValue {
        let ports = state.ports.values.filter { $0.groups.contains(group) }
        let texts = ports.flatMap { $0.addresses + $0.pairs.map { $0[0] } }
        return .array(texts.filter { $0.contains(":") == (version == .v6) }.map { [.string($0), .null] })
      }
      return .init(
        devices: .object(ports.map { ($0.name, $0.json) }),
        securityGroups: .object(groups.map { ($0, .array(state.groups[$0] ?? [])) }),
        memberIPs: .object(remote.map { ($0, ["IPv4": members($0, .v4), "IPv6": members($0, .v6)]) }))
    }
  }

  /// Whether a frame that one guest sends comes to another one.
  func passes(
    _ frames: [[UInt8]], from sender: String, to receiver: String, looking token: [UInt8]? = nil
  ) throws -> Bool {
    let port = try port(sender)
    let passage = try state.withLock { state in
      state.count += 1
      return PacketPassage(
        port, from: try #require(state.taps[sender]), to: try #require(state.taps[receiver]), number: state.count)
    }
    return try passage.passes(frames, looking: token)
  }
}

extension PacketBench {
  /// All rules of the namespace with their handles, which change when something is made anew.
  func ruleset() async throws -> String {
    let (code, text) = try run("nft", "-a", "list", "ruleset", in: namespace)
    #expect(code == 0)
    return text
  }

  /// What the kernel has, without its order.
  func listing() async throws -> Ruleset {
    let nftables = kernel.nftables
    return try Ruleset.read(
      [
        JSONValue(parsing: await nftables.json("list table \(RulesetFrame.bridgeTable)")),
        JSONValue(parsing: await nftables.json("list table \(RulesetFrame.connectionTable)")),
      ]
    ).ruleset
  }

  private static let allZones = Set(0...UInt16.max)

  /// Ends all tracked connections.
  func forgetConnections() async throws {
    let table = try ConntrackTable(in: namespace)
    let zones = Self.allZones
    _ = try await table.delete(try await table.connections(zones: zones))
  }
}

extension JSONValue {
  fileprivate static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members: members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }
}
