import CNetlink
import Glibc

// A VXLAN link without a multicast group sends what it knows no destination for to every remote of its all-zero
// forwarding entries: `bridge fdb append 00:00:00:00:00:00 dev vxlan-N dst REMOTE`.

extension NetlinkSocket {
  /// The remotes that a VXLAN link floods to, as numbers, first octet highest.
  package func floodingRemotes(of link: Link) throws(NetlinkError) -> [UInt32] {
    var header = ndmsg()
    header.ndm_family = UInt8(AF_BRIDGE)
    header.ndm_ifindex = link.index
    let message = Message(type: Int(RTM_GETNEIGH), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
    return try request(message, operation: "list forwarding entries", link: link.name).compactMap { answer in
      guard let header = answer.payload.value(ndmsg.self), header.ndm_ifindex == link.index else { return nil }
      let attributes = answer.attributes(after: MemoryLayout<ndmsg>.size)
      guard attributes.bytes(Int(NDA_LLADDR))?.allSatisfy({ $0 == 0 }) == true else { return nil }
      return attributes.integer(Int(NDA_DST), as: UInt32.self).map(UInt32.init(bigEndian:))
    }
  }

  /// Lets a VXLAN link flood to one more remote. Nothing happens if it does already.
  package func addFloodingRemote(_ remote: UInt32, to link: Link) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND
    _ = try request(
      floodingEntry(RTM_NEWNEIGH, flags: flags, remote, link), operation: "add flooding entry", link: link.name)
  }

  /// Takes a remote out of those that a VXLAN link floods to. Throws `ENOENT` if it is not among them.
  package func removeFloodingRemote(_ remote: UInt32, from link: Link) throws(NetlinkError) {
    _ = try request(
      floodingEntry(RTM_DELNEIGH, flags: NLM_F_REQUEST | NLM_F_ACK, remote, link), operation: "delete flooding entry",
      link: link.name)
  }

  private func floodingEntry(_ type: some BinaryInteger, flags: Int32, _ remote: UInt32, _ link: Link) -> Message {
    var header = ndmsg()
    header.ndm_family = UInt8(AF_BRIDGE)
    header.ndm_ifindex = link.index
    header.ndm_state = UInt16(NUD_PERMANENT | NUD_NOARP)
    header.ndm_flags = UInt8(NTF_SELF)
    var message = Message(type: Int(type), flags: flags, body: header)
    message.attribute(Int(NDA_LLADDR), bytes: Array(repeating: 0, count: 6))
    message.attribute(Int(NDA_DST), remote.bigEndian)
    return message
  }
}
