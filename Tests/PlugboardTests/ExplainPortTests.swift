import L2Agent
import Model
import Netlink
import Store
import Testing

@testable import plugboard

@Suite("What explain-port says")
struct ExplainPortTests {
  private static let now = Timestamp(microseconds: 1_795_396_525_000_000)
  private static let portID = UUID("dcd2dea6-2324-4dd1-9ccc-235ecb3b104d") ?? UUID()
  private static let networkID = UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f") ?? UUID()

  private let agent = AgentConfiguration(host: "compute1")

  /// A port that is bound here and waits to be wired.
  private var wanted: WantedPort {
    let network = Network(
      id: Self.networkID, projectID: "p", name: "n", mtu: 1450, segment: Segment(type: .local),
      createdAt: Self.now, updatedAt: Self.now)
    let port = Port(
      id: Self.portID, networkID: Self.networkID, projectID: "p",
      macAddress: MACAddress("fa:16:3e:94:a7:1f") ?? .init(bits: 1),
      status: .build, deviceOwner: "compute:nova", binding: PortBinding(host: "compute1", vifType: .bridge),
      portSecurityEnabled: false, createdAt: Self.now, updatedAt: Self.now)
    return WantedPort(port: port, network: network, agent: Self.agent("compute1", heardAt: Self.now), blocks: [.l2])
  }

  private static func agent(_ host: String, heardAt heartbeat: Timestamp) -> Agent {
    Agent(
      id: UUID(), type: Agent.linuxBridgeType, binary: Agent.linuxBridgeBinary, host: host, topic: "N/A",
      configurations: "{}", createdAt: heartbeat, startedAt: heartbeat, heartbeat: heartbeat)
  }

  private func nextStep(
    _ found: FoundPort = FoundPort(), _ change: (inout WantedPort) -> Void = { _ in }
  ) -> String {
    var wanted = wanted
    change(&wanted)
    return PortExplanation(wanted, found, agent, now: Self.now).nextStep
  }

  @Test("the step that a port stands at is named, and who has to do it")
  func steps() {
    #expect(nextStep { $0.port.binding = PortBinding() }.contains("bind the port to a host"))
    #expect(nextStep { $0.port.binding.vifType = .bindingFailed }.contains("binding on compute1 failed"))
    #expect(nextStep { $0.agent = nil } == "plugboard-agent has to be started on compute1.")
    let silent = nextStep { $0.agent = $0.agent.map { Self.agent($0.host, heardAt: Self.now - .seconds(80)) } }
    #expect(silent.contains("has to come back"))
    let elsewhere = nextStep {
      $0.port.binding.host = "other"
      $0.agent = Self.agent("other", heardAt: Self.now)
    }
    #expect(elsewhere.hasPrefix("Look on other"))
    #expect(nextStep { $0.port.adminStateUp = false }.hasPrefix("None: the port is switched off"))
    #expect(nextStep() == "The compute host has to make the tap tapdcd2dea6-23.")
    let tap = FoundPort(tap: Link(index: 5, name: "tapdcd2dea6-23", isUp: true, mtu: 1450), master: "brqdb3e1ed8-b9")
    #expect(nextStep(tap) == "The agent has to report the device up (BUILD -> ACTIVE).")
    #expect(nextStep(tap) { $0.blocks = [.dhcp] } == "DHCP has to be ready (provisioning block).")
    #expect(nextStep(tap) { $0.port.status = .active } == "None: the port is ACTIVE and wired.")
    var stuck = tap
    stuck.steps = .failure(WiringError("Bridge br-ex for physical network external does not exist."))
    #expect(nextStep(stuck).hasPrefix("The operator has to clear this: Bridge br-ex"))
  }

  @Test("what the kernel lacks of a port is told as the steps that the agent would take")
  func kernel() async throws {
    let namespace = try NetworkNamespace()
    let tap = try Tap("tapdcd2dea6-23", in: namespace)
    var found = try await FoundPort.read(wanted, agent, in: namespace)
    let explanation = PortExplanation(wanted, found, agent, now: Self.now)
    #expect(
      explanation.differences == [
        "to be done: make the bridge brqdb3e1ed8-b9 with MTU 1450, and bring it up",
        "to be done: \(tap.name): put it into brqdb3e1ed8-b9, set its MTU to 1450, bring it up",
      ])
    #expect(explanation.nextStep == "The agent has to wire tapdcd2dea6-23; it does at its next look.")
    #expect(explanation.description.contains("tapdcd2dea6-23 (index "))
    let socket = try NetlinkSocket(in: namespace)
    let bridge = try socket.createBridge("brqdb3e1ed8-b9", mtu: 1450)
    let link = try #require(try socket.link(named: tap.name))
    try socket.change(link, LinkChange(isUp: true, mtu: 1450, master: bridge.index))
    try socket.change(bridge, LinkChange(isUp: true))
    found = try await FoundPort.read(wanted, agent, in: namespace)
    #expect(found.master == "brqdb3e1ed8-b9")
    #expect(PortExplanation(wanted, found, agent, now: Self.now).differences.isEmpty)
    var secured = wanted
    secured.port.portSecurityEnabled = true
    #expect(PortExplanation(secured, found, agent, now: Self.now).differences == ["no rule filters \(tap.name)"])
  }
}
