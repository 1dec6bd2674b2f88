import HostRPC
import L2Agent
import Model
import Netlink
import Testing

@Suite("What is to be done for a device")
struct WiringPlanTests {
  static let bridge = "brqdb3e1ed8-b9"
  static let tap = "tapdcd2dea6-23"
  static let underlay = LinkAddress(link: 2, address: 0x0A4E_0001, prefixLength: 24)

  func steps(
    _ details: DeviceDetails, _ links: [Link], _ change: (inout AgentConfiguration) throws -> Void = { _ in },
    addresses: [LinkAddress] = [], remotes: Set<IPv4Address> = []
  ) throws -> [WiringStep] {
    var configuration = AgentConfiguration(host: "compute1")
    try change(&configuration)
    return try WiringPlan(
      details, configuration,
      Surroundings(links: LinkTable(links), addresses: addresses, floodingRemotes: remotes)
    ).steps()
  }

  let newTap = Link(index: 9, name: tap)
  let aliased = WiringStep.bridge(bridge, mtu: 1450, alias: "network \(DeviceDetails.network)")

  @Test("a device on a local network needs a bridge, and one change")
  func local() throws {
    #expect(
      try steps(.port("dcd2dea6"), [newTap]) == [
        aliased, .change(Self.tap, LinkChange(isUp: true, mtu: 1450), bridge: Self.bridge),
      ])
  }

  @Test("a tap that libvirt has put into a bridge needs what is missing, and nothing if nothing is")
  func enslavedByLibvirt() throws {
    let ready = Link(index: 3, name: Self.bridge, isUp: true, mtu: 1450, kind: "bridge")
    var tap = Link(index: 9, name: Self.tap, isUp: true, mtu: 1500, master: 3)
    #expect(
      try steps(.port("dcd2dea6"), [ready, tap]) == [.change(Self.tap, LinkChange(mtu: 1450), bridge: nil)])
    tap.mtu = 1450
    #expect(try steps(.port("dcd2dea6"), [ready, tap]) == [])
    var unready = ready
    unready.mtu = 1500
    #expect(try steps(.port("dcd2dea6"), [unready, tap]) == [aliased])
  }

  @Test("a tap in a stranger's bridge is left there, one in another network's bridge is moved")
  func otherBridges() throws {
    let stranger = Link(index: 3, name: "virbr0", kind: "bridge")
    let other = Link(index: 4, name: "brq11111111-11", kind: "bridge")
    let ready = Link(index: 5, name: Self.bridge, isUp: true, mtu: 1450, kind: "bridge")
    let lost = Link(index: 9, name: Self.tap, isUp: true, mtu: 1450, master: 3)
    let error = #expect(throws: WiringError.self) { try steps(.port("dcd2dea6"), [stranger, ready, lost]) }
    #expect(error?.description == "tapdcd2dea6-23 belongs to virbr0, which is not the agent's.")
    let moved = Link(index: 9, name: Self.tap, isUp: true, mtu: 1450, master: 4)
    #expect(
      try steps(.port("dcd2dea6"), [other, ready, moved]) == [.change(Self.tap, LinkChange(), bridge: Self.bridge)])
  }

  @Test("on a flat network the mapped interface goes into the bridge")
  func flat() throws {
    let eth1 = Link(index: 2, name: "eth1", isUp: true)
    let found = try steps(.port("dcd2dea6", type: "flat", physicalNetwork: "p1"), [eth1, newTap]) {
      $0.interfaceMappings = ["p1": "eth1"]
    }
    #expect(found.dropFirst().first == .change("eth1", LinkChange(), bridge: Self.bridge))
  }

  @Test("a mapped bridge is used as it is")
  func mappedBridge() throws {
    let bridge = Link(index: 2, name: "br-ex", kind: "bridge")
    let details = DeviceDetails.port("dcd2dea6", type: "flat", physicalNetwork: "p1")
    #expect(
      try steps(details, [bridge, newTap]) { $0.bridgeMappings = ["p1": "br-ex"] } == [
        .change(Self.tap, LinkChange(isUp: true, mtu: 1450), bridge: "br-ex")
      ])
    #expect(throws: WiringError("Bridge br-ex for physical network p1 does not exist.")) {
      try steps(details, [newTap]) { $0.bridgeMappings = ["p1": "br-ex"] }
    }
  }

  @Test(
    "a flat network that cannot be is refused with the reason",
    arguments: [
      ("p2", 1450, "No bridge or interface mappings for physical network p2"),
      ("p3", 1450, "Interface eth3 for physical network p3 does not exist."),
      ("p1", 9000, "Provided MTU value 9000 is too high according to physical device eth1 MTU=1500."),
    ])
  func flatRefused(network: String, mtu: Int, words: String) {
    let eth1 = Link(index: 2, name: "eth1", isUp: true)
    #expect(throws: WiringError(words)) {
      try steps(
        .port("dcd2dea6", type: "flat", physicalNetwork: network, mtu: mtu), [eth1, newTap],
        { $0.interfaceMappings = ["p1": "eth1", "p3": "eth3"] })
    }
  }

  @Test("a VXLAN network has a tunnel to the group's address for its VNI")
  func multicast() throws {
    let group = try #require(IPv4Network("239.1.0.0/16"))
    let found = try steps(
      .port("dcd2dea6", type: "vxlan", segment: 723), [newTap],
      { $0.vxlan = try Tunneling(localIP: IPv4Address(bits: 0x0A4E_0001), flooding: .group(group)) },
      addresses: [Self.underlay])
    let tunnel = VXLAN(identifier: 723, local: 0x0A4E_0001, group: 0xEF01_02D3, device: 2)
    #expect(
      found == [
        aliased, .vxlan("vxlan-723", tunnel, mtu: 1450),
        .change("vxlan-723", LinkChange(isUp: true), bridge: Self.bridge),
        .change(Self.tap, LinkChange(isUp: true, mtu: 1450), bridge: Self.bridge),
      ])
  }

  @Test("with remotes, the tunnel floods to those that it does not flood to yet, and to no others, nor to itself")
  func unicast() throws {
    let local = IPv4Address(bits: 0x0A4E_0001)
    let (two, three, four) = (IPv4Address(bits: 2), IPv4Address(bits: 3), IPv4Address(bits: 4))
    let bridge = Link(index: 3, name: Self.bridge, isUp: true, mtu: 1450, kind: "bridge")
    let tunnel = VXLAN(identifier: 723, local: local.bits, device: 2)
    let link = Link(index: 4, name: "vxlan-723", isUp: true, mtu: 1450, master: 3, kind: "vxlan", vxlan: tunnel)
    let tap = Link(index: 9, name: Self.tap, isUp: true, mtu: 1450, master: 3)
    let found = try steps(
      .port("dcd2dea6", type: "vxlan", segment: 723), [bridge, link, tap],
      { $0.vxlan = try Tunneling(localIP: local, flooding: .remotes([local, two, three])) },
      addresses: [Self.underlay], remotes: [three, four])
    #expect(found == [.addFloodingRemote(two, to: "vxlan-723"), .removeFloodingRemote(four, from: "vxlan-723")])
  }

  @Test("a tunnel that was made otherwise is made anew, a stranger's link of that name is not touched")
  func otherTunnel() throws {
    let local = IPv4Address(bits: 0x0A4E_0001)
    let tunnel = VXLAN(identifier: 723, local: 7, device: 2)
    var link = Link(index: 4, name: "vxlan-723", mtu: 1450, kind: "vxlan", vxlan: tunnel)
    func found() throws -> [WiringStep] {
      try steps(
        .port("dcd2dea6", type: "vxlan", segment: 723), [link, newTap],
        { $0.vxlan = try Tunneling(localIP: local, flooding: .remotes([])) }, addresses: [Self.underlay])
    }
    #expect(try found().dropFirst().first == .delete("vxlan-723"))
    link.kind = "dummy"
    #expect(throws: WiringError("vxlan-723 exists and is no VXLAN link.")) { try found() }
  }

  @Test("VXLAN is refused where it is not enabled, and any type that is not known")
  func refused() {
    #expect(throws: WiringError.self) { try steps(.port("dcd2dea6", type: "vxlan", segment: 723), [newTap]) }
    #expect(throws: WiringError("Unknown network_type gre for network \(DeviceDetails.network).")) {
      try steps(.port("dcd2dea6", type: "gre", segment: 1), [newTap])
    }
  }

  @Test("a group must be multicast")
  func group() throws {
    let group = try #require(IPv4Network("10.0.0.0/8"))
    let error = #expect(throws: ConfigurationError.self) {
      try Tunneling(localIP: IPv4Address(bits: 0x0A4E_0001), flooding: .group(group))
    }
    #expect(error?.description.hasPrefix("Invalid VXLAN Group: 10.0.0.0/8, must be an address or network") == true)
  }
}
