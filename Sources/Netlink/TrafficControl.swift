import CNetlink
import Glibc

/// What a token bucket filter lets through (`tbf` of the kernel's `net/sched/sch_tbf.c`): `rate` for long, `burst` at once.
package struct TokenBucket: Hashable, Sendable {
  /// Bytes a second; at least 1.
  package var rate: Int
  /// Bytes; what is more than 274 seconds of the rate the kernel keeps, and tells wrongly.
  package var burst: Int
  /// Bytes that may wait, those of the burst included; of more, what comes is dropped.
  package var limit: Int

  package init(rate: Int, burst: Int, limit: Int) {
    self.rate = rate
    self.burst = burst
    self.limit = limit
  }

  /// Whether the kernel, which keeps the burst as a time in steps of 64 ns, has what was asked for.
  package func isSame(as wanted: TokenBucket) -> Bool {
    let step = wanted.rate / 5_000_000 + wanted.burst / 10_000 + 2
    return rate == wanted.rate && limit == wanted.limit && abs(burst - wanted.burst) <= step
  }
}

/// The discipline by which packets leave a link.
package struct RootQueue: Hashable, Sendable {
  /// `tbf`, `pfifo_fast`, `noqueue`, ...
  package var kind: String
  /// What one of kind `tbf` lets through.
  package var tokenBucket: TokenBucket?
  /// Packets that were dropped since it is there.
  package var drops: Int

  package init(kind: String, tokenBucket: TokenBucket? = nil, drops: Int = 0) {
    self.kind = kind
    self.tokenBucket = tokenBucket
    self.drops = drops
  }
}

extension NetlinkSocket {
  /// The link's queueing discipline; `nil` for one that has only what the kernel gives to all that have nothing, or on a
  /// kernel without traffic control. Throws `ENODEV` if the link has gone.
  package func rootQueue(of link: Link) throws(NetlinkError) -> RootQueue? {
    // The kernel tells its listeners of what was asked, and the one who asked only with this flag.
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO
    let message = Message(type: Int(RTM_GETQDISC), flags: flags, body: root(of: link))
    do {
      return try request(message, operation: "look up queueing discipline", link: link.name).lazy
        .compactMap { RootQueue($0) }.first
    } catch let error where error.code == ENOENT || error.code == EOPNOTSUPP {
      return nil
    }
  }

  /// Puts a token bucket filter on the link in the place of what it has; one that is there already is changed without
  /// losing a packet. Throws `ENOENT` on a kernel without it, see ``NetlinkError/isUnknownQueueKind``.
  package func setTokenBucket(_ bucket: TokenBucket, on link: Link) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    var message = Message(type: Int(RTM_NEWQDISC), flags: flags, body: root(of: link))
    message.attribute(Int(TCA_KIND), text: TokenBucket.kind)
    message.nest(Int(TCA_OPTIONS)) { bucket.encode(into: &$0) }
    _ = try request(message, operation: "set token bucket filter", link: link.name)
  }

  /// Gives the link the kernel's own discipline again. Throws `ENOENT` if it has no other.
  package func removeRootQueue(of link: Link) throws(NetlinkError) {
    let message = Message(type: Int(RTM_DELQDISC), flags: NLM_F_REQUEST | NLM_F_ACK, body: root(of: link))
    _ = try request(message, operation: "remove queueing discipline", link: link.name)
  }

  private func root(of link: Link) -> tcmsg {
    var header = tcmsg()
    header.tcm_family = UInt8(AF_UNSPEC)
    header.tcm_ifindex = link.index
    header.tcm_parent = TokenBucket.root
    return header
  }
}

extension NetlinkError {
  /// Whether the kernel does not have the queueing discipline that was asked for (`ENOENT`), or none at all
  /// (`EOPNOTSUPP`).
  package var isUnknownQueueKind: Bool { code == ENOENT || code == EOPNOTSUPP }
}

extension TokenBucket {
  package static let kind = "tbf"
  /// `TC_H_ROOT`, whose cast Swift does not import.
  fileprivate static let root: UInt32 = 0xFFFF_FFFF

  fileprivate func encode(into options: inout Message) {
    var parameters = tc_tbf_qopt()
    // With the link layer named, the kernel computes what a packet takes and wants no table of it.
    parameters.rate.linklayer = UInt8(TC_LINKLAYER_ETHERNET.rawValue)
    parameters.rate.rate = UInt32(clamping: rate)
    parameters.limit = UInt32(clamping: limit)
    options.nest(Int(TCA_TBF_PARMS)) { $0.append(parameters) }
    options.attribute(Int(TCA_TBF_BURST), UInt32(clamping: burst))
    if rate > Int(UInt32.max) { options.attribute(Int(TCA_TBF_RATE64), UInt64(rate)) }
  }

  fileprivate init?(_ options: Attributes) {
    guard let parameters = options.bytes(Int(TCA_TBF_PARMS))?.value(tc_tbf_qopt.self) else { return nil }
    let rate = options.integer(Int(TCA_TBF_RATE64), as: UInt64.self).map { Int(clamping: $0) }
    self.rate = rate ?? Int(parameters.rate.rate)
    limit = Int(parameters.limit)
    // The kernel's ticks are 64 ns (`PSCHED_SHIFT`), and the burst is what they take at this rate.
    let (bytes, isTooMuch) = self.rate.multipliedReportingOverflow(by: Int(parameters.buffer) * 64)
    burst = isTooMuch ? Int.max : (bytes + 999_999_999) / 1_000_000_000
  }
}

extension RootQueue {
  fileprivate init?(_ answer: Answer) {
    guard answer.type == Int(RTM_NEWQDISC) else { return nil }
    let attributes = answer.attributes(after: MemoryLayout<tcmsg>.size)
    guard let kind = attributes.text(Int(TCA_KIND)) else { return nil }
    self.kind = kind
    if kind == TokenBucket.kind { tokenBucket = attributes.nested(Int(TCA_OPTIONS)).flatMap { TokenBucket($0) } }
    let statistics = attributes.nested(Int(TCA_STATS2))?.bytes(Int(TCA_STATS_QUEUE))?.value(gnet_stats_queue.self)
    drops = Int(statistics?.drops ?? 0)
  }
}
