import CNetlink
import Glibc

/// An entry of a VXLAN link's forwarding table, as `bridge fdb show dev vxlan-N` lists them.
package struct ForwardingEntry: Hashable, Sendable {
  /// The Ethernet address in the low 48 bits. Zero is for everything that no other entry is about: the link sends it to
  /// every remote of its all-zero entries.
  package var mac: UInt64
  /// The other end of the tunnel, first octet highest.
  package var remote: UInt32
  /// Whether somebody put the entry there, so that the link neither forgets it nor learns over it.
  package var isPermanent: Bool

  package init(mac: UInt64, remote: UInt32, isPermanent: Bool = true) {
    (self.mac, self.remote, self.isPermanent) = (mac, remote, isPermanent)
  }
}

extension NetlinkSocket {
  /// The entries of a VXLAN link's own table that name a remote.
  package func forwardingEntries(of link: Link) throws(NetlinkError) -> [ForwardingEntry] {
    var header = ndmsg()
    header.ndm_family = UInt8(AF_BRIDGE)
    header.ndm_ifindex = link.index
    let message = Message(type: Int(RTM_GETNEIGH), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
    return try request(message, operation: "list forwarding entries", link: link.name).compactMap { answer in
      guard let header = answer.payload.value(ndmsg.self), header.ndm_ifindex == link.index else { return nil }
      let attributes = answer.attributes(after: MemoryLayout<ndmsg>.size)
      guard let mac = attributes.bytes(Int(NDA_LLADDR)), mac.count == 6,
        let remote = attributes.integer(Int(NDA_DST), as: UInt32.self)
      else { return nil }
      return ForwardingEntry(
        mac: mac.reduce(0) { $0 << 8 | UInt64($1) }, remote: UInt32(bigEndian: remote),
        isPermanent: Int32(header.ndm_state) & (NUD_PERMANENT | NUD_NOARP) != 0)
    }
  }

  /// The remotes that a VXLAN link floods to, as numbers, first octet highest.
  package func floodingRemotes(of link: Link) throws(NetlinkError) -> [UInt32] {
    try forwardingEntries(of: link).filter { $0.mac == 0 }.map(\.remote)
  }

  /// Sends frames for one Ethernet address to one remote, whatever was known or learned of the address before.
  package func set(_ entry: ForwardingEntry, on link: Link) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    _ = try request(
      message(RTM_NEWNEIGH, flags: flags, entry, link), operation: "set forwarding entry", link: link.name)
  }

  /// Takes an entry away. Throws `ENOENT` if it is not there.
  package func remove(_ entry: ForwardingEntry, from link: Link) throws(NetlinkError) {
    _ = try request(
      message(RTM_DELNEIGH, flags: NLM_F_REQUEST | NLM_F_ACK, entry, link), operation: "delete forwarding entry",
      link: link.name)
  }

  /// Lets a VXLAN link flood to one more remote. Nothing happens if it does already.
  package func addFloodingRemote(_ remote: UInt32, to link: Link) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND
    let entry = ForwardingEntry(mac: 0, remote: remote)
    _ = try request(
      message(RTM_NEWNEIGH, flags: flags, entry, link), operation: "add flooding entry", link: link.name)
  }

  /// Takes a remote out of those that a VXLAN link floods to. Throws `ENOENT` if it is not among them.
  package func removeFloodingRemote(_ remote: UInt32, from link: Link) throws(NetlinkError) {
    try remove(ForwardingEntry(mac: 0, remote: remote), from: link)
  }

  private func message(
    _ type: some BinaryInteger, flags: Int32, _ entry: ForwardingEntry, _ link: Link
  ) -> Message {
    var header = ndmsg()
    header.ndm_family = UInt8(AF_BRIDGE)
    header.ndm_ifindex = link.index
    header.ndm_state = UInt16(NUD_PERMANENT | NUD_NOARP)
    header.ndm_flags = UInt8(NTF_SELF)
    var message = Message(type: Int(type), flags: flags, body: header)
    message.attribute(Int(NDA_LLADDR), bytes: hardwareAddress(entry.mac))
    message.attribute(Int(NDA_DST), entry.remote.bigEndian)
    return message
  }
}

/// The six octets of an Ethernet address, in the order of the wire.
func hardwareAddress(_ mac: UInt64) -> [UInt8] {
  (0..<6).map { UInt8(truncatingIfNeeded: mac >> (40 - 8 * $0)) }
}
