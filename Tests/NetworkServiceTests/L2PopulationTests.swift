import HostRPC
import JSON
import Model
import NIOHTTP1
import Store
import Testing

@testable import NetworkService

@Suite("What agents are told of where ports are")
struct PopulationMessageTests {
  static let network = UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f")!

  private func port(_ host: String, _ number: UInt64, _ address: String?, isActive: Bool = true) -> PopulatedPort {
    PopulatedPort(
      host: host, isActive: isActive, macAddress: MACAddress(bits: number),
      ipAddress: address.flatMap { IPAddress($0) })
  }

  private func network(_ ports: PopulatedPort..., untold: String? = nil) -> PopulatedNetwork {
    var tunnels: [String: Tunnel] = [:]
    for (host, bits) in [("a", 1), ("b", 2), ("c", 3)] as [(String, UInt32)] {
      tunnels[host] = Tunnel(address: IPv4Address(bits: bits), isTold: host != untold)
    }
    return PopulatedNetwork(segmentationID: 723, ports: ports, tunnels: tunnels)
  }

  private func messages(
    _ before: PopulatedNetwork?, _ after: PopulatedNetwork, unaware: Set<String> = []
  ) -> PopulationMessages {
    PopulationMessages(network: Self.network, before: before, after: after, unaware: unaware)
  }

  private func entry(_ number: UInt64, _ address: String) -> FDBEntry {
    FDBEntry(macAddress: MACAddress(bits: number), ipAddress: IPAddress(address)!)
  }

  private func entries(_ ports: [UInt32: [FDBEntry]], isComplete: Bool = false) -> FDBEntries {
    FDBEntries([
      Self.network: .init(
        segmentationID: 723,
        ports: Dictionary(uniqueKeysWithValues: ports.map { (IPv4Address(bits: $0.key), $0.value) }),
        isComplete: isComplete)
    ])
  }

  @Test("a host that begins to wire its first port is told everything, the others nothing yet")
  func building() {
    let before = network(port("a", 1, "10.0.0.1"))
    let after = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2", isActive: false))
    let found = messages(before, after)
    #expect(found.complete == ["b": entries([1: [.flooding, entry(1, "10.0.0.1")]], isComplete: true)])
    #expect(found.added == nil && found.removed == nil && found.changed == nil)
  }

  @Test("a host's first ACTIVE port comes with an entry for flooding, its second one without")
  func active() {
    let one = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2", isActive: false))
    let two = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"))
    let three = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"), port("b", 3, "10.0.0.3"))
    #expect(messages(one, two).added == entries([2: [.flooding, entry(2, "10.0.0.2")]]))
    #expect(messages(one, two).told == ["a", "b"] && messages(one, two).complete.isEmpty)
    #expect(messages(two, three).added == entries([2: [entry(3, "10.0.0.3")]]))
    #expect(messages(two, two) == messages(three, three))
  }

  @Test("a host's last port takes the entry for flooding with it")
  func gone() {
    let three = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"), port("b", 3, "10.0.0.3"))
    let two = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"))
    let one = network(port("a", 1, "10.0.0.1"))
    #expect(messages(three, two).removed == entries([2: [entry(3, "10.0.0.3")]]))
    #expect(messages(two, one).removed == entries([2: [.flooding, entry(2, "10.0.0.2")]]))
    #expect(messages(two, one).told == ["a"])
  }

  @Test("a port that moves is taken from one host and given to the other")
  func moved() {
    let before = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"))
    let after = network(port("a", 1, "10.0.0.1"), port("c", 2, "10.0.0.2"))
    let found = messages(before, after)
    #expect(found.removed == entries([2: [.flooding, entry(2, "10.0.0.2")]]))
    #expect(found.added == entries([3: [.flooding, entry(2, "10.0.0.2")]]))
    #expect(found.told == ["a"] && Array(found.complete.keys) == ["c"])
  }

  @Test("other IP addresses of a port that stays are an update")
  func addresses() {
    let before = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"))
    let after = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.9"))
    let change = FDBChanges.Change(before: [entry(2, "10.0.0.2")], after: [entry(2, "10.0.0.9")])
    #expect(messages(before, after).changed == FDBChanges([Self.network: [IPv4Address(bits: 2): change]]))
    #expect(messages(before, after).added == nil && messages(before, after).removed == nil)
  }

  @Test("an agent that may have missed something, or does not want to be told, is treated so")
  func others() {
    let before = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"))
    let found = messages(before, before, unaware: ["b"])
    #expect(found.complete == ["b": entries([1: [.flooding, entry(1, "10.0.0.1")]], isComplete: true)])
    #expect(found.told.isEmpty)
    #expect(messages(nil, before).complete.count == 2)
    let untold = network(port("a", 1, "10.0.0.1"), port("b", 2, "10.0.0.2"), untold: "a")
    #expect(Array(messages(nil, untold).complete.keys) == ["b"])
  }

  @Test("what is told at once is told in messages of bounded size, that say which of them belong together")
  func parts() {
    let ports = Dictionary(
      uniqueKeysWithValues: (2...6).map { host in
        (UInt32(host), [.flooding] + (0..<250).map { entry(UInt64(host * 1000 + $0), "10.0.\(host).\($0)") })
      })
    let all = entries(ports, isComplete: true)
    let parts = all.parts().compactMap { $0.networks[Self.network] }
    #expect(parts.map { $0.ports.values.reduce(0) { $0 + $1.count } } == [500, 500, 255])
    #expect(parts.map(\.isComplete) == [true, false, false])
    #expect(parts.map(\.isContinued) == [true, true, false])
    var told: [IPv4Address: [FDBEntry]] = [:]
    for part in parts { told.merge(part.ports) { $0 + $1 } }
    #expect(told == all.networks[Self.network]?.ports)
    // Additions hold each for itself, and what fits is told as it is.
    #expect(entries(ports).parts().allSatisfy { $0.networks[Self.network]?.isContinued == false })
    let nothing = entries([:], isComplete: true)
    #expect(nothing.parts() == [nothing])
    let change = FDBChanges.Change(before: [entry(1, "10.0.0.1")], after: [entry(1, "10.0.0.2")])
    let changes = FDBChanges([Self.network: [IPv4Address(bits: 2): change]])
    #expect(changes.parts() == [changes])
    #expect(
      changes.parts(of: 1) == [
        FDBChanges([Self.network: [IPv4Address(bits: 2): .init(after: change.after)]]),
        FDBChanges([Self.network: [IPv4Address(bits: 2): .init(before: change.before)]]),
      ])
  }

  @Test("agents say by their configurations what they have")
  func tunnels() {
    #expect(Tunnel(configurations: "{}") == nil)
    #expect(Tunnel(configurations: #"{"tunneling_ip": "10.0.0.1", "tunnel_types": []}"#) == nil)
    let text = #"{"tunneling_ip": "10.0.0.1", "tunnel_types": ["vxlan"], "l2_population": true}"#
    #expect(Tunnel(configurations: text) == Tunnel(address: IPv4Address(bits: 0x0A00_0001), isTold: true))
  }
}

@Suite("l2population, over HTTP", .timeLimit(.minutes(1)))
struct L2PopulationTests {
  @Test("as ports become ACTIVE and DOWN, the agents hear of it; one that connects hears everything")
  func life() async throws {
    try await TestCloud.serve { cloud in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await NetworkHousekeeping(cloud.service).run() }
        for (host, address) in [("compute1", "10.78.0.1"), ("compute2", "10.78.0.2")] {
          try await cloud.reportTunnel(host: host, address: address)
        }
        let network = try await cloud.network().id
        let one = try await cloud.computePort(on: network)
        var first = try await cloud.client(host: "compute1").messages().forwarding.makeAsyncIterator()
        _ = try await cloud.details([one.tap])
        #expect(try await first.next() == "add_fdb_entries complete")
        try await cloud.up(one.tap)
        // To itself alone: nobody else has a port.
        #expect(try await first.next() == "add_fdb_entries 10.78.0.1 2")
        let two = try await cloud.computePort(on: network, host: "compute2")
        var second = try await cloud.client(host: "compute2").messages().forwarding.makeAsyncIterator()
        _ = try await cloud.details([two.tap], host: "compute2")
        #expect(try await second.next() == "add_fdb_entries complete 10.78.0.1 2")
        try await cloud.up(two.tap, host: "compute2")
        #expect(try await first.next() == "add_fdb_entries 10.78.0.2 2")
        var again = try await cloud.client(host: "compute1").messages().forwarding.makeAsyncIterator()
        #expect(try await again.next() == "add_fdb_entries complete 10.78.0.2 2")
        try await cloud.down(two.tap, host: "compute2")
        #expect(try await again.next() == "remove_fdb_entries 10.78.0.2 2")
        tasks.cancelAll()
      }
    }
  }
}

extension TestCloud {
  fileprivate func reportTunnel(host: String, address: String) async throws {
    let state = AgentState(
      binary: Agent.linuxBridgeBinary, host: host, agentType: Agent.linuxBridgeType,
      configurations: [
        "bridge_mappings": [:], "interface_mappings": [:], "l2_population": true, "tunnel_types": ["vxlan"],
        "tunneling_ip": .string(address),
      ],
      startFlag: true)
    _ = try await call(ReportState.self, .init(agentState: state, time: clock.now), host: host)
  }
}

extension HostMessages {
  /// Those about forwarding entries, in short: the method, whether it says all, and how many entries each host has.
  fileprivate var forwarding: AsyncThrowingCompactMapSequence<HostMessages, String> {
    compactMap { message in
      let added = try message.arguments(of: AddFDBEntries.self)
      guard let part = try (added ?? message.arguments(of: RemoveFDBEntries.self))?.networks.values.first else {
        return nil
      }
      let hosts = part.ports.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count)" }
      return ([message.method] + (part.isComplete ? ["complete"] : []) + hosts).joined(separator: " ")
    }
  }
}
