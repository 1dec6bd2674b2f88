import CNetlink
import Glibc

/// A TCP socket that listens in a network namespace, until its descriptor is given to somebody else.
///
/// It keeps the namespace alive for as long as it is open, with or without a name.
package struct ListeningSocket: ~Copyable, Sendable {
  private let descriptor: OwnedFileDescriptor

  /// Listens on an IPv4 address, which the namespace need not have yet.
  ///
  /// - Parameters:
  ///   - address: As a number in the machine's order: 10.0.0.1 is 0x0A000001.
  ///   - port: 0 lets the kernel choose.
  ///   - backlog: How many connections wait in the kernel for being accepted.
  /// - Throws: ``NetlinkError``, with `EADDRINUSE` if somebody listens there already.
  package init(
    address: UInt32, port: UInt16, backlog: Int32 = 128, in namespace: NetworkNamespace?
  ) throws(NetlinkError) {
    descriptor = try Self.open(address, port, backlog, in: namespace)
  }

  private static func open(
    _ address: UInt32, _ port: UInt16, _ backlog: Int32, in namespace: NetworkNamespace?
  ) throws(NetlinkError) -> OwnedFileDescriptor {
    let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let owned = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      let answer = socket(AF_INET, flags, 0)
      guard answer >= 0 else { throw NetlinkError(code: errno, operation: "open listening socket") }
      return OwnedFileDescriptor(answer)
    }
    try allow(owned.number, SOL_SOCKET, SO_REUSEADDR)
    // The DHCP agent gives its interface the address when it pleases.
    try allow(owned.number, Int32(IPPROTO_IP), IP_FREEBIND)
    try bind(owned.number, address, port)
    guard listen(owned.number, backlog) == 0 else { throw NetlinkError(code: errno, operation: "listen") }
    return owned
  }

  private static func allow(_ descriptor: Int32, _ level: Int32, _ option: Int32) throws(NetlinkError) {
    var isOn: Int32 = 1
    guard setsockopt(descriptor, level, option, &isOn, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
      throw NetlinkError(code: errno, operation: "set option of listening socket")
    }
  }

  private static func bind(_ descriptor: Int32, _ address: UInt32, _ port: UInt16) throws(NetlinkError) {
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = address.bigEndian
    place.sin_port = port.bigEndian
    let bound = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0 else { throw NetlinkError(code: errno, operation: "bind listening socket") }
  }

  /// A descriptor of the socket that the caller has to close; this one is closed with the value.
  package consuming func release() throws(NetlinkError) -> Int32 {
    let copy = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw NetlinkError(code: errno, operation: "hand over listening socket") }
    return copy
  }
}

extension NetworkNamespace {
  /// What tells namespaces apart, also those that have had the same name one after the other; it is used again only after
  /// the namespace has gone.
  package var identity: UInt64 {
    get throws(NetlinkError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else {
        throw NetlinkError(code: errno, operation: "look at network namespace")
      }
      return UInt64(status.st_ino)
    }
  }
}
