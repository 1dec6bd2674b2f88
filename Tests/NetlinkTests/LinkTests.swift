import Netlink
import Testing

@Suite("Links of a network namespace")
struct LinkTests {
  let namespace: NetworkNamespace
  let socket: NetlinkSocket

  init() throws {
    namespace = try NetworkNamespace()
    socket = try NetlinkSocket(in: namespace)
  }

  @Test("a new namespace has a loopback and nothing else")
  func newNamespace() throws {
    let links = try socket.links()
    #expect(links.map(\.name) == ["lo"])
    #expect(links.first?.isLoopback == true)
    #expect(try socket.link(named: "lo") == links.first)
    #expect(try socket.link(named: "absent") == nil)
  }

  @Test("a bridge is made without spanning tree and forward delay, and a second of the name is refused")
  func bridge() throws {
    let bridge = try socket.createBridge("brq1", mtu: 1450)
    #expect(bridge.kind == "bridge")
    #expect(bridge.mtu == 1450)
    #expect(!bridge.isUp)
    let error = #expect(throws: NetlinkError.self) { try socket.createBridge("brq1") }
    #expect(error?.isExistingLink == true)
    #expect(error?.description.hasPrefix("create bridge brq1: File exists (17)") == true)
  }

  @Test("mtu, address, bridge and up are one change")
  func oneChange() throws {
    let bridge = try socket.createBridge("brq1")
    let tap = try Tap("tap1", in: namespace)
    try socket.change(bridge, LinkChange(isUp: true, hasLinkLocalAddress: false))
    let link = try #require(try socket.link(named: tap.name))
    #expect(link.kind == "tun")
    try socket.change(link, LinkChange(isUp: true, mtu: 1400, master: bridge.index, mac: 0xFE16_3E00_0001))
    let changed = try #require(try socket.link(named: "tap1"))
    #expect(changed.isUp)
    #expect(changed.mtu == 1400)
    #expect(changed.master == bridge.index)
    #expect(changed.mac == 0xFE16_3E00_0001)
    #expect(LinkTable(try socket.links()).ports(of: bridge.index).map(\.name) == ["tap1"])
    try socket.change(changed, LinkChange(isUp: false, master: 0))
    #expect(try socket.link(named: "tap1")?.master == nil)
  }

  @Test("the kernel's own words come with its refusal")
  func extendedAcknowledgement() throws {
    let tap = try Tap("tap1", in: namespace)
    let link = try #require(try socket.link(named: tap.name))
    let error = #expect(throws: NetlinkError.self) { try socket.change(link, LinkChange(mtu: 10_000_000)) }
    #expect(error?.description == "change link tap1: Invalid argument (22): mtu greater than device maximum")
  }

  @Test("a link that has gone is told by its code")
  func missingLink() throws {
    let bridge = try socket.createBridge("brq1")
    try socket.delete(bridge)
    for attempt in [{ try socket.change(bridge, LinkChange(isUp: true)) }, { try socket.delete(bridge) }] {
      let error = #expect(throws: NetlinkError.self, performing: attempt)
      #expect(error?.isMissingLink == true)
      #expect(error?.link == "brq1")
    }
  }

  @Test("the remover deletes links, also those that have gone already")
  func remover() async throws {
    let remover = try LinkRemover(in: namespace)
    let bridge = try socket.createBridge("brq1")
    try await remover.delete(bridge)
    try await remover.delete(bridge)
    #expect(try socket.link(named: "brq1") == nil)
  }

  @Test("a VXLAN link is what it was made as, and takes flooding remotes once each")
  func vxlan() throws {
    let wanted = VXLAN(identifier: 723, local: 0x0A00_0001, port: 8472, timeToLive: 9, typeOfService: 0)
    let link = try socket.createVXLAN("vxlan-723", wanted, mtu: 1450)
    #expect(link.vxlan == wanted)
    #expect(link.mtu == 1450)
    #expect(try socket.floodingRemotes(of: link).isEmpty)
    for remote: UInt32 in [0x0A00_0002, 0x0A00_0003, 0x0A00_0002] { try socket.addFloodingRemote(remote, to: link) }
    #expect(Set(try socket.floodingRemotes(of: link)) == [0x0A00_0002, 0x0A00_0003])
    #expect(try socket.floodingRemotes(of: link).count == 2)
    try socket.removeFloodingRemote(0x0A00_0002, from: link)
    #expect(try socket.floodingRemotes(of: link) == [0x0A00_0003])
    let error = #expect(throws: NetlinkError.self) { try socket.createVXLAN("vxlan-x", wanted) }
    #expect(error?.isExistingLink == true)
  }

  @Test("addresses are added and listed")
  func addresses() throws {
    let bridge = try socket.createBridge("brq1")
    let address = LinkAddress(link: bridge.index, address: 0x0A4E_0001, prefixLength: 24)
    try socket.add(address)
    #expect(try socket.addresses() == [address])
  }

  @Test("a veth pair reaches into another namespace")
  func veth() throws {
    let other = try NetworkNamespace()
    let there = try NetlinkSocket(in: other)
    let near = try socket.createVeth("near", peer: "far", in: other)
    #expect(try socket.link(named: "far") == nil)
    let far = try #require(try there.link(named: "far"))
    try socket.change(near, LinkChange(isUp: true))
    try there.change(far, LinkChange(isUp: true))
    #expect(try socket.link(named: "near")?.isRunning == true)
  }

  @Test("a tap goes with its object unless it is persistent")
  func tapLife() throws {
    do {
      let tap = try Tap("tap1", in: namespace)
      #expect(try socket.link(named: tap.name) != nil)
      let error = #expect(throws: NetlinkError.self) { _ = try Tap("tap1", in: namespace) }
      #expect(error?.description == "create tap tap1: Device or resource busy (16)")
    }
    #expect(try socket.link(named: "tap1") == nil)
    do { _ = try Tap("tap2", isPersistent: true, in: namespace) }
    #expect(try socket.link(named: "tap2") != nil)
    try Tap.delete("tap2", in: namespace)
    #expect(try socket.link(named: "tap2") == nil)
    #expect(throws: NetlinkError.self) { _ = try Tap("tap-with-a-name-too-long", in: namespace) }
  }

  // Persistent taps go with their namespace, all at once, and not one by one with their objects.

  @Test("a thousand taps are listed completely")
  func manyTaps() throws {
    let taps = try (0..<1000).map { try Tap("tap\($0)", isPersistent: true, in: namespace) }
    #expect(Set(try socket.links().map(\.name)) == Set(taps.map(\.name) + ["lo"]))
  }
}
