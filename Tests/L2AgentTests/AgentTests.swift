import HostRPC
import JSON
import L2Agent
import Logging
import Model
import Netlink
import Testing

@Suite("The agent on a host of its own", .timeLimit(.minutes(1)))
struct AgentTests {
  var bench: Bench
  let port = DeviceDetails.port("dcd2dea6")
  let other = DeviceDetails.port("0a7b3a8a")

  init() throws {
    bench = try Bench()
  }

  @Test("a tap that is there at the start is put on its network, and only then reported up")
  func boot() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      let link = try #require(try bench.links[tap.name])
      #expect(link.isUp && link.mtu == 1450)
      #expect(try bench.bridge(of: tap.name) == "brqdb3e1ed8-b9")
      #expect(try bench.links["brqdb3e1ed8-b9"]?.isUp == true)
      #expect(server.observed == [[tap.name], [tap.name]])
    }
    // The agent has stopped, and the traffic goes on.
    #expect(try bench.bridge(of: tap.name) == "brqdb3e1ed8-b9")
  }

  @Test("a tap that appears and vanishes is told by the kernel's events alone")
  func events() async throws {
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      do {
        let tap = try bench.make(port.device)
        #expect(await calls.next() == .details([tap.name]))
        #expect(await calls.next() == .up(tap.name))
      }
      #expect(await calls.next() == .down(port.device))
    }
  }

  @Test("a tap that was removed and made again between two looks is a new one")
  func remade() async throws {
    var tap: Tap? = try bench.make(port.device)
    let server = FakeServer([port, other])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([port.device]))
      #expect(await calls.next() == .up(port.device))
      // While the loop waits for details of another device, it cannot look.
      let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
      let (answers, answer) = AsyncStream.makeStream(of: Void.self)
      server.onDetails { _ in
        isAsked.yield()
        for await _ in answers { break }
      }
      let second = try bench.make(other.device)
      for await _ in asked { break }
      tap = nil
      #expect(tap == nil)
      tap = try bench.make(port.device)
      server.onDetails(nil)
      answer.yield()
      #expect(await calls.next() == .details([second.name]))
      #expect(await calls.next() == .up(second.name))
      #expect(await calls.next() == .down(port.device))
      #expect(await calls.next() == .details([port.device]))
      #expect(await calls.next() == .up(port.device))
      #expect(try bench.bridge(of: port.device) == "brqdb3e1ed8-b9")
    }
  }

  @Test("a device that cannot be wired is reported down once and tried again alone")
  func failureAlone() async throws {
    let taps = [try bench.make(port.device), try bench.make(other.device)]
    let server = FakeServer([port, .port("0a7b3a8a", type: "flat", physicalNetwork: "nowhere")])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details(taps.map(\.name).sorted()))
      #expect(await calls.next() == .many(up: [port.device], down: [other.device]))
      for _ in 0..<3 { #expect(await calls.next() == .details([other.device])) }
      server.set(.details(other))
      while let call = await calls.next(), call != .up(other.device) {
        #expect(call == .details([other.device]))
      }
      let bridge = try bench.bridge(of: other.device)
      #expect(bridge == "brqdb3e1ed8-b9")
    }
  }

  @Test("a server that goes away and comes back is asked about everything, and what is wired stays as it is")
  func serverAwayAndBack() async throws {
    let first = try bench.make(port.device)
    let server = FakeServer([port, other])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([first.name]))
      #expect(await calls.next() == .up(first.name))
      server.set(isAway: true)
      let second = try bench.make(other.device)
      #expect(await calls.next() == .details([second.name]))
      server.set(isAway: false)
      server.connect()
      var up: Set<String> = []
      while up.count < 2, let call = await calls.next() {
        switch call {
        case .up(let device): up.insert(device)
        case .many(let devices, let down):
          up.formUnion(devices)
          #expect(down.isEmpty)
        case .details: break
        case .down(let device): Issue.record("\(device) was reported down")
        }
      }
      #expect(up == [first.name, second.name])
    }
  }

  @Test("an agent that starts again changes nothing on the host")
  func restart() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
    let before = try bench.links
    let again = FakeServer([port])
    try await bench.withAgent(again) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
    #expect(try bench.links == before)
  }

  @Test("nothing is asked before there is a connection")
  func notConnected() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port], connected: false)
    try await bench.withAgent(server) { calls in
      var heartbeats = server.heartbeats.makeAsyncIterator()
      _ = await heartbeats.next()
      server.connect()
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
  }

  @Test("a port that is switched off is down and reported so, and up again when it is switched on")
  func adminState() async throws {
    let tap = try bench.make(port.device)
    var off = port
    off.adminStateUp = false
    let server = FakeServer([off])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .down(tap.name))
      let links = try bench.links
      #expect(links[tap.name]?.isUp == false)
      server.set(.details(port))
      server.send(PortUpdate.self, .portUpdate(port))
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      #expect(try bench.links[tap.name]?.isUp == true)
    }
  }

  @Test("a port that was deleted under its tap is taken off its network")
  func portDeleted() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      server.set(.unknown(device: tap.name))
      server.send(PortDelete.self, .init(portID: port.portID))
      #expect(await calls.next() == .details([tap.name]))
      // The next call comes after the answer to this one was acted on.
      let second = try bench.make(other.device)
      #expect(await calls.next() == .details([second.name]))
      #expect(try bench.bridge(of: tap.name) == nil)
      #expect(try bench.links[tap.name]?.isUp == false)
    }
  }

  @Test("a tap that is nobody's port is left alone")
  func strangersTap() async throws {
    let tap = try bench.make("tap-vpn")
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      let second = try bench.make(port.device)
      #expect(await calls.next() == .details([second.name]))
      #expect(await calls.next() == .up(second.name))
      #expect(try bench.links[tap.name]?.master == nil)
      #expect(try bench.links[tap.name]?.isUp == false)
    }
  }

  @Test("what somebody changed on the host is put right by the comparison")
  func stray() async throws {
    var bench = bench
    bench.configuration.pollingInterval = .milliseconds(5)
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { [bench] calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      try bench.socket.change(try #require(try bench.links[tap.name]), LinkChange(master: 0))
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      #expect(try bench.bridge(of: tap.name) == "brqdb3e1ed8-b9")
    }
  }

  @Test("a bridge goes when its network is deleted")
  func networkDeleted() async throws {
    let server = FakeServer([port])
    let monitor = try LinkMonitor(in: bench.namespace)
    try await bench.withAgent(server) { calls in
      do {
        let tap = try bench.make(port.device)
        #expect(await calls.next() == .details([tap.name]))
        #expect(await calls.next() == .up(tap.name))
      }
      #expect(await calls.next() == .down(port.device))
      server.send(NetworkDelete.self, .init(networkID: DeviceDetails.network))
      for await event in monitor.events {
        if case .deleted(let link) = event, link.name == "brqdb3e1ed8-b9" { break }
      }
      #expect(try bench.links.links.map(\.name) == ["lo"])
    }
  }

  @Test("a hundred taps at once are all put on their network, in bounded steps")
  func burst() async throws {
    var bench = bench
    bench.configuration.processingStep = 20
    let ports = (0..<100).map { DeviceDetails.port(String(10_000_000 + $0)) }
    let server = FakeServer(ports)
    try await bench.withAgent(server) { calls in
      let taps = try ports.map { try Tap($0.device, isPersistent: true, in: bench.namespace) }
      var up: Set<String> = []
      while up.count < taps.count, let call = await calls.next() {
        switch call {
        case .details(let devices): #expect(devices.count <= 20)
        case .up(let device): up.insert(device)
        case .many(let devices, let down):
          up.formUnion(devices)
          #expect(down.isEmpty)
        case .down(let device): Issue.record("\(device) was reported down")
        }
      }
      let links = try bench.links
      #expect(links.ports(of: try #require(links["brqdb3e1ed8-b9"]).index).count == 100)
    }
  }

  @Test("the agent's state is told while the server is slow with everything else, with the start flag once")
  func heartbeat() async throws {
    var bench = bench
    bench.configuration.reportInterval = .milliseconds(1)
    bench.configuration.interfaceMappings = ["physnet1": "lo"]
    bench.configuration.vxlan = nil
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    // Nobody ends this stream before the test does.
    let (answers, answer) = AsyncStream.makeStream(of: Void.self)
    server.onDetails { _ in for await _ in answers { break } }
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      var heartbeats = server.heartbeats.makeAsyncIterator()
      let first = try #require(await heartbeats.next()).agentState
      #expect(first.binary == "neutron-linuxbridge-agent" && first.agentType == "Linux bridge agent")
      #expect(first.host == "compute1" && first.topic == "N/A" && first.startFlag)
      #expect(first.configurations["interface_mappings"]?["physnet1"]?.string == "lo")
      #expect(first.configurations["bridge_mappings"] == [:])
      var next = first
      for _ in 0..<5 { next = try #require(await heartbeats.next()).agentState }
      #expect(!next.startFlag && next.uuid == first.uuid)
      #expect(next.configurations["devices"]?.integer == 1)
      answer.yield()
      #expect(await calls.next() == .up(tap.name))
    }
  }

  @Test("a host that lacks what its operator named is refused in upstream's words")
  func refused() throws {
    func refusal(_ change: (inout AgentConfiguration) throws -> Void) throws -> String? {
      var configuration = bench.configuration
      try change(&configuration)
      return #expect(throws: ConfigurationError.self) {
        try LinuxBridgeAgent(
          configuration, network: HostNetwork(in: bench.namespace), server: FakeServer(),
          heartbeatServer: FakeServer(), now: { Timestamp(microseconds: 1) }, logger: .init(label: "test"))
      }?.description
    }
    #expect(
      try refusal { $0.interfaceMappings = ["p": "eth7"] } == "Interface eth7 for physical network p does not exist.")
    #expect(try refusal { $0.bridgeMappings = ["p": "br7"] } == "Bridge br7 for physical network p does not exist.")
    let missing = try refusal {
      $0.vxlan = try Tunneling(localIP: IPv4Address(bits: 0x0A4E_0009), flooding: .remotes([]))
    }
    #expect(missing?.hasPrefix("Tunneling cannot be enabled without the local_ip bound to an interface") == true)
  }
}

extension PortUpdate.Arguments {
  fileprivate static func portUpdate(_ port: DeviceDetails) -> Self {
    .init(
      port: ["id": .string("\(port.portID)")], networkType: port.networkType, segmentationID: port.segmentationID,
      physicalNetwork: port.physicalNetwork)
  }
}
