import CNetlink
import Glibc

/// What is to be made of a link; `nil` leaves a thing as it is. All of it is one request, so nobody sees half of it.
package struct LinkChange: Hashable, Sendable {
  package var isUp: Bool?
  package var mtu: Int?
  /// The index of the bridge to put it into; 0 takes it out of the one it is in.
  package var master: Int32?
  /// The Ethernet address in the low 48 bits, first octet highest.
  package var mac: UInt64?
  /// `false` keeps the kernel from giving the link an IPv6 link-local address when it comes up, so that guests cannot
  /// reach the host over their bridge.
  package var hasLinkLocalAddress: Bool?
  /// A note for people, shown by `ip link`. Who listens to link events hears of it even if it is the same as before.
  package var alias: String?

  package init(
    isUp: Bool? = nil, mtu: Int? = nil, master: Int32? = nil, mac: UInt64? = nil, hasLinkLocalAddress: Bool? = nil,
    alias: String? = nil
  ) {
    self.isUp = isUp
    self.mtu = mtu
    self.master = master
    self.mac = mac
    self.hasLinkLocalAddress = hasLinkLocalAddress
    self.alias = alias
  }

  package var isEmpty: Bool { self == LinkChange() }
}

extension NetlinkSocket {
  /// All links of the namespace.
  package func links() throws(NetlinkError) -> [Link] {
    let message = Message(type: Int(RTM_GETLINK), flags: NLM_F_REQUEST | NLM_F_DUMP, body: ifinfomsg())
    return try request(message, operation: "list links").compactMap(Link.init)
  }

  /// The link of that name; `nil` if there is none.
  package func link(named name: String) throws(NetlinkError) -> Link? {
    var message = Message(type: Int(RTM_GETLINK), flags: NLM_F_REQUEST | NLM_F_ACK, body: ifinfomsg())
    message.attribute(Int(IFLA_IFNAME), text: name)
    do {
      return try request(message, operation: "look up link", link: name).lazy.compactMap(Link.init).first
    } catch let error where error.code == ENODEV {
      return nil
    }
  }

  /// Makes a bridge as upstream does: no spanning tree, no forward delay. It is down, and has no ports. Throws `EEXIST` if
  /// the name is taken.
  package func createBridge(_ name: String, mtu: Int? = nil) throws(NetlinkError) -> Link {
    try create(name, kind: "bridge", change: LinkChange(mtu: mtu)) { data in
      data.attribute(Int(IFLA_BR_FORWARD_DELAY), UInt32(0))
      data.attribute(Int(IFLA_BR_STP_STATE), UInt32(0))
    }
  }

  /// Makes a VXLAN link, which is down. Throws `EEXIST` if the name, or the same VNI in the same port and group, is taken.
  package func createVXLAN(_ name: String, _ vxlan: VXLAN, mtu: Int? = nil) throws(NetlinkError) -> Link {
    try create(name, kind: "vxlan", change: LinkChange(mtu: mtu)) { vxlan.encode(into: &$0) }
  }

  /// Makes an 802.1Q subinterface, which is down. Throws `EEXIST` if the name, or the VLAN on that parent, is taken, and
  /// `EOPNOTSUPP` on a kernel without 802.1Q.
  package func createVLAN(_ name: String, _ vlan: VLAN, mtu: Int? = nil) throws(NetlinkError) -> Link {
    try create(name, kind: "vlan", change: LinkChange(mtu: mtu), parent: vlan.parent) { data in
      data.attribute(Int(IFLA_VLAN_ID), vlan.identifier)
    }
  }

  /// Makes two links that are the ends of one cable, the second one in another namespace if one is given.
  package func createVeth(
    _ name: String, peer: String, in namespace: NetworkNamespace? = nil
  ) throws(NetlinkError) -> Link {
    try create(name, kind: "veth", change: LinkChange()) { data in
      data.nest(Int(VETH_INFO_PEER)) { end in
        end.append(ifinfomsg())
        end.attribute(Int(IFLA_IFNAME), text: peer)
        if let namespace { end.attribute(Int(IFLA_NET_NS_FD), UInt32(bitPattern: namespace.descriptor)) }
      }
    }
  }

  private func create(
    _ name: String, kind: String, change: LinkChange, parent: Int32? = nil, data: (inout Message) -> Void
  ) throws(NetlinkError) -> Link {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
    var message = Message(type: Int(RTM_NEWLINK), flags: flags, body: change.header(index: 0))
    message.attribute(Int(IFLA_IFNAME), text: name)
    change.encode(into: &message)
    if let parent { message.attribute(Int(IFLA_LINK), parent) }
    message.nest(Int(IFLA_LINKINFO)) { information in
      information.attribute(Int(IFLA_INFO_KIND), text: kind)
      information.nest(Int(IFLA_INFO_DATA), data)
    }
    _ = try request(message, operation: "create \(kind)", link: name)
    guard let link = try link(named: name) else {
      throw NetlinkError(code: ENODEV, operation: "create \(kind)", link: name, detail: "it vanished at once")
    }
    return link
  }

  /// Changes a link, found by its index. Throws `ENODEV` if it has gone.
  package func change(_ link: Link, _ change: LinkChange) throws(NetlinkError) {
    guard !change.isEmpty else { return }
    var message = Message(
      type: Int(RTM_NEWLINK), flags: NLM_F_REQUEST | NLM_F_ACK, body: change.header(index: link.index))
    change.encode(into: &message)
    _ = try request(message, operation: "change link", link: link.name)
  }

  /// Deletes a link, found by its index; the kernel takes tens of milliseconds for it. Throws `ENODEV` if it has gone.
  package func delete(_ link: Link) throws(NetlinkError) {
    var header = ifinfomsg()
    header.ifi_index = link.index
    let message = Message(type: Int(RTM_DELLINK), flags: NLM_F_REQUEST | NLM_F_ACK, body: header)
    _ = try request(message, operation: "delete link", link: link.name)
  }
}

extension LinkChange {
  fileprivate func header(index: Int32) -> ifinfomsg {
    var header = ifinfomsg()
    header.ifi_index = index
    if let isUp {
      header.ifi_change = UInt32(IFF_UP)
      header.ifi_flags = isUp ? UInt32(IFF_UP) : 0
    }
    return header
  }

  fileprivate func encode(into message: inout Message) {
    if let alias { message.attribute(Int(IFLA_IFALIAS), bytes: Array(alias.utf8)) }
    if let mtu { message.attribute(Int(IFLA_MTU), UInt32(mtu)) }
    if let master { message.attribute(Int(IFLA_MASTER), master) }
    if let mac {
      message.attribute(Int(IFLA_ADDRESS), bytes: (0..<6).map { UInt8(truncatingIfNeeded: mac >> (40 - 8 * $0)) })
    }
    if let hasLinkLocalAddress {
      message.nest(Int(IFLA_AF_SPEC)) { families in
        families.nest(Int(AF_INET6)) {
          let mode = hasLinkLocalAddress ? IN6_ADDR_GEN_MODE_EUI64 : IN6_ADDR_GEN_MODE_NONE
          $0.attribute(Int(IFLA_INET6_ADDR_GEN_MODE), UInt8(mode.rawValue))
        }
      }
    }
  }
}
