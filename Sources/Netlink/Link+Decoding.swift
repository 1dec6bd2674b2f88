import CNetlink
import Glibc

extension Link {
  /// Reads `RTM_NEWLINK` and `RTM_DELLINK`. `nil` for messages about something else than a link's life: bridges use the
  /// same types with family `AF_BRIDGE`, where `RTM_DELLINK` means that a port left its bridge.
  init?(_ answer: Answer) {
    guard let header = answer.payload.value(ifinfomsg.self), header.ifi_family == UInt8(AF_UNSPEC) else { return nil }
    let attributes = answer.attributes(after: MemoryLayout<ifinfomsg>.size)
    guard let name = attributes.text(Int(IFLA_IFNAME)) else { return nil }
    let flags = header.ifi_flags
    let state = attributes.integer(Int(IFLA_OPERSTATE), as: UInt8.self)
    self.init(index: header.ifi_index, name: name)
    mac = attributes.bytes(Int(IFLA_ADDRESS)).flatMap { bytes in
      bytes.count == 6 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
    isUp = flags & UInt32(IFF_UP) != 0
    isRunning = flags & IFF_LOWER_UP.rawValue != 0 && (state == UInt8(IF_OPER_UP) || state == UInt8(IF_OPER_UNKNOWN))
    isLoopback = flags & UInt32(IFF_LOOPBACK) != 0
    mtu = Int(attributes.integer(Int(IFLA_MTU), as: UInt32.self) ?? 0)
    master = attributes.integer(Int(IFLA_MASTER), as: Int32.self).flatMap { $0 == 0 ? nil : $0 }
    if let information = attributes.nested(Int(IFLA_LINKINFO)) {
      kind = information.text(Int(IFLA_INFO_KIND))
      if let data = information.nested(Int(IFLA_INFO_DATA)) {
        if kind == "vxlan" { vxlan = VXLAN(data) }
        if kind == "vlan", let parent: Int32 = attributes.integer(Int(IFLA_LINK)) {
          vlan = VLAN(identifier: data.integer(Int(IFLA_VLAN_ID)) ?? 0, parent: parent)
        }
      }
    }
  }
}

extension VXLAN {
  init(_ data: Attributes) {
    self.init(
      identifier: data.integer(Int(IFLA_VXLAN_ID)) ?? 0,
      local: data.integer(Int(IFLA_VXLAN_LOCAL)).map(UInt32.init(bigEndian:)),
      group: data.integer(Int(IFLA_VXLAN_GROUP)).map(UInt32.init(bigEndian:)),
      device: data.integer(Int(IFLA_VXLAN_LINK)),
      port: data.integer(Int(IFLA_VXLAN_PORT)).map(UInt16.init(bigEndian:)) ?? 0,
      timeToLive: data.integer(Int(IFLA_VXLAN_TTL)),
      typeOfService: data.integer(Int(IFLA_VXLAN_TOS)),
      isProxy: data.integer(Int(IFLA_VXLAN_PROXY), as: UInt8.self) == 1)
    if local == 0 { local = nil }
    if group == 0 { group = nil }
    if device == 0 { device = nil }
  }

  /// Writes what `IFLA_INFO_DATA` of a new link holds. Learning is on, as it is with upstream, also if l2population fills
  /// the table: what it fills in is permanent and not learned over.
  func encode(into data: inout Message) {
    data.attribute(Int(IFLA_VXLAN_ID), identifier)
    data.attribute(Int(IFLA_VXLAN_LEARNING), UInt8(1))
    data.attribute(Int(IFLA_VXLAN_PORT), port.bigEndian)
    if let local { data.attribute(Int(IFLA_VXLAN_LOCAL), local.bigEndian) }
    if let group { data.attribute(Int(IFLA_VXLAN_GROUP), group.bigEndian) }
    if let device { data.attribute(Int(IFLA_VXLAN_LINK), device) }
    if let timeToLive { data.attribute(Int(IFLA_VXLAN_TTL), timeToLive) }
    if let typeOfService { data.attribute(Int(IFLA_VXLAN_TOS), typeOfService) }
    if isProxy { data.attribute(Int(IFLA_VXLAN_PROXY), UInt8(1)) }
    if let sourcePorts {
      data.nest(Int(IFLA_VXLAN_PORT_RANGE)) {
        $0.append(sourcePorts.lowerBound.bigEndian)
        $0.append(sourcePorts.upperBound.bigEndian)
      }
    }
  }
}
