import FoundationEssentials
import L2Agent
import Model
import NFTables
import Netlink
import Support
import Testing

@testable import plugboard

@Suite("What the clean-ups delete, and what they leave", .timeLimit(.minutes(1)))
struct CleanUpTests {
  let namespace: Netlink.NetworkNamespace
  let socket: NetlinkSocket

  init() throws {
    namespace = try Netlink.NetworkNamespace()
    socket = try NetlinkSocket(in: namespace)
  }

  /// A bridge of a network with a tunnel, a bridge of the operator's, and rules.
  private func furnish(tap: String?) async throws -> Tap? {
    let bridge = try socket.createBridge("brqdb3e1ed8-b9")
    let tunnel = try socket.createVXLAN("vxlan-100", VXLAN(identifier: 100))
    try socket.change(tunnel, LinkChange(master: bridge.index))
    _ = try socket.createBridge("br-ex")
    _ = try socket.createVXLAN("vxlan-mine", VXLAN(identifier: 101))
    let nftables = try openNFTables(in: namespace)
    try await nftables.run("add table bridge plugboard\nadd table inet plugboard_ct\nadd table inet mine\n")
    guard let tap else { return nil }
    let made = try Tap(tap, in: namespace)
    let link = try #require(try socket.link(named: tap))
    try socket.change(link, LinkChange(isUp: true, master: bridge.index))
    return made
  }

  private var names: Set<String> {
    get throws { Set(try socket.links().map(\.name)).subtracting(["lo"]) }
  }

  @Test("bridges, tunnels, unused taps and rules of ours go, and what is the operator's stays")
  func everything() async throws {
    _ = try await furnish(tap: nil)
    _ = try Tap("tapdcd2dea6-23", isPersistent: true, in: namespace)
    let host = try LinuxBridgeHost(AgentConfiguration(host: "compute1"), in: namespace)
    let report = try await host.cleanUp(force: false)
    #expect(report.isComplete, "\(report.lines)")
    #expect(try names == ["br-ex", "vxlan-mine"])
    let tables = try await openNFTables(in: namespace).text("list tables")
    #expect(!tables.contains("plugboard") && tables.contains("table inet mine"))
    #expect(try await host.cleanUp(force: false).lines == ["There is nothing to clean up."])
  }

  @Test("nothing is deleted while a guest uses a tap, unless that is forced")
  func inUse() async throws {
    let tap = try #require(try await furnish(tap: "tapdcd2dea6-23"))
    let host = try LinuxBridgeHost(AgentConfiguration(host: "compute1"), in: namespace)
    let refusal = try await host.cleanUp(force: false)
    #expect(!refusal.isComplete)
    #expect(refusal.lines[0].hasPrefix("tapdcd2dea6-23 is in use by a guest"))
    #expect(try names.contains("brqdb3e1ed8-b9"))
    #expect(try await host.cleanUp(force: true).isComplete)
    #expect(try names == ["br-ex", "vxlan-mine", tap.name])
  }

  @Test("a bridge that has taken over an interface's address gives it back, or is left alone")
  func addressed() async throws {
    let bridge = try socket.createBridge("brqdb3e1ed8-b9")
    let peer = try Netlink.NetworkNamespace()
    let interface = try socket.createVeth("eth1", peer: "eth0", in: peer)
    try socket.change(interface, LinkChange(isUp: true, master: bridge.index))
    try socket.change(bridge, LinkChange(isUp: true))
    try socket.add(LinkAddress(link: bridge.index, address: 0x0A05_0001, prefixLength: 24))
    var agent = AgentConfiguration(host: "compute1")
    let refusal = try await LinuxBridgeHost(agent, in: namespace).cleanUp(force: false)
    #expect(!refusal.isComplete && refusal.lines[0].contains("--config-file"))
    agent.interfaceMappings = ["physnet1": "eth1"]
    let report = try await LinuxBridgeHost(agent, in: namespace).cleanUp(force: false)
    #expect(report.isComplete, "\(report.lines)")
    #expect(try names == ["eth1"])
    #expect(try socket.addresses().contains { $0.link == interface.index && $0.address == 0x0A05_0001 })
  }

  @Test("a DHCP namespace goes with its dnsmasq and its tap; another program in it is spared unless forced")
  func namespaces() async throws {
    let folder = try TemporaryDirectory()
    let name = "qdhcp-db3e1ed8-b972-42bd-9301-71ab3d77a68f"
    let network = try Netlink.NetworkNamespace.makeNamed(name, folder: folder.path)
    _ = try Netlink.NetworkNamespace.makeNamed("other", folder: folder.path)
    defer { for name in [name, "other"] { try? Netlink.NetworkNamespace.removeNamed(name, folder: folder.path) } }
    _ = try socket.createVeth("tapdcd2dea6-23", peer: "ns-dcd2dea6-23", in: network)
    let programs = ProgramRunner()
    let started = try await programs.run(
      [
        "dnsmasq", "--no-hosts", "--no-resolv", "--port=0", "--pid-file=\(folder.file("pid"))", "--conf-file=/dev/null",
      ],
      in: network)
    #expect(started.status == 0, "\(started.errors)")
    let agent = Inhabitant(id: 4711, program: "plugboard-agent")
    let refusal = try await DHCPNamespaces(folder: folder.path, agents: [agent]).cleanUp(force: false)
    #expect(!refusal.isComplete && refusal.lines.count == 1 && refusal.lines[0].contains("(pid 4711) runs"))
    let namespaces = DHCPNamespaces(folder: folder.path, agents: [])
    let inhabitants = Inhabitant.all(ofNamespace: "\(folder.path)/\(name)")
    #expect(inhabitants.map(\.program) == ["dnsmasq"])
    let report = try await namespaces.cleanUp(force: false)
    #expect(report.isComplete, "\(report.lines)")
    #expect(Netlink.NetworkNamespace.names(prefix: "", folder: folder.path).contains("other"))
    #expect(try Netlink.NetworkNamespace.named(name, folder: folder.path) == nil)
    #expect(try names.isEmpty)
    for inhabitant in inhabitants { #expect(!hasProgram(inhabitant.id)) }
  }

  /// Whether the process still runs a program; one that has ended may wait for its parent, and runs none.
  private func hasProgram(_ id: Int32) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe")) != nil
  }
}
