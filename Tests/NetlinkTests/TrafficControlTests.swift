import Netlink
import Testing

@Suite("Token bucket filters")
struct TrafficControlTests {
  let namespace: NetworkNamespace
  let socket: NetlinkSocket
  let tap: Tap

  init() throws {
    namespace = try NetworkNamespace()
    socket = try NetlinkSocket(in: namespace)
    tap = try Tap("tap1", in: namespace)
  }

  private var link: Link {
    get throws { try #require(try socket.link(named: "tap1")) }
  }

  @Test(
    "the kernel says of a filter what it was made with",
    arguments: [
      TokenBucket(rate: 125_000, burst: 100_000, limit: 106_250), TokenBucket(rate: 125, burst: 1518, limit: 1519),
      TokenBucket(rate: 12_500_000, burst: 1518, limit: 10_000), TokenBucket(rate: 125, burst: 30_000, limit: 40_000),
      TokenBucket(rate: 1_250_000_000, burst: 1_000_000_000, limit: 2_000_000_000),
      TokenBucket(rate: 268_435_455_875, burst: 4_000_000_000, limit: 4_294_967_295),
    ])
  func roundTrip(bucket: TokenBucket) throws {
    try socket.setTokenBucket(bucket, on: link)
    let found = try #require(try socket.rootQueue(of: link))
    #expect(found.kind == "tbf" && found.drops == 0)
    let read = try #require(found.tokenBucket)
    #expect(read.isSame(as: bucket), "\(read)")
  }

  @Test("a filter is changed in its place, and gives way to the kernel's own discipline")
  func changeAndRemoval() throws {
    try socket.change(link, LinkChange(isUp: true))
    let before = try socket.rootQueue(of: link)
    #expect(before?.tokenBucket == nil)
    let first = TokenBucket(rate: 125_000, burst: 100_000, limit: 106_250)
    try socket.setTokenBucket(first, on: link)
    var second = first
    second.rate = 250_000
    try socket.setTokenBucket(second, on: link)
    let found = try #require(try socket.rootQueue(of: link)?.tokenBucket)
    #expect(found.isSame(as: second) && !found.isSame(as: first))
    try socket.removeRootQueue(of: link)
    #expect(try socket.rootQueue(of: link) == before)
    let again = #expect(throws: NetlinkError.self) { try socket.removeRootQueue(of: link) }
    #expect(again?.isUnknownQueueKind == true)
  }

  @Test("the queue of a link that has gone cannot be asked for")
  func goneLink() throws {
    let link = try link
    try socket.delete(link)
    let error = #expect(throws: NetlinkError.self) { _ = try socket.rootQueue(of: link) }
    #expect(error?.isMissingLink == true)
  }
}
