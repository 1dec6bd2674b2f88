import ComputeHost
import Model
import Netlink
import Testing

/// Real taps and bridges, in a network namespace of the test's own.
@Suite("The fake driver")
struct FakeDriverTests {
  let namespace: NetworkNamespace
  let links: NetlinkLinks
  let socket: NetlinkSocket

  init() throws {
    namespace = try NetworkNamespace()
    links = try NetlinkLinks(in: namespace)
    socket = try NetlinkSocket(in: namespace)
  }

  @Test("makes a tap in the network's bridge, keeps the guest over a restart, and removes the tap with it")
  func life() async throws {
    try await Files.withFolder { folder in
      let guest = try GuestXMLTests.guest(GuestXMLTests.request())
      let vif = guest.interfaces[0]
      let driver = FakeDriver(links: links, folder: folder)
      try await driver.start()
      try await driver.create(guest, paused: true)
      let tap = try #require(try socket.link(named: vif.tap))
      #expect(try socket.link(named: vif.bridge)?.index == tap.master)
      #expect(tap.isUp)
      #expect(tap.mtu == 1450)
      #expect(await driver.powerState(of: guest.instanceID) == .paused)

      let restarted = FakeDriver(links: links, folder: folder)
      try await restarted.start()
      #expect(await restarted.powerStates() == [guest.instanceID: .paused])
      try await restarted.resume(guest.instanceID)
      #expect(await restarted.powerState(of: guest.instanceID) == .running)
      try await restarted.destroy(guest.instanceID)
      try await restarted.destroy(guest.instanceID)
      #expect(try socket.link(named: vif.tap) == nil)
      #expect(await restarted.powerStates().isEmpty)
    }
  }

  @Test("forgets a guest whose tap has gone, as after a restart of the host")
  func restartOfTheHost() async throws {
    try await Files.withFolder { folder in
      let guest = try GuestXMLTests.guest(GuestXMLTests.request())
      let driver = FakeDriver(links: links, folder: folder)
      try await driver.start()
      try await driver.create(guest, paused: true)
      try await links.removeLink(guest.interfaces[0].tap)
      let restarted = FakeDriver(links: links, folder: folder)
      try await restarted.start()
      #expect(await restarted.powerStates().isEmpty)
      #expect(Files.names(in: folder) == [])
    }
  }

  @Test("gives and takes interfaces and is saved and restored, each as often as one likes")
  func verbs() async throws {
    try await Files.withFolder { folder in
      let guest = try GuestXMLTests.guest(GuestXMLTests.request())
      let (id, first) = (guest.instanceID, guest.interfaces[0])
      var second = first
      (second.tap, second.macAddress) = ("tapsecond", MACAddress(bits: 0xFA16_3E00_0002))
      let driver = FakeDriver(links: links, folder: "\(folder)/guests")
      try await driver.start()
      try await driver.create(guest, paused: false)
      for _ in 1...2 { try await driver.attach(second, bandwidth: nil, to: id) }
      #expect(try socket.link(named: second.tap) != nil)
      let restarted = FakeDriver(links: links, folder: "\(folder)/guests")
      try await restarted.start()
      #expect(await restarted.interfaces(of: id).map(\.tap) == [first.tap, second.tap])
      for _ in 1...2 { try await restarted.detach(second.macAddress, from: id) }
      #expect(try socket.link(named: second.tap) == nil)
      for _ in 1...2 { try await restarted.save(id, to: "\(folder)/memory") }
      #expect(await restarted.powerState(of: id) == nil)
      #expect(try socket.link(named: first.tap) == nil)
      try await restarted.restore(guest, from: "\(folder)/memory", paused: true)
      #expect(await restarted.powerState(of: id) == .paused)
      #expect(try await restarted.diagnostics(of: id).interfaces.count == 1)
      for _ in 1...2 { try await restarted.shutDown(id) }
      #expect(await restarted.powerStates().isEmpty)
    }
  }

  @Test("a bridge that is there already is left as it is and set up")
  func bridge() async throws {
    _ = try socket.createBridge("brqtest")
    try await links.ensureBridge("brqtest", mtu: 1400)
    try await links.ensureBridge("brqtest", mtu: 1400)
    #expect(try socket.link(named: "brqtest")?.isUp == true)
  }
}
