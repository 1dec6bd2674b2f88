import CNetlink
import Glibc

/// A tap device that this process holds open; unless it is persistent it goes when this object does.
package final class Tap: Sendable {
  package let name: String
  private let descriptor: OwnedFileDescriptor

  /// Makes the tap in `namespace`, or in that of the calling thread; or takes over a persistent one that nobody holds
  /// open. Throws `EBUSY` if somebody does, and `ENAMETOOLONG` for more than 15 bytes.
  package init(
    _ name: String, isPersistent: Bool = false, in namespace: NetworkNamespace? = nil
  ) throws(NetlinkError) {
    self.name = name
    descriptor = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      let answer = open("/dev/net/tun", O_RDWR | O_CLOEXEC)
      guard answer >= 0 else { throw NetlinkError(code: errno, operation: "open /dev/net/tun", link: name) }
      return OwnedFileDescriptor(answer)
    }
    try Self.check(cnetlink_set_tap(descriptor.number, name), "create tap", name)
    if isPersistent { try setPersistent(true) }
  }

  /// Makes a persistent tap, or an ordinary one, an ordinary one that goes with this object.
  package func setPersistent(_ isPersistent: Bool) throws(NetlinkError) {
    try Self.check(cnetlink_set_persistent(descriptor.number, isPersistent ? 1 : 0), "make tap persistent", name)
  }

  /// Sends an Ethernet frame as the guest behind the tap would.
  package func send(_ frame: [UInt8]) throws(NetlinkError) {
    guard write(descriptor.number, frame, frame.count) == frame.count else {
      throw NetlinkError(code: errno, operation: "send a frame by", link: name)
    }
  }

  /// Takes the next frame that came for the guest, or waits for it; `nil` if none comes in time.
  package func receive(within milliseconds: Int32) throws(NetlinkError) -> [UInt8]? {
    var state = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    guard poll(&state, 1, milliseconds) >= 0 else {
      throw NetlinkError(code: errno, operation: "wait for a frame from", link: name)
    }
    if state.revents & Int16(POLLIN) == 0 { return nil }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(descriptor.number, &buffer, buffer.count)
    guard count >= 0 else { throw NetlinkError(code: errno, operation: "read a frame from", link: name) }
    return Array(buffer[..<count])
  }

  /// Deletes a persistent tap that nobody holds open.
  package static func delete(_ name: String, in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    try Tap(name, in: namespace).setPersistent(false)
  }

  private static func check(_ answer: Int32, _ operation: String, _ link: String) throws(NetlinkError) {
    if answer < 0 { throw NetlinkError(code: -answer, operation: operation, link: link) }
  }
}
