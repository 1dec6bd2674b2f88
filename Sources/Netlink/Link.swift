/// A network interface as the kernel describes it.
package struct Link: Hashable, Sendable {
  /// The interface index. A link that was deleted and made again under the same name has another one.
  package var index: Int32
  package var name: String
  /// The Ethernet address in the low 48 bits, first octet highest; `nil` for links that have none.
  package var mac: UInt64?
  /// Whether it was set up by somebody (`IFF_UP`).
  package var isUp: Bool
  /// Whether it can carry traffic now (`IFF_LOWER_UP` with an operational state of up or unknown).
  package var isRunning: Bool
  package var isLoopback: Bool
  package var mtu: Int
  /// The index of the bridge or other master that it belongs to.
  package var master: Int32?
  /// `bridge`, `vxlan`, `veth`, `tun`, ...; `nil` for hardware.
  package var kind: String?
  /// What a link of kind `vxlan` was made with.
  package var vxlan: VXLAN?
  /// What a link of kind `vlan` was made with.
  package var vlan: VLAN?

  package init(
    index: Int32, name: String, mac: UInt64? = nil, isUp: Bool = false, isRunning: Bool = false,
    isLoopback: Bool = false, mtu: Int = 1500, master: Int32? = nil, kind: String? = nil, vxlan: VXLAN? = nil,
    vlan: VLAN? = nil
  ) {
    self.index = index
    self.name = name
    self.mac = mac
    self.isUp = isUp
    self.isRunning = isRunning
    self.isLoopback = isLoopback
    self.mtu = mtu
    self.master = master
    self.kind = kind
    self.vxlan = vxlan
    self.vlan = vlan
  }
}

/// How a VXLAN link (RFC 7348) is made. IPv4 addresses are numbers, first octet highest.
package struct VXLAN: Hashable, Sendable {
  /// The VXLAN network identifier, 24 bits.
  package var identifier: UInt32
  /// The tunnel's source address.
  package var local: UInt32?
  /// The multicast group that takes frames for unknown destinations; `nil` if forwarding entries do that.
  package var group: UInt32?
  /// The index of the interface the tunnel leaves by; needed for a group.
  package var device: Int32?
  /// The destination port. The kernel's own default is 8472; IANA assigned 4789.
  package var port: UInt16
  /// `nil` leaves it to the kernel, which takes 1 for a multicast group.
  package var timeToLive: UInt8?
  /// The value of the type-of-service field; 1 inherits that of the inner packet.
  package var typeOfService: UInt8?
  /// The range that source ports are chosen from; `nil` leaves it to the kernel.
  package var sourcePorts: ClosedRange<UInt16>?
  /// Whether the link answers ARP and neighbour solicitations from its own table of neighbours. It then lets none
  /// through, also none that it cannot answer.
  package var isProxy: Bool

  package init(
    identifier: UInt32, local: UInt32? = nil, group: UInt32? = nil, device: Int32? = nil, port: UInt16 = 8472,
    timeToLive: UInt8? = nil, typeOfService: UInt8? = nil, sourcePorts: ClosedRange<UInt16>? = nil,
    isProxy: Bool = false
  ) {
    self.identifier = identifier
    self.local = local
    self.group = group
    self.device = device
    self.port = port
    self.timeToLive = timeToLive
    self.typeOfService = typeOfService
    self.sourcePorts = sourcePorts
    self.isProxy = isProxy
  }
}

/// How an 802.1Q subinterface is made. Two of them with the same values cannot be.
package struct VLAN: Hashable, Sendable {
  /// The VLAN id, 12 bits.
  package var identifier: UInt16
  /// The index of the interface that carries the tagged frames.
  package var parent: Int32

  package init(identifier: UInt16, parent: Int32) {
    self.identifier = identifier
    self.parent = parent
  }
}

/// An IPv4 address of an interface.
package struct LinkAddress: Hashable, Sendable {
  package let link: Int32
  /// The address as a number, first octet highest.
  package let address: UInt32
  package let prefixLength: Int

  package init(link: Int32, address: UInt32, prefixLength: Int) {
    self.link = link
    self.address = address
    self.prefixLength = prefixLength
  }
}
