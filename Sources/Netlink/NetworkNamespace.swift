import CNetlink
import Glibc

/// A network namespace without a name, which the kernel takes down with all its links when nothing uses it any more: at
/// the latest when the process ends, however it ends.
///
/// Sockets, monitors and taps are opened in one with the parameter `in` of their `init`.
package final class NetworkNamespace: Sendable {
  private let owned: OwnedFileDescriptor

  /// Makes a new namespace; its only link is a loopback that is down.
  package init() throws(NetlinkError) {
    let home = try Self.current()
    let answer = cnetlink_new_namespace()
    guard answer >= 0 else { throw NetlinkError(code: -answer, operation: "make network namespace") }
    defer { Self.goBack(to: home) }
    owned = try Self.current()
  }

  /// Takes over what stands for a namespace.
  init(_ owned: consuming OwnedFileDescriptor) {
    self.owned = owned
  }

  var descriptor: Int32 { owned.number }

  /// A file that other processes can enter the namespace by, as in `nsenter --net=PATH ping 10.0.0.1`.
  package var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

  /// Runs `body` with the calling thread inside `namespace`, if there is one. A thread that is started meanwhile would
  /// stay inside for ever, so `body` makes system calls and nothing else.
  package static func inside<T: ~Copyable>(
    _ namespace: NetworkNamespace?, _ body: () throws(NetlinkError) -> T
  ) throws(NetlinkError) -> T {
    guard let namespace else { return try body() }
    let home = try current()
    let answer = cnetlink_enter_namespace(namespace.descriptor)
    guard answer >= 0 else { throw NetlinkError(code: -answer, operation: "enter network namespace") }
    defer { goBack(to: home) }
    return try body()
  }

  private static func current() throws(NetlinkError) -> OwnedFileDescriptor {
    let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw NetlinkError(code: errno, operation: "open network namespace") }
    return OwnedFileDescriptor(descriptor)
  }

  private static func goBack(to home: borrowing OwnedFileDescriptor) {
    // The thread is the pool's: whatever ran on it next would be in the wrong namespace.
    precondition(cnetlink_enter_namespace(home.number) == 0, "a thread must come back to its network namespace")
  }
}
