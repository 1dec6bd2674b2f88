internal import HostRPC
internal import Model
package import Netlink

/// The host's end of the kernel that the agent works with.
package struct DHCPHost: Sendable {
  let socket: NetlinkSocket
  let remover: LinkRemover
  let runner = ProgramRunner()

  /// Works in `namespace`, or in that of the calling thread. Throws `NetlinkError`.
  package init(in namespace: NetworkNamespace? = nil) throws {
    socket = try NetlinkSocket(in: namespace)
    remover = try LinkRemover(in: namespace)
  }
}

/// Keeps one network's namespace, and the cable that leads into it.
struct NamespaceKeeper: Sendable {
  let host: DHCPHost
  /// Where namespaces have their names.
  let folder: String

  /// Makes everything as planned, and changes nothing that is so already.
  func install(_ plan: NetworkPlan) async throws -> NetworkNamespace {
    let namespace = try NetworkNamespace.makeNamed(InterfaceNames.namespace(plan.networkID), folder: folder)
    let inside = try NetlinkSocket(in: namespace)
    let link = try await cable(plan, into: namespace, inside)
    try inside.bring(link, to: LinkChange(mtu: plan.served.network.mtu, mac: plan.served.port.macAddress.bits))
    try inside.setAddresses(plan.addresses, of: link)
    try inside.bring(link, to: LinkChange(isUp: true))
    try inside.setGateways(plan.gateways, by: link)
    if let loopback = try inside.link(named: "lo") { try inside.bring(loopback, to: LinkChange(isUp: true)) }
    // Last, so that the L2 agent finds nothing half made.
    if let tap = try host.socket.link(named: InterfaceNames.outside(plan.served.port.id)) {
      try host.socket.bring(tap, to: LinkChange(isUp: true, mtu: plan.served.network.mtu))
    }
    return namespace
  }

  /// Takes the cables and the namespace's name away.
  func remove(_ networkID: UUID) async throws {
    let name = InterfaceNames.namespace(networkID)
    if let namespace = try NetworkNamespace.named(name, folder: folder) {
      try await removeCables(in: NetlinkSocket(in: namespace))
    }
    try NetworkNamespace.removeNamed(name, folder: folder)
  }

  /// The end inside of the cable, made if it is not there. Others, of ports that the agent had before, go.
  private func cable(
    _ plan: NetworkPlan, into namespace: NetworkNamespace, _ inside: NetlinkSocket
  ) async throws -> Link {
    let (outer, inner) = (InterfaceNames.outside(plan.served.port.id), plan.served.interface)
    try await removeCables(in: inside, but: inner)
    if let link = try inside.link(named: inner) { return link }
    // The other end of one whose namespace has gone would have gone with it; this is somebody's who took the name.
    if let stranger = try host.socket.link(named: outer) { try await host.remover.delete(stranger) }
    try Self.prepare(namespace)
    let tap = try host.socket.createVeth(outer, peer: inner, in: namespace)
    // The host itself has no business on a guests' network.
    try host.socket.change(tap, LinkChange(hasLinkLocalAddress: false))
    guard let link = try inside.link(named: inner) else { throw NetlinkError(missing: inner) }
    try namespace.fillChecksums(of: inner)
    return link
  }

  private func removeCables(in inside: NetlinkSocket, but kept: String? = nil) async throws {
    for link in try inside.links() where link.name.hasPrefix("ns-") && link.name != kept {
      let tap = try host.socket.link(named: "tap\(link.name.dropFirst(3))")
      if let tap { try await host.remover.delete(tap) }
    }
  }

  /// What new links inside are like: nobody's router advertisement gives them an address, and theirs may be used at once.
  /// A kernel without IPv6 has none of this.
  private static func prepare(_ namespace: NetworkNamespace) throws(NetlinkError) {
    try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      for setting in ["accept_ra", "accept_dad"] {
        _ = ProcFile.write("0", to: "/proc/sys/net/ipv6/conf/default/\(setting)")
      }
    }
  }
}

extension NetlinkSocket {
  /// Changes of a link what is not so already.
  fileprivate func bring(_ link: Link, to wanted: LinkChange) throws(NetlinkError) {
    var change = wanted
    if link.isUp == wanted.isUp { change.isUp = nil }
    if link.mtu == wanted.mtu || wanted.mtu == 0 { change.mtu = nil }
    if link.mac == wanted.mac { change.mac = nil }
    try self.change(link, change)
  }

  /// Gives a link exactly these addresses besides its own link-local one.
  fileprivate func setAddresses(_ wanted: [IPNetworkAddress], of link: Link) throws(NetlinkError) {
    let wanted = Set(wanted)
    var held: Set<IPNetworkAddress> = []
    for address in try hostAddresses() where address.link == link.index && address.isGlobal {
      let value = IPNetworkAddress(address: IPAddress(octets: address.address), prefixLength: address.prefixLength)
      if wanted.contains(value) { held.insert(value) } else { try remove(address) }
    }
    for value in wanted.subtracting(held) {
      var address = HostAddress(link: link.index, address: value.address.octets, prefixLength: value.prefixLength)
      if value.address.version == .v4, value.prefixLength < 31 {
        address.broadcast = IPNetwork(address: value.address, prefixLength: value.prefixLength).last.octets
      }
      try add(address)
    }
  }

  /// Gives the namespace exactly these default routes.
  fileprivate func setGateways(_ gateways: [Gateway], by link: Link) throws(NetlinkError) {
    let defaults = try routes().filter { $0.link == link.index && $0.prefixLength == 0 && $0.gateway != nil }
    for route in defaults where !gateways.contains(where: { $0.address.octets == route.gateway }) { try remove(route) }
    for gateway in gateways {
      let octets = gateway.address.octets
      guard !defaults.contains(where: { $0.gateway == octets }) else { continue }
      if !gateway.isOnSubnet {
        try set(Route(link: link.index, destination: octets, prefixLength: gateway.address.version.width))
      }
      let everywhere = [UInt8](repeating: 0, count: octets.count)
      try set(Route(link: link.index, destination: everywhere, prefixLength: 0, gateway: octets))
    }
  }
}

extension IPAddress {
  /// In the order of the wire, 4 or 16.
  var octets: [UInt8] {
    (0..<version.width / 8).map { UInt8(truncatingIfNeeded: bits >> UInt128(version.width - 8 - 8 * $0)) }
  }

  /// From 4 octets, or 16.
  fileprivate init(octets: [UInt8]) {
    self.init(version: octets.count == 4 ? .v4 : .v6, bits: octets.reduce(0) { $0 << 8 | UInt128($1) })
  }
}
