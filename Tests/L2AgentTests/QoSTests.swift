import HostRPC
import JSON
import L2Agent
import Model
import Netlink
import PacketTable
import Testing

@Suite("How limits become queues")
struct ShapingOptionsTests {
  private static let megabit = TokenBucket(rate: 125_000, burst: 100_000, limit: 106_250)

  @Test(
    "a limit is a rate, a burst and 50 ms of waiting",
    arguments: [
      (BandwidthLimit(maxKbps: 1000), megabit),
      (BandwidthLimit(maxKbps: 1000, maxBurstKbps: 80), TokenBucket(rate: 125_000, burst: 10_000, limit: 16_250)),
      // A burst holds a packet, and what comes between two of the kernel's ticks.
      (BandwidthLimit(maxKbps: 8), TokenBucket(rate: 1000, burst: 1518, limit: 1568)),
      (
        BandwidthLimit(maxKbps: 10_000_000, maxBurstKbps: 1),
        TokenBucket(rate: 1_250_000_000, burst: 5_000_000, limit: 67_500_000)
      ),
      // The kernel has no room for a longer one.
      (
        BandwidthLimit(maxKbps: 8, maxBurstKbps: 2_147_483_647), TokenBucket(rate: 1000, burst: 240_000, limit: 240_050)
      ),
    ])
  func bucket(limit: BandwidthLimit, bucket: TokenBucket) {
    #expect(ShapingOptions().tokenBucket(limit, mtu: 1500) == bucket)
  }

  @Test("what is right is left alone, and what is another's is touched only for a limit")
  func change() {
    let (options, limit) = (ShapingOptions(), BandwidthLimit(maxKbps: 1000))
    let foreign = RootQueue(kind: "fq_codel")
    let right = RootQueue(kind: "tbf", tokenBucket: Self.megabit)
    let wrong = RootQueue(kind: "tbf", tokenBucket: TokenBucket(rate: 1, burst: 1, limit: 1))
    for queue in [nil, foreign, wrong] {
      #expect(options.change(from: queue, to: limit, mtu: 1500) == .set(Self.megabit))
    }
    #expect(options.change(from: right, to: limit, mtu: 1500) == nil)
    #expect(options.change(from: nil, to: nil, mtu: 1500) == nil)
    #expect(options.change(from: foreign, to: nil, mtu: 1500) == nil)
    #expect(options.change(from: wrong, to: nil, mtu: 1500) == .remove)
  }

  @Test("a kernel without the filter is named in the device's error")
  func missingFilter() {
    let error = ShapingError(device: "tap1", cause: NetlinkError(code: 2, operation: "set token bucket filter"))
    #expect(error.description.hasPrefix("tap1 has a bandwidth limit, and this kernel has no token bucket filter"))
  }
}

@Suite("Limits on taps", .timeLimit(.minutes(1)))
struct QoSTests {
  private let bench: Bench

  init() throws {
    bench = try Bench()
  }

  private func queue(_ device: String) throws -> RootQueue? {
    try bench.socket.rootQueue(of: try #require(try bench.links[device]))
  }

  @Test("a tap gets its limit, another one when it changes, and none when it goes")
  func life() async throws {
    var port = DeviceDetails.port("dcd2dea6")
    let tap = try bench.make(port.device)
    port.bandwidth.ingress = BandwidthLimit(maxKbps: 1000)
    let server = FakeServer([port])
    try await bench.withAgent(server) { calls in
      while let call = await calls.next(), call != .up(tap.name) {}
      let first = try #require(try queue(tap.name)?.tokenBucket)
      #expect(first.isSame(as: TokenBucket(rate: 125_000, burst: 100_000, limit: 106_250)), "\(first)")
      port.bandwidth.ingress = BandwidthLimit(maxKbps: 2000)
      server.set(.details(port))
      server.send(PortUpdate.self, .update(of: port))
      while let call = await calls.next(), call != .up(tap.name) {}
      #expect(try queue(tap.name)?.tokenBucket?.rate == 250_000)
      port.bandwidth.ingress = nil
      server.set(.details(port))
      server.send(PortUpdate.self, .update(of: port))
      while let call = await calls.next(), call != .up(tap.name) {}
      #expect(try queue(tap.name)?.tokenBucket == nil)
    }
  }

  @Test("a start leaves a right limit with its queue alone, and puts a wrong one right")
  func restart() async throws {
    var (port, other) = (DeviceDetails.port("dcd2dea6"), DeviceDetails.port("0a7b3a8a"))
    let taps = [try bench.make(port.device), try bench.make(other.device)]
    (port.bandwidth.ingress, other.bandwidth.ingress) = (BandwidthLimit(maxKbps: 8), BandwidthLimit(maxKbps: 8))
    let server = FakeServer([port, other])
    try await bench.withAgent(server) { calls in
      while let call = await calls.next() { if case .many(let up, _) = call, up.count == 2 { break } }
    }
    // What was dropped is counted by the queue that dropped it: another queue would begin at 0.
    try taps[1].flood()
    let before = try #require(try queue(taps[0].name))
    #expect(before.drops > 0)
    let wrong = try #require(try bench.links[taps[1].name])
    try bench.socket.setTokenBucket(TokenBucket(rate: 1, burst: 2000, limit: 3000), on: wrong)
    let second = FakeServer([port, other])
    try await bench.withAgent(second) { calls in
      while let call = await calls.next() { if case .many(let up, _) = call, up.count == 2 { break } }
    }
    #expect(try queue(taps[0].name) == before)
    #expect(try queue(taps[1].name)?.tokenBucket?.rate == 1000)
    withExtendedLifetime(taps) {}
  }

  @Test("what is too much for a guest waits shortly, or is dropped by its tap and by no other")
  func ingress() async throws {
    var (sender, limited, free) = (
      DeviceDetails.port("0000000a"), DeviceDetails.port("0000000b"), DeviceDetails.port("0000000c")
    )
    limited.bandwidth.ingress = BandwidthLimit(maxKbps: 8)
    sender.bandwidth.ingress = BandwidthLimit(maxKbps: 1_000_000)
    (sender.mtu, limited.mtu, free.mtu) = (1500, 1500, 1500)
    let taps = try [sender, limited, free].map { try bench.make($0.device) }
    try await bench.withAgent(FakeServer([sender, limited, free])) { calls in
      while let call = await calls.next() { if case .many(let up, _) = call, up.count == 3 { break } }
      try taps[0].flood()
      #expect(try queue(taps[1].name)?.drops ?? 0 > Tap.flood / 2)
      #expect(try queue(taps[2].name)?.drops == 0)
      #expect(try taps[2].frames(before: nil) == Tap.flood)
    }
  }

  @Test("what a guest sends too much of comes to nobody, and others may send on")
  func egress() async throws {
    var (limited, free, receiver) = (
      DeviceDetails.port("0000000a"), DeviceDetails.port("0000000b"), DeviceDetails.port("0000000c")
    )
    limited.bandwidth.egress = BandwidthLimit(maxKbps: 8)
    let taps = try [limited, free, receiver].map { try bench.make($0.device) }
    let server = FakeServer([limited, free, receiver])
    try await bench.withAgent(server) { calls in
      while let call = await calls.next() { if case .many(let up, _) = call, up.count == 3 { break } }
      #expect(try queue(taps[0].name)?.tokenBucket == nil)
      try taps[0].flood()
      try taps[1].send(Tap.marker)
      let passed = try taps[2].frames(before: Tap.marker)
      #expect((1..<Tap.flood / 2).contains(passed), "\(passed)")
      // Without the limit everything comes.
      limited.bandwidth.egress = nil
      server.set(.details(limited))
      server.send(PortUpdate.self, .update(of: limited))
      while let call = await calls.next(), call != .up(taps[0].name) {}
      try taps[0].flood()
      try taps[1].send(Tap.marker)
      #expect(try taps[2].frames(before: Tap.marker) == Tap.flood)
    }
  }
}

extension PortUpdate.Arguments {
  fileprivate static func update(of port: DeviceDetails) -> Self {
    .init(
      port: ["id": .string("\(port.portID)")], networkType: port.networkType, segmentationID: port.segmentationID,
      physicalNetwork: port.physicalNetwork)
  }
}

extension Tap {
  /// How many frames of 1000 bytes are sent at once: many times what a limit of 8 kbit/s lets through in any test's time.
  fileprivate static let flood = 200
  private static let source = MACAddress("fa:16:3e:00:00:aa")!
  /// A frame of a type that nothing else uses (IEEE 802, local experimental).
  private static func frame(_ fill: UInt8) -> [UInt8] {
    Frame.ethernet(source, Frame.broadcast, 0x88B5, Array(repeating: fill, count: 986))
  }
  fileprivate static let marker = frame(0xEE)

  fileprivate func flood() throws {
    for _ in 0..<Self.flood { try send(Self.frame(0x11)) }
  }

  /// How many of the flood's frames came, before `marker` or in all.
  fileprivate func frames(before marker: [UInt8]?) throws -> Int {
    var count = 0
    while count < Self.flood || marker != nil, let frame = try receive(within: 5000) {
      if frame == marker { return count }
      if frame == Self.frame(0x11) { count += 1 }
    }
    return count
  }
}
