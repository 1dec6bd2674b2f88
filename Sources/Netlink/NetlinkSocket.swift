import CNetlink
import Glibc
import Synchronization

/// A socket to the kernel's rtnetlink for requests: one at a time, each answered before the next is sent.
///
/// A request takes 10-200 us, so waiting for it under a
/// lock is fair to the cooperative pool. Only ``delete(_:)`` takes long (20-40 ms on an ordinary kernel): call that from a
/// thread of your own, or use ``LinkRemover``.
package final class NetlinkSocket: Sendable {
  fileprivate struct State: ~Copyable {
    let descriptor: OwnedFileDescriptor
    var sequence: UInt32 = 0
    var buffer: [UInt8]
  }

  private let state: Mutex<State>

  /// Opens a socket in `namespace`, or in that of the calling thread.
  package convenience init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    try self.init(
      NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
        try OwnedFileDescriptor(answer: cnetlink_open(0), operation: "open rtnetlink socket")
      })
  }

  /// Opens a socket to netfilter's subsystems instead, for ``ConntrackTable`` and ``FilterTables``.
  convenience init(netfilterIn namespace: NetworkNamespace?) throws(NetlinkError) {
    try self.init(
      NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
        try OwnedFileDescriptor(answer: cnetlink_open_netfilter(), operation: "open netfilter socket")
      })
  }

  private init(_ descriptor: consuming OwnedFileDescriptor) throws(NetlinkError) {
    // The extended acknowledgement carries the kernel's own words; strict checking makes it obey the filters of a dump.
    try descriptor.set(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    try descriptor.set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
    // Nothing on this socket takes seconds. If the kernel is stuck nevertheless, the caller hears EAGAIN.
    try descriptor.set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    state = Mutex(State(descriptor: descriptor, buffer: Array(repeating: 0, count: 64 << 10)))
  }

  /// Sends a request and returns the kernel's answers to it; `operation` and `link` go into the error.
  func request(_ message: Message, operation: String, link: String? = nil) throws(NetlinkError) -> [Answer] {
    try state.withLock { (state) throws(NetlinkError) in
      // A dump that a change interrupted may lack a link that was there all the time.
      for _ in 0..<5 {
        if let answers = try state.exchange(message, operation: operation, link: link) { return answers }
      }
      throw NetlinkError(code: EINTR, operation: operation, link: link, detail: "the table changes too fast to be read")
    }
  }
}

extension NetlinkSocket.State {
  /// `nil` if the answer was a dump that the kernel calls inconsistent.
  fileprivate mutating func exchange(
    _ message: Message, operation: String, link: String?
  ) throws(NetlinkError) -> [Answer]? {
    sequence &+= 1
    var message = message
    message.seal(sequence: sequence)
    guard send(descriptor.number, message.bytes, message.bytes.count, 0) == message.bytes.count else {
      throw NetlinkError(code: errno, operation: operation, link: link)
    }
    var answers: [Answer] = []
    var isConsistent = true
    while true {
      for answer in try receive(operation: operation, link: link) where answer.sequence == sequence {
        if answer.flags & Int(NLM_F_DUMP_INTR) != 0 { isConsistent = false }
        switch answer.type {
        case Int(NLMSG_ERROR), Int(NLMSG_DONE):
          let code = answer.payload.value(Int32.self) ?? 0
          guard code == 0 else {
            throw NetlinkError(code: -code, operation: operation, link: link, detail: answer.extendedText)
          }
          return isConsistent ? answers : nil
        default: answers.append(answer)
        }
      }
    }
  }

  private mutating func receive(operation: String, link: String?) throws(NetlinkError) -> [Answer] {
    while true {
      let count = recv(descriptor.number, &buffer, buffer.count, 0)
      if count >= 0 { return Answer.all(in: Array(buffer[..<count])) }
      let code = errno
      guard code == EINTR else { throw NetlinkError(code: code, operation: operation, link: link) }
    }
  }
}

extension Answer {
  /// The text of the extended acknowledgement, if the kernel gave one.
  fileprivate var extendedText: String? {
    guard flags & Int(NLM_F_ACK_TLVS) != 0, let refused = payload.dropFirst(4).value(nlmsghdr.self) else { return nil }
    // The refused message is repeated in full unless the kernel says that it was cut off after the header.
    let isCapped = flags & Int(NLM_F_CAPPED) != 0
    return attributes(after: 4 + (isCapped ? MemoryLayout<nlmsghdr>.size : Int(refused.nlmsg_len)))
      .text(Int(NLMSGERR_ATTR_MSG.rawValue))
  }
}

extension OwnedFileDescriptor {
  func set<T: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: T) throws(NetlinkError) {
    var value = value
    guard setsockopt(number, level, option, &value, socklen_t(MemoryLayout<T>.size)) == 0 else {
      throw NetlinkError(code: errno, operation: "set option \(option) of rtnetlink socket")
    }
  }
}
