import CNetlink
import Dispatch
import Glibc

/// What the kernel tells about links without being asked.
package enum LinkEvent: Hashable, Sendable {
  /// A link was made, or something of it changed; this is all of it as it is now.
  case changed(Link)
  /// A link has gone; this is what it was.
  case deleted(Link)
  /// Events were lost: list all links and compare.
  case overrun
}

/// Listens to rtnetlink's group `RTMGRP_LINK`.
///
/// Events that arrive while nobody takes them are kept, the kernel's in 8 MiB and ours up to ``capacity``; if either is not
/// enough, ``LinkEvent/overrun`` says so. The socket is closed when the monitor goes, which ends ``events``.
package final class LinkMonitor: Sendable {
  /// How many events wait at most for a slow reader; a burst of 4000 new taps causes about three for each.
  package static let capacity = 16384

  /// The events, for one reader.
  package let events: AsyncStream<LinkEvent>
  /// Only `cancel` is called on it, which Dispatch allows from any thread.
  nonisolated(unsafe) private let source: any DispatchSourceRead

  /// Listens in `namespace`, or in that of the calling thread, and keeps at most `capacity` events for the reader.
  package init(capacity: Int = LinkMonitor.capacity, in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    let descriptor = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      try OwnedFileDescriptor(answer: cnetlink_open(UInt32(RTMGRP_LINK)), operation: "listen to link events")
    }
    // Above the system's limit for ordinary sockets, which is what FORCE (and CAP_NET_ADMIN) is for: with the default,
    // some 92 events fit.
    try descriptor.set(SOL_SOCKET, SO_RCVBUFFORCE, Int32(8 << 20))
    let (events, continuation) = AsyncStream.makeStream(
      of: LinkEvent.self, bufferingPolicy: .bufferingNewest(capacity))
    self.events = events
    let queue = DispatchQueue(label: "plugboard.link-monitor", qos: .userInteractive)
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: queue)
    let reader = LinkEventReader(descriptor, continuation)
    source.setEventHandler { reader.drain() }
    // The handlers hold the reader, and with it the descriptor, until the source has let go of it.
    source.setCancelHandler { reader.finish() }
    source.resume()
  }

  deinit {
    source.cancel()
  }
}

/// The work of a monitor's queue. The queue is serial, so nothing here needs a lock.
private final class LinkEventReader: Sendable {
  private let descriptor: OwnedFileDescriptor
  private let continuation: AsyncStream<LinkEvent>.Continuation

  init(_ descriptor: consuming OwnedFileDescriptor, _ continuation: AsyncStream<LinkEvent>.Continuation) {
    self.descriptor = descriptor
    self.continuation = continuation
  }

  /// Takes everything that is there.
  func drain() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count >= 0 {
        for answer in Answer.all(in: Array(buffer[..<count])) { tell(answer) }
        continue
      }
      let code = errno
      if code == EINTR { continue }
      // EAGAIN means that all was taken. ENOBUFS comes once after events were lost; whatever else goes wrong with the
      // socket, the reader finds out by listing.
      if code == EAGAIN { return }
      yield(.overrun)
      if code != ENOBUFS { return }
    }
  }

  func finish() {
    continuation.finish()
  }

  private func tell(_ answer: Answer) {
    guard let link = Link(answer) else { return }
    if answer.type == Int(RTM_NEWLINK) { yield(.changed(link)) }
    if answer.type == Int(RTM_DELLINK) { yield(.deleted(link)) }
  }

  private func yield(_ event: LinkEvent) {
    // The oldest event is the one that gives way, so an overrun that is told now is heard after what is left.
    if case .dropped = continuation.yield(event) { continuation.yield(.overrun) }
  }
}
