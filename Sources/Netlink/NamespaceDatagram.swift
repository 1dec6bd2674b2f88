import CNetlink
import Glibc

extension NetworkNamespace {
  /// Sends one UDP datagram from inside the namespace by an interface; `address` is in the order of the wire, 4 octets or
  /// 16. An address of the interface itself is reached, too, and it looks there as if it had come by the interface.
  package func send(
    _ bytes: [UInt8], to address: [UInt8], port: UInt16, by interface: String
  ) throws(NetlinkError) {
    let answer = try Self.inside(self) { () throws(NetlinkError) in
      cnetlink_send_datagram(interface, address, Int32(address.count), Int32(port), bytes, Int32(bytes.count))
    }
    guard answer >= 0 else { throw NetlinkError(code: -answer, operation: "send datagram by", link: interface) }
  }

  /// Has the kernel fill in the checksums of what an interface inside sends. A veth leaves them to whoever sends the packet
  /// on, and a guest's DHCP client, which reads packets before its kernel does, would take them for broken.
  package func fillChecksums(of interface: String) throws(NetlinkError) {
    let answer = try Self.inside(self) { () throws(NetlinkError) in cnetlink_fill_checksums(interface) }
    guard answer >= 0 else { throw NetlinkError(code: -answer, operation: "fill checksums of", link: interface) }
  }
}
