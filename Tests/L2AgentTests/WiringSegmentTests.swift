import HostRPC
import L2Agent
import Model
import Netlink
import Testing

@Suite("What is to be done for a network's segment")
struct WiringSegmentTests {
  static let bridge = "brqdb3e1ed8-b9"
  let tap = Link(index: 9, name: "tapdcd2dea6-23", isUp: true, mtu: 1450, master: 3)
  let ready = Link(index: 3, name: bridge, isUp: true, mtu: 1450, kind: "bridge")
  let eth1 = Link(index: 2, name: "eth1", isUp: true)

  func steps(
    _ details: DeviceDetails, _ links: [Link], hostLinks: Set<Int32> = [], addresses: [LinkAddress] = [],
    _ change: (inout AgentConfiguration) throws -> Void = { $0.interfaceMappings = ["p1": "eth1"] }
  ) throws -> [WiringStep] {
    var configuration = AgentConfiguration(host: "compute1")
    try change(&configuration)
    return try WiringPlan(
      details, configuration, Surroundings(links: LinkTable(links), addresses: addresses, hostLinks: hostLinks)
    ).steps()
  }

  func vlan(_ identifier: Int? = 100, mtu: Int = 1450, physicalNetwork: String = "p1") -> DeviceDetails {
    .port("dcd2dea6", type: "vlan", segment: identifier, physicalNetwork: physicalNetwork, mtu: mtu)
  }

  @Test(
    "a subinterface is called by its interface and VLAN, and by a hash where that would be too long",
    arguments: [
      // The values are upstream's: LinuxBridgeManager.get_subinterface_name at b7beb59fe1.
      ("eth1", 100, "eth1.100"), ("abcdefghijklm", 1, "abcdefghijklm.1"), ("abcdefghijkl", 11, "abcdefghijkl.11"),
      ("abcdefghij", 1111, "abcdefghij.1111"), ("long_interface_1", 1111, "long579107.1111"),
      ("abcdefghijklmno", 1, "abcd2938dc.1"), ("abcdefghijklmno", 1111, "abcd2938dc.1111"),
    ])
  func subinterfaceName(interface: String, vlan: Int, name: String) {
    #expect(InterfaceName.subinterface(of: interface, vlan: vlan) == name)
  }

  @Test("a VLAN network has a subinterface with the network's MTU in its bridge, and nothing to do if it has")
  func subinterface() throws {
    #expect(
      try steps(vlan(), [ready, eth1, tap]) == [
        .vlan("eth1.100", VLAN(identifier: 100, parent: 2), mtu: 1450),
        .change("eth1.100", LinkChange(isUp: true), bridge: Self.bridge),
      ])
    var present = Link(
      index: 5, name: "eth1.100", isUp: true, mtu: 1450, master: 3, kind: "vlan", vlan: VLAN(identifier: 100, parent: 2)
    )
    #expect(try steps(vlan(), [ready, eth1, tap, present]) == [])
    present.mtu = 1500
    present.isUp = false
    #expect(
      try steps(vlan(), [ready, eth1, tap, present]) == [
        .change("eth1.100", LinkChange(isUp: true, mtu: 1450), bridge: nil)
      ])
  }

  @Test("the interface is brought up before a subinterface of it")
  func parentDown() throws {
    let down = Link(index: 2, name: "eth1")
    #expect(try steps(vlan(), [ready, down, tap]).first == .change("eth1", LinkChange(isUp: true), bridge: nil))
  }

  @Test("a VLAN that somebody else has taken is that device's error, as is a stranger's link of the name")
  func vlanInUse() throws {
    let other = Link(index: 5, name: "storage", kind: "vlan", vlan: VLAN(identifier: 100, parent: 2))
    #expect(
      throws: WiringError("Unable to create VLAN interface for VLAN ID 100 because it is in use by another interface.")
    ) { try steps(vlan(), [ready, eth1, tap, other]) }
    // The same VLAN of another interface is another VLAN.
    let elsewhere = Link(index: 5, name: "storage", kind: "vlan", vlan: VLAN(identifier: 100, parent: 7))
    #expect(try steps(vlan(), [ready, eth1, tap, elsewhere]).count == 2)
    let stranger = Link(index: 5, name: "eth1.100", kind: "dummy")
    #expect(throws: WiringError("eth1.100 exists and is not VLAN 100 of eth1.")) {
      try steps(vlan(), [ready, eth1, tap, stranger])
    }
  }

  @Test(
    "a VLAN network that cannot be is refused with the reason",
    arguments: [
      (0, 1450, "p1", "Invalid VLAN ID: 0"), (4095, 1450, "p1", "Invalid VLAN ID: 4095"),
      (100, 1450, "p2", "No bridge or interface mappings for physical network p2"),
      (100, 9000, "p1", "Provided MTU value 9000 is too high according to physical device eth1 MTU=1500."),
    ])
  func vlanRefused(identifier: Int, mtu: Int, network: String, words: String) {
    #expect(throws: WiringError(words)) {
      try steps(vlan(identifier, mtu: mtu, physicalNetwork: network), [ready, eth1, tap])
    }
  }

  @Test("a subinterface in a stranger's bridge is left there")
  func strangersBridge() {
    let stranger = Link(index: 7, name: "virbr0", kind: "bridge")
    let present = Link(
      index: 5, name: "eth1.100", isUp: true, mtu: 1450, master: 7, kind: "vlan", vlan: VLAN(identifier: 100, parent: 2)
    )
    #expect(throws: WiringError("eth1.100 belongs to virbr0, which is not the agent's.")) {
      try steps(vlan(), [ready, eth1, tap, present, stranger])
    }
  }

  @Test("a mapped bridge is a VLAN network's segment, whatever interface is mapped besides")
  func mappedBridge() throws {
    let bridge = Link(index: 3, name: "br-ex", kind: "bridge")
    let found = try steps(vlan(), [bridge, eth1, tap]) {
      $0.bridgeMappings = ["p1": "br-ex"]
      $0.interfaceMappings = ["p1": "eth1"]
    }
    #expect(found == [])
  }

  @Test("addresses and routes of an interface follow it into the bridge, also if it is there already")
  func addresses() throws {
    let flat = DeviceDetails.port("dcd2dea6", type: "flat", physicalNetwork: "p1")
    let move = WiringStep.moveAddresses(from: "eth1", to: Self.bridge)
    #expect(
      try steps(flat, [ready, eth1, tap], hostLinks: [2]) == [
        .change("eth1", LinkChange(), bridge: Self.bridge), move,
      ])
    var inside = eth1
    inside.master = 3
    #expect(try steps(flat, [ready, inside, tap], hostLinks: [2]) == [move])
    // Those of the bridge have come there that way, and stay.
    #expect(try steps(flat, [ready, inside, tap], hostLinks: [3]) == [])
  }

  @Test(
    "the group is the one of the range that the VNI is in, else that of vxlan_group",
    arguments: [(99, 0xEF00_0063), (100, 0xEF01_0101), (199, 0xEF01_0101), (200, 0xEF00_00C8)] as [(Int, UInt32)])
  func multicastRanges(identifier: Int, group: UInt32) throws {
    let local = IPv4Address(bits: 0x0A4E_0001)
    let found = try steps(
      .port("dcd2dea6", type: "vxlan", segment: identifier), [ready, tap],
      addresses: [LinkAddress(link: 2, address: local.bits, prefixLength: 24)]
    ) {
      let network = try #require(IPv4Network("239.0.0.0/24"))
      var tunneling = try Tunneling(localIP: local, flooding: .group(network))
      tunneling.multicastRanges = [try MulticastRange("239.1.1.1:100:199", localIP: local)]
      $0.vxlan = tunneling
    }
    let tunnel = VXLAN(identifier: UInt32(identifier), local: local.bits, group: group, device: 2)
    #expect(found.first == .vxlan("vxlan-\(identifier)", tunnel, mtu: 1450))
  }

  @Test(
    "a range of groups that is none is refused",
    arguments: ["239.1.1.1", "239.1.1.1:5", "10.0.0.1:1:5", "239.1.1.1:6:5", "ff02::1:1:5", "239.1.1.1:a:b"])
  func noRange(text: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try MulticastRange(text, localIP: IPv4Address(bits: 0x0A4E_0001))
    }
    #expect(error?.description.hasPrefix("Invalid multicast_range \(text). Must be in <multicast address>:") == true)
  }

  @Test("with l2population a tunnel has no group, and is a proxy if it is to answer ARP")
  func population() throws {
    let local = IPv4Address(bits: 0x0A4E_0001)
    for answers in [false, true] {
      let found = try steps(
        .port("dcd2dea6", type: "vxlan", segment: 723), [ready, tap],
        addresses: [LinkAddress(link: 2, address: local.bits, prefixLength: 24)]
      ) {
        var tunneling = try Tunneling(localIP: local, flooding: .population)
        tunneling.arpResponder = answers
        $0.vxlan = tunneling
      }
      let tunnel = VXLAN(identifier: 723, local: local.bits, device: 2, isProxy: answers)
      #expect(found.first == .vxlan("vxlan-723", tunnel, mtu: 1450))
    }
  }

  @Test("an MTU that does not fit into the tunnel is refused", arguments: [(1450, true), (1451, false)])
  func tunnelMTU(mtu: Int, fits: Bool) throws {
    let local = IPv4Address(bits: 0x0A4E_0001)
    let found = try? steps(
      .port("dcd2dea6", type: "vxlan", segment: 723, mtu: mtu), [ready, eth1, tap],
      addresses: [LinkAddress(link: 2, address: local.bits, prefixLength: 24)]
    ) { $0.vxlan = try Tunneling(localIP: local, flooding: .population) }
    #expect((found != nil) == fits)
  }
}
