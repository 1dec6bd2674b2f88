import HostRPC
import L2Agent
import Model
import Netlink
import Testing

@Suite("What the server tells of other hosts' ports")
struct L2PopulationTests {
  static let network = UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f")!
  let local = IPv4Address(bits: 1)
  let two = IPv4Address(bits: 2)
  let three = IPv4Address(bits: 3)

  static func entry(_ number: UInt64, _ address: String = "10.0.0.1") -> FDBEntry {
    FDBEntry(macAddress: MACAddress(bits: 0xFA16_3E00_0000 | number), ipAddress: IPAddress(address)!)
  }

  func entries(_ ports: [IPv4Address: [FDBEntry]], isComplete: Bool = false) -> FDBEntries {
    FDBEntries([Self.network: .init(segmentationID: 723, ports: ports, isComplete: isComplete)])
  }

  @Test("entries are added, removed and changed, and a port that has moved is at one host only")
  func book() throws {
    var book = PopulationBook()
    book.add(entries([two: [.flooding, Self.entry(1)], three: [.flooding, Self.entry(2, "10.0.0.2")]]))
    #expect(book.takeChanged() == [Self.network])
    book.add(entries([three: [Self.entry(1)]]))
    #expect(
      book.networks[Self.network]?.remotes == [
        two: [.flooding], three: [.flooding, Self.entry(1), Self.entry(2, "10.0.0.2")],
      ])
    // Late, and about the host where it is not any more.
    book.remove(entries([two: [.flooding, Self.entry(1)]]))
    book.update(
      FDBChanges([Self.network: [three: .init(before: [Self.entry(1)], after: [Self.entry(1, "10.0.0.9")])]]))
    #expect(
      book.networks[Self.network]?.remotes == [
        three: [.flooding, Self.entry(1, "10.0.0.9"), Self.entry(2, "10.0.0.2")]
      ])
  }

  @Test("a message that says all takes the place of what was known, one that says nothing new changes nothing")
  func complete() {
    var book = PopulationBook()
    book.add(entries([two: [.flooding, Self.entry(1)]]))
    book.add(entries([three: [.flooding]], isComplete: true))
    #expect(book.networks[Self.network]?.remotes == [three: [.flooding]])
    _ = book.takeChanged()
    book.add(entries([three: [.flooding]], isComplete: true))
    book.add(entries([three: [.flooding]]))
    #expect(book.changed == [])
    book.forget(Self.network)
    #expect(book.networks == [:])
  }

  @Test("of what comes in several messages nothing holds before the last one is there")
  func continued() {
    func part(_ ports: [IPv4Address: [FDBEntry]], isComplete: Bool = false, isContinued: Bool = false) -> FDBEntries {
      FDBEntries([
        Self.network: .init(segmentationID: 723, ports: ports, isComplete: isComplete, isContinued: isContinued)
      ])
    }
    var book = PopulationBook()
    book.add(part([two: [.flooding, Self.entry(1)]], isComplete: true))
    let before = book.networks
    _ = book.takeChanged()
    book.add(part([three: [.flooding]], isComplete: true, isContinued: true))
    book.add(part([three: [Self.entry(2)]], isContinued: true))
    #expect(book.networks == before && book.changed == [])
    book.add(part([three: [Self.entry(3)]]))
    #expect(book.networks[Self.network]?.remotes == [three: [.flooding, Self.entry(2), Self.entry(3)]])
    // The connection was lost in between, and everything is told anew.
    book.add(part([two: [Self.entry(9)]], isComplete: true, isContinued: true))
    book.add(part([three: [.flooding]], isComplete: true))
    #expect(book.networks[Self.network]?.remotes == [three: [.flooding]])
  }

  private func steps(
    _ ports: [IPv4Address: [FDBEntry]], from entries: [ForwardingEntry] = [], _ neighbours: [Neighbour] = [],
    flooding: Tunneling.Flooding = .population, answers: Bool = false
  ) throws -> [PopulationStep] {
    var tunneling = try Tunneling(localIP: local, flooding: flooding)
    (tunneling.l2Population, tunneling.arpResponder) = (true, answers)
    var book = PopulationBook()
    book.add(self.entries(ports))
    let network = try #require(book.networks[Self.network])
    return PopulationPlan(network, tunneling).steps(entries: entries, neighbours: neighbours)
  }

  @Test("a tunnel's table gets what it lacks of other hosts, and loses what is wrong")
  func table() throws {
    let ports = [local: [.flooding, Self.entry(7)], two: [.flooding, Self.entry(1)], three: [Self.entry(2)]]
    let (mac1, mac2) = (Self.entry(1).macAddress.bits, Self.entry(2).macAddress.bits)
    #expect(
      try steps(ports) == [
        .flood(to: two), .set(ForwardingEntry(mac: mac1, remote: 2)), .set(ForwardingEntry(mac: mac2, remote: 3)),
      ])
    let present = [
      ForwardingEntry(mac: 0, remote: 2), ForwardingEntry(mac: 0, remote: 9), ForwardingEntry(mac: mac1, remote: 2),
      ForwardingEntry(mac: mac2, remote: 2), ForwardingEntry(mac: 5, remote: 2),
      ForwardingEntry(mac: 6, remote: 2, isPermanent: false),
    ]
    #expect(
      try steps(ports, from: present) == [
        .stopFlooding(to: IPv4Address(bits: 9)), .set(ForwardingEntry(mac: mac2, remote: 3)),
        .remove(ForwardingEntry(mac: 5, remote: 2)),
      ])
  }

  @Test("what the tunnel has learned gives way to what the server says")
  func learned() throws {
    let mac = Self.entry(1).macAddress.bits
    let learned = ForwardingEntry(mac: mac, remote: 2, isPermanent: false)
    #expect(
      try steps([two: [Self.entry(1)]], from: [learned]) == [.set(ForwardingEntry(mac: mac, remote: 2))])
  }

  @Test("in the mixed mode the group takes what is flooded")
  func mixed() throws {
    let group = try #require(IPv4Network("239.1.1.1/32"))
    let found = try steps(
      [two: [.flooding, Self.entry(1)]], from: [ForwardingEntry(mac: 0, remote: 0xEF01_0101)], flooding: .group(group))
    #expect(found == [.set(ForwardingEntry(mac: Self.entry(1).macAddress.bits, remote: 2))])
  }

  @Test("the ARP responder has a neighbour for each address of both versions")
  func neighbours() throws {
    let ports = [two: [Self.entry(1), Self.entry(1, "2001:db8::1")]]
    let mac = Self.entry(1).macAddress.bits
    let six: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    let wanted = [Neighbour(address: [10, 0, 0, 1], mac: mac), Neighbour(address: six, mac: mac)]
    #expect(
      try steps(ports, answers: true) == [
        .set(ForwardingEntry(mac: mac, remote: 2)), .setNeighbour(wanted[0]), .setNeighbour(wanted[1]),
      ])
    let stale = Neighbour(address: [10, 0, 0, 9], mac: mac)
    #expect(
      try steps(ports, from: [ForwardingEntry(mac: mac, remote: 2)], wanted + [stale], answers: true) == [
        .removeNeighbour(stale)
      ])
  }
}
