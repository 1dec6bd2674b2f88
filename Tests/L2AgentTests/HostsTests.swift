import HostRPC
import L2Agent
import Model
import Netlink
import Testing

/// Real packets between hosts with an agent each, of the full size of the network's MTU. VLANs, which not every kernel can,
/// are tried between hosts with a kernel of their own (UserModeLinuxTests).
@Suite("Guests on several hosts reach each other", .timeLimit(.minutes(2)))
struct HostsTests {
  static let other = UUID("11111111-b972-42bd-9301-71ab3d77a68f")!

  /// How the guests' network gets from host to host.
  enum Way: String, CaseIterable, Sendable {
    case flat
    case group = "vxlan by multicast group"
    case population = "vxlan by l2population"
    case answering = "vxlan by l2population with the ARP responder"
    case mixed = "vxlan by l2population with a group for what is flooded"

    var type: String { self == .flat ? "flat" : "vxlan" }
    var isPopulated: Bool { [.population, .answering, .mixed].contains(self) }

    func configure(_ configuration: inout AgentConfiguration, _ address: IPv4Address) throws {
      guard self != .flat else {
        configuration.interfaceMappings = ["physnet1": "under0"]
        return
      }
      let group = try #require(IPv4Network("239.1.1.0/24"))
      let floods = self == .population || self == .answering
      var tunneling = try Tunneling(localIP: address, flooding: floods ? .population : .group(group))
      tunneling.l2Population = isPopulated
      tunneling.arpResponder = self == .answering
      configuration.vxlan = tunneling
    }
  }

  /// A guest on each host, cabled and configured for one way.
  struct Cloud {
    let lan: HostLAN
    let guests: [HostLAN.Guest]
    let way: Way

    init(hosts count: Int, _ way: Way) throws {
      self.way = way
      lan = try HostLAN(hosts: count, isAddressed: way != .flat)
      guests = try lan.hosts.map { host in
        try way.configure(&host.bench.configuration, host.address)
        // The network's MTU just fits.
        let under = try #require(try host.bench.socket.link(named: "under0"))
        try host.bench.socket.change(under, LinkChange(mtu: way == .flat ? 1400 : 1450))
        let guest = try HostLAN.Guest(
          UInt8(host.number), type: way.type, segment: way == .flat ? nil : 723,
          physicalNetwork: way == .flat ? "physnet1" : nil)
        try host.plug(guest)
        return guest
      }
    }

    /// What a server would tell everybody: see PopulationMessages of the Networking service.
    var all: FDBEntries {
      let ports = zip(lan.hosts, guests).map { ($0.address, [FDBEntry.flooding] + $1.entries) }
      return FDBEntries([
        DeviceDetails.network: .init(
          segmentationID: 723, ports: Dictionary(uniqueKeysWithValues: ports), isComplete: true)
      ])
    }

    /// Runs `body` when all guests are wired, and every agent knows of the others.
    func run(_ body: ([FakeServer]) async throws -> Void) async throws {
      try await lan.withAgents { servers in
        if way.isPopulated {
          for (host, server) in zip(lan.hosts, servers) {
            server.send(AddFDBEntries.self, all)
            try await changed { try knowsOthers(host) }
          }
        }
        try await body(servers)
      }
    }

    /// Whether a host's tunnel has all entries that the others' guests and, without a group, the others need.
    private func knowsOthers(_ host: HostLAN.Host) throws -> Bool {
      let others = guests.count - 1
      let entries = try table(host).filter(\.isPermanent)
      let link = try #require(try host.bench.socket.link(named: "vxlan-723"))
      let neighbours = try host.bench.socket.permanentNeighbours(on: link).count
      return entries.count { $0.mac != 0 } == others && entries.count { $0.mac == 0 } == (way == .mixed ? 1 : others)
        && neighbours == (way == .answering ? 2 * others : 0)
    }

    func table(_ host: HostLAN.Host) throws -> [ForwardingEntry] {
      let link = try #require(try host.bench.socket.link(named: "vxlan-723"))
      return try host.bench.socket.forwardingEntries(of: link)
    }

    /// By packets of the MTU's size, and not by larger ones.
    func requireAllReachAll() throws {
      for version in [IPVersion.v4, .v6] {
        let (code, output) = try guests[0].ping(guests[1], over: version, size: 1401, "-W", "0.3")
        #expect(code != 0, "\(output)")
      }
      for one in guests {
        for two in guests where two.number != one.number {
          for version in [IPVersion.v4, .v6] { #expect(try one.reaches(two, over: version)) }
        }
      }
    }
  }

  @Test("two of them", arguments: Way.allCases)
  func two(way: Way) async throws {
    let cloud = try Cloud(hosts: 2, way)
    try await cloud.run { _ in try cloud.requireAllReachAll() }
  }

  @Test("three of them", arguments: Way.allCases)
  func three(way: Way) async throws {
    let cloud = try Cloud(hosts: 3, way)
    try await cloud.run { _ in
      try cloud.requireAllReachAll()
      for host in cloud.lan.hosts {
        #expect(try host.fragments == 0)
        let links = try host.bench.links
        let names = ["brqdb3e1ed8-b9", way == .flat ? nil : "vxlan-723"].compactMap { $0 } + [host.devices[0].device]
        for name in names { #expect(links[name]?.mtu == 1400, "\(name)") }
      }
    }
  }

  @Test(
    "what is larger than the network's MTU is stopped by the tap, whatever the guest believes", arguments: Way.allCases)
  func larger(way: Way) async throws {
    let cloud = try Cloud(hosts: 2, way)
    for guest in cloud.guests {
      let inside = try NetlinkSocket(in: guest.namespace)
      let eth0 = try #require(try inside.link(named: "eth0"))
      try inside.change(eth0, LinkChange(mtu: 1500))
    }
    try await cloud.run { _ in
      #expect(try cloud.guests[0].reaches(cloud.guests[1], over: .v4))
      // The kernel has room for a VLAN tag on every link.
      let (code, output) = try cloud.guests[0].ping(cloud.guests[1], over: .v4, size: 1405, "-W", "0.3")
      #expect(code != 0, "\(output)")
    }
  }

  @Test("the ARP responder answers for a guest that is silent, and a known address has one host alone")
  func unicast() async throws {
    let cloud = try Cloud(hosts: 3, .answering)
    try await cloud.run { _ in
      let silent = try NetlinkSocket(in: cloud.guests[1].namespace)
      let eth0 = try #require(try silent.link(named: "eth0"))
      try silent.change(eth0, LinkChange(isUp: false))
      // Nobody takes the packet, but the question where to send it is answered.
      _ = try run("ping", "-c", "1", "-W", "1", "10.88.0.2", in: cloud.guests[0].namespace)
      let (code, output) = try run("ip", "neigh", "show", "10.88.0.2", in: cloud.guests[0].namespace)
      #expect(code == 0 && output.contains("fa:16:3e:00:00:02"), "\(output)")
      let remotes = try cloud.table(cloud.lan.hosts[0]).filter { $0.mac == cloud.guests[1].details.macAddress.bits }
      #expect(remotes.map(\.remote) == [cloud.lan.hosts[1].address.bits])
    }
  }

  @Test("a host that has no ports any more is forgotten")
  func removed() async throws {
    let cloud = try Cloud(hosts: 3, .population)
    try await cloud.run { servers in
      let (first, third) = (cloud.lan.hosts[0], cloud.lan.hosts[2])
      let gone = FDBEntries([
        DeviceDetails.network: .init(
          segmentationID: 723, ports: [third.address: [.flooding] + cloud.guests[2].entries])
      ])
      servers[0].send(RemoveFDBEntries.self, gone)
      try await changed {
        try !cloud.table(first).contains { $0.isPermanent && $0.remote == third.address.bits }
      }
      #expect(try cloud.guests[0].reaches(cloud.guests[1], over: .v4))
    }
  }

  @Test(
    "no frame of one network comes to another",
    arguments: [(Way.group, Way.group), (.population, .population), (.flat, .group), (.flat, .population)])
  func separate(way: Way, strangersWay: Way) async throws {
    let lan = try HostLAN(hosts: 2)
    var strangers: [HostLAN.Guest] = []
    var guests: [HostLAN.Guest] = []
    for host in lan.hosts {
      try way.configure(&host.bench.configuration, host.address)
      try strangersWay.configure(&host.bench.configuration, host.address)
      guests.append(
        try HostLAN.Guest(
          UInt8(host.number), type: way.type, segment: way == .flat ? nil : 723,
          physicalNetwork: way == .flat ? "physnet1" : nil, hasIPv6: false))
      // Of the same subnet, so that only the network keeps them apart. Their tunnels go over the bridge of the flat
      // network, where the hosts' addresses are then.
      strangers.append(
        try HostLAN.Guest(
          UInt8(host.number + 4), type: strangersWay.type, segment: 724, mtu: 1350, network: Self.other,
          hasIPv6: false))
      for guest in [guests.last, strangers.last].compactMap({ $0 }) { try host.plug(guest) }
    }
    for stranger in strangers { try stranger.listen(for: guests) }
    for guest in guests { try guest.listen(for: strangers + guests) }
    try await lan.withAgents { servers in
      if strangersWay == .population {
        for (host, server) in zip(lan.hosts, servers) {
          server.send(AddFDBEntries.self, Self.flooding(of: lan))
          for name in way == .flat ? ["vxlan-724"] : ["vxlan-723", "vxlan-724"] {
            let link = try #require(try host.bench.socket.link(named: name))
            try await changed { try !host.bench.socket.floodingRemotes(of: link).isEmpty }
          }
        }
      }
      #expect(try guests[0].reaches(guests[1], over: .v4))
      #expect(try strangers[0].reaches(strangers[1], over: .v4))
      let (code, output) = try guests[0].ping(strangers[0], over: .v4, size: 100, "-c", "2", "-W", "1")
      #expect(code != 0, "\(output)")
      #expect(try strangers.map { try $0.heard() } == [0, 0])
      // Each has heard the other one, so that counting works.
      #expect(try guests.allSatisfy { try $0.heard() > 0 })
    }
  }

  @Test("five hundred ports of another host are known soon, each with both of its addresses")
  func fiveHundred() async throws {
    let cloud = try Cloud(hosts: 2, .answering)
    let far = IPv4Address(bits: 0x0A4E_0063)
    let entries = try (0..<500).flatMap { (number: UInt64) in
      try ["10.89.\(number / 250).\(number % 250)", "2001:db8:1::\(String(number, radix: 16))"].map { text in
        FDBEntry(macAddress: MACAddress(bits: 0xFA16_3E01_0000 | number), ipAddress: try #require(IPAddress(text)))
      }
    }
    try await cloud.run { servers in
      // In three messages, as the server sends so many.
      for (number, part) in [[.flooding], Array(entries[..<500]), Array(entries[500...])].enumerated() {
        let network = FDBEntries.NetworkPart(
          segmentationID: 723, ports: [far: part], isComplete: number == 0, isContinued: number < 2)
        servers[0].send(AddFDBEntries.self, FDBEntries([DeviceDetails.network: network]))
      }
      let host = cloud.lan.hosts[0]
      let link = try #require(try host.bench.socket.link(named: "vxlan-723"))
      try await changed {
        let present = try cloud.table(host).filter { $0.isPermanent && $0.remote == far.bits }
        return try present.count == 501 && host.bench.socket.permanentNeighbours(on: link).count == 1000
      }
      // All was told of the network, so the other host has no port any more.
      #expect(try !cloud.table(host).contains { $0.isPermanent && $0.remote == cloud.lan.hosts[1].address.bits })
    }
  }

  private static func flooding(of lan: HostLAN) -> FDBEntries {
    let ports = Dictionary(uniqueKeysWithValues: lan.hosts.map { ($0.address, [FDBEntry.flooding]) })
    return FDBEntries([
      DeviceDetails.network: .init(segmentationID: 723, ports: ports, isComplete: true),
      other: .init(segmentationID: 724, ports: ports, isComplete: true),
    ])
  }
}

/// Returns when the condition holds; a test that waits in vain ends by its time limit.
func changed(_ condition: () throws -> Bool) async throws {
  while try !condition() {
    try Task.checkCancellation()
    await Task.yield()
  }
}
