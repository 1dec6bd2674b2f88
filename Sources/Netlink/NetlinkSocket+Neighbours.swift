import CNetlink
import Glibc

/// Who has an IP address on a link, as `ip neigh` shows it.
package struct Neighbour: Hashable, Sendable {
  /// The IP address in the order of the wire: 4 octets, or 16.
  package var address: [UInt8]
  /// The Ethernet address in the low 48 bits.
  package var mac: UInt64

  package init(address: [UInt8], mac: UInt64) {
    (self.address, self.mac) = (address, mac)
  }
}

extension NetlinkSocket {
  /// The permanent neighbours on a link, of both versions: those that somebody has put there.
  package func permanentNeighbours(on link: Link) throws(NetlinkError) -> [Neighbour] {
    var header = ndmsg()
    header.ndm_family = UInt8(AF_UNSPEC)
    var message = Message(type: Int(RTM_GETNEIGH), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
    message.attribute(Int(NDA_IFINDEX), UInt32(bitPattern: link.index))
    return try request(message, operation: "list neighbours", link: link.name).compactMap { answer in
      guard let header = answer.payload.value(ndmsg.self), header.ndm_ifindex == link.index,
        header.ndm_family == UInt8(AF_INET) || header.ndm_family == UInt8(AF_INET6),
        Int32(header.ndm_state) & NUD_PERMANENT != 0
      else { return nil }
      let attributes = answer.attributes(after: MemoryLayout<ndmsg>.size)
      guard let address = attributes.bytes(Int(NDA_DST)), let mac = attributes.bytes(Int(NDA_LLADDR)), mac.count == 6
      else { return nil }
      return Neighbour(address: Array(address), mac: mac.reduce(0) { $0 << 8 | UInt64($1) })
    }
  }

  /// Puts a permanent neighbour there, or gives the one with this IP address another Ethernet address.
  package func set(_ neighbour: Neighbour, on link: Link) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    _ = try request(message(RTM_NEWNEIGH, flags: flags, neighbour, link), operation: "set neighbour", link: link.name)
  }

  /// Takes the neighbour with this IP address away. Throws `ENOENT` if there is none.
  package func remove(_ neighbour: Neighbour, from link: Link) throws(NetlinkError) {
    _ = try request(
      message(RTM_DELNEIGH, flags: NLM_F_REQUEST | NLM_F_ACK, neighbour, link), operation: "delete neighbour",
      link: link.name)
  }

  private func message(
    _ type: some BinaryInteger, flags: Int32, _ neighbour: Neighbour, _ link: Link
  ) -> Message {
    var header = ndmsg()
    header.ndm_family = UInt8(neighbour.address.count == 4 ? AF_INET : AF_INET6)
    header.ndm_ifindex = link.index
    header.ndm_state = UInt16(NUD_PERMANENT)
    var message = Message(type: Int(type), flags: flags, body: header)
    message.attribute(Int(NDA_DST), bytes: neighbour.address)
    message.attribute(Int(NDA_LLADDR), bytes: hardwareAddress(neighbour.mac))
    return message
  }
}
