import HostRPC
import JSON
import L2Agent
import Logging
import Model
import Netlink
import Testing

@Suite("An agent that has nothing to do, or nobody to ask", .timeLimit(.minutes(2)))
struct BehaviourTests {
  var bench: Bench
  let port = DeviceDetails.port("dcd2dea6")

  init() throws {
    bench = try Bench()
  }

  @Test("a tap that no port has is asked for again after pauses that double up to the longest, and at once when hinted")
  func growingPauses() {
    var book = DeviceBook<ContinuousClock.Instant>(
      retryPause: .seconds(1), longestRetryPause: .seconds(10), unknownPause: .seconds(5),
      longestUnknownPause: .seconds(30))
    let start = ContinuousClock.now
    book.take(DeviceScan(previous: [:], current: ["tap1": 1]), now: start)
    for pause in [5, 10, 20, 30, 30] {
      book.isUnknown("tap1", now: start)
      #expect(book.dueDevices(now: start).isEmpty)
      #expect(book.nextDue == start + .seconds(pause))
    }
    book.take(DeviceScan(previous: ["tap1": 1], current: ["tap1": 1], hinted: ["tap1"]), now: start)
    #expect(book.dueDevices(now: start) == ["tap1"])
    book.isUnknown("tap1", now: start)
    #expect(book.nextDue == start + .seconds(5))
    book.take(DeviceScan(previous: ["tap1": 1], current: [:]), now: start)
    book.isUnknown("tap1", now: start)
    #expect(book.dueDevices(now: start + .seconds(3600)).isEmpty)
  }

  @Test("a port that is made for a tap later is found without a hint")
  func foundLater() async throws {
    var bench = bench
    (bench.configuration.unknownPause, bench.configuration.longestUnknownPause) = (.milliseconds(1), .milliseconds(4))
    let tap = try bench.make(port.device)
    let server = FakeServer()
    try await bench.withAgent(server) { calls in
      for _ in 0..<4 { #expect(await calls.next() == .details([tap.name])) }
      let link = try #require(try bench.links[tap.name])
      #expect(!link.isUp && link.master == nil)
      server.set(.details(port))
      var call = await calls.next()
      while call == .details([tap.name]) { call = await calls.next() }
      #expect(call == .up(tap.name))
    }
  }

  @Test("an agent that hears from the server that it was given up compares everything once")
  func revival() async throws {
    var bench = bench
    bench.configuration.reportInterval = .milliseconds(20)
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      server.giveUp()
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
    }
  }

  @Test("an agent without a server for five minutes keeps the traffic going, and catches up with one comparison")
  func fiveMinutesAlone() async throws {
    let hosts = try Cable.pair(bench, [port.device, DeviceDetails.port("0a7b3a8a").device])
    let other = DeviceDetails.port("0a7b3a8a")
    let late = DeviceDetails.port("77777777")
    let server = FakeServer([port, other, late])
    let clock = BehaviourClock()
    try await bench.withAgent(server, clock: clock) { calls in
      var up: Set<String> = []
      while up.count < 2 { if let call = await calls.next() { up.formUnion(call.devicesUp) } }
      try hosts[0].ping(hosts[1], count: 3)
      server.set(isAway: true)
      let tap = try bench.make(late.device)
      #expect(await calls.next() == .details([tap.name]))
      for _ in 0..<30 {
        // The loop sleeps until it tries the new tap again, ten seconds at most.
        while !clock.hasSleeper(until: clock.now.offset + .seconds(10)) { await Task.yield() }
        clock.advance(by: .seconds(10))
      }
      try hosts[0].ping(hosts[1], count: 3)
      server.set(isAway: false)
      server.connect()
      up = []
      var asked: [String] = []
      while up.count < 3 {
        guard let call = await calls.next() else { break }
        if case .details(let devices) = call { asked += devices }
        up.formUnion(call.devicesUp)
      }
      #expect(Set(asked) == [port.device, other.device, late.device])
      #expect(asked.filter { $0 == port.device }.count == 1)
      try hosts[0].ping(hosts[1], count: 3)
    }
  }

  @Test("a binding that is deactivated takes its tap off the network, one that is activated puts it back")
  func bindings() async throws {
    let tap = try bench.make(port.device)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      server.send(BindingDeactivate.self, .init(portID: port.portID, host: "compute2"))
      server.set(.noActiveBinding(device: tap.name))
      server.send(BindingDeactivate.self, .init(portID: port.portID, host: "compute1"))
      #expect(await calls.next() == .details([tap.name]))
      try await changed { try bench.bridge(of: tap.name) == nil }
      server.set(.details(port))
      server.send(BindingActivate.self, .init(portID: port.portID, host: "compute1"))
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      let bridge = try bench.bridge(of: tap.name)
      #expect(bridge == "brqdb3e1ed8-b9")
    }
  }

  @Test("a changed network has the details of its ports asked for, and of no others, and the new MTU is set")
  func networkChanged() async throws {
    let elsewhere = DeviceDetails.port(
      "0a7b3a8a", network: UUID("11111111-b972-42bd-9301-71ab3d77a68f") ?? port.networkID)
    let tap = try bench.make(port.device)
    let server = FakeServer([port, elsewhere])
    try await bench.withAgent(server) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      let other = try bench.make(elsewhere.device)
      #expect(await calls.next() == .details([other.name]))
      #expect(await calls.next() == .up(other.name))
      var narrower = port
      narrower.mtu = 1400
      server.set(.details(narrower))
      server.send(NetworkUpdate.self, .init(network: ["id": .string("\(port.networkID)")]))
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      #expect(try bench.links[tap.name]?.mtu == 1400)
      #expect(try bench.links["brqdb3e1ed8-b9"]?.mtu == 1400)
      #expect(try bench.links[other.name]?.mtu == 1450)
    }
  }

  @Test("an agent that starts with a thousand ports wired changes no link and drops no packet")
  func thousandPorts() async throws {
    var bench = bench
    bench.configuration.processingStep = 200
    let ports = (0..<1000).map { DeviceDetails.port(Self.prefix($0)) }
    let hosts = try Cable.pair(bench, [ports[0].device, ports[1].device])
    // They are closed at once, for a thousand open files are more than Foundation can start a program beside.
    for port in ports.dropFirst(2) { _ = try Tap(port.device, isPersistent: true, in: bench.namespace) }
    let server = FakeServer(ports)
    try await bench.withAgent(server) { calls in try await Self.waitUp(1000, &calls) }
    // The kernel itself tells later, and once, that a link which was brought up carries traffic.
    let names = [ports[0].device, ports[1].device, "brqdb3e1ed8-b9"]
    while try !names.allSatisfy({ try bench.links[$0]?.isRunning == true }) { await Task.yield() }
    let before = try bench.links.links.sorted { $0.index < $1.index }
    let monitor = try LinkMonitor(in: bench.namespace)
    let second = FakeServer(ports)
    async let flood: Void = Self.flood(hosts)
    try await bench.withAgent(second) { calls in try await Self.waitUp(1000, &calls) }
    try await flood
    #expect(try bench.links.links.sorted { $0.index < $1.index } == before)
    // One change that the test makes itself, and nothing of a tap before it.
    let last = try #require(try bench.links["lo"])
    try bench.socket.change(last, LinkChange(isUp: true))
    for await event in monitor.events {
      guard case .changed(let link) = event, link.name == "lo" else {
        Issue.record("told of \(event)")
        continue
      }
      break
    }
  }

  private static func flood(_ hosts: [Cable]) async throws {
    try hosts[0].ping(hosts[1], count: 3000, "-i", "0.001")
  }

  private static func waitUp(_ count: Int, _ calls: inout AsyncStream<FakeServer.Call>.Iterator) async throws {
    var up: Set<String> = []
    while up.count < count, let call = await calls.next() { up.formUnion(call.devicesUp) }
    #expect(up.count == count)
  }

  private static func prefix(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

extension FakeServer.Call {
  /// The devices that a call reports up.
  fileprivate var devicesUp: [String] {
    switch self {
    case .up(let device): [device]
    case .many(let up, _): up
    default: []
    }
  }
}
