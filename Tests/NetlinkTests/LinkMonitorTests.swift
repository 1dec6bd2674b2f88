import Netlink
import Testing

@Suite("Link events")
struct LinkMonitorTests {
  let namespace: NetworkNamespace
  let socket: NetlinkSocket

  init() throws {
    namespace = try NetworkNamespace()
    socket = try NetlinkSocket(in: namespace)
  }

  @Test("a tap that is made, removed and made again is told with another index", .timeLimit(.minutes(1)))
  func tapRemade() async throws {
    let monitor = try LinkMonitor(in: namespace)
    var events = monitor.events.makeAsyncIterator()
    var indexes: [Int32] = []
    for _ in 0..<2 {
      do { _ = try Tap("tap1", in: namespace) }
      while let event = await events.next() {
        if case .changed(let link) = event, indexes.last != link.index { indexes.append(link.index) }
        if case .deleted(let link) = event {
          #expect(link.name == "tap1")
          break
        }
      }
    }
    #expect(indexes.count == 2)
  }

  @Test("a port that leaves its bridge is changed, not deleted", .timeLimit(.minutes(1)))
  func portLeaves() async throws {
    let bridge = try socket.createBridge("brq1")
    let tap = try Tap("tap1", in: namespace)
    let link = try #require(try socket.link(named: tap.name))
    try socket.change(link, LinkChange(isUp: true, master: bridge.index))
    let monitor = try LinkMonitor(in: namespace)
    try socket.change(link, LinkChange(master: 0))
    try socket.change(link, LinkChange(mtu: 1300))
    for await event in monitor.events {
      guard case .changed(let changed) = event else {
        Issue.record("unexpected \(event)")
        return
      }
      if changed.name == "tap1", changed.mtu == 1300 {
        #expect(changed.master == nil)
        return
      }
    }
  }

  @Test("the table that follows the events is the one that is listed", .timeLimit(.minutes(1)))
  func tableFollows() async throws {
    let monitor = try LinkMonitor(in: namespace)
    var table = LinkTable(try socket.links())
    let bridge = try socket.createBridge("brq1")
    let taps = try (0..<20).map { try Tap("tap\($0)", in: namespace) }
    for tap in taps {
      let link = try #require(try socket.link(named: tap.name))
      try socket.change(link, LinkChange(isUp: true, mtu: 1450, master: bridge.index))
    }
    try socket.delete(try #require(try socket.link(named: "tap7")))
    let last = try socket.createBridge("last")
    for await event in monitor.events {
      table.apply(event)
      if case .changed(let link) = event, link.index == last.index { break }
    }
    #expect(table == LinkTable(try socket.links()))
    #expect(table["tap7"] == nil)
    #expect(table.ports(of: bridge.index).count == 19)
  }

  @Test("who does not take the events is told that some were lost, last", .timeLimit(.minutes(1)))
  func overrun() async throws {
    let monitor = try LinkMonitor(capacity: 4, in: namespace)
    for index in 0..<20 { _ = try socket.createBridge("brq\(index)") }
    for await event in monitor.events where event == .overrun { return }
    Issue.record("the events ended without an overrun")
  }

  @Test("a burst of 1500 taps is told completely", .timeLimit(.minutes(1)))
  func burst() async throws {
    let monitor = try LinkMonitor(in: namespace)
    let taps = try (0..<1500).map { try Tap("tap\($0)", isPersistent: true, in: namespace) }
    var seen: Set<String> = []
    for await event in monitor.events {
      #expect(event != .overrun)
      if case .changed(let link) = event { seen.insert(link.name) }
      if seen.count == taps.count { break }
    }
  }
}
