package import Model
package import Netlink

/// Finds the bridges that nothing uses any more. Pure: who asks brings the time.
///
/// A bridge of a network is the agent's to delete if it has no tap, and no port but a VXLAN link or a VLAN subinterface of
/// ours or an interface that the operator mapped. If it has an address, that must have come from such an interface, which
/// gets it back. Somebody who is about to start a guest has just made it or touched it, so it
/// is left alone until it has been idle for a while, unless the network itself was deleted.
package struct IdleBridges<Instant: InstantProtocol> where Instant.Duration == Duration {
  private let configuration: AgentConfiguration
  private var idleSince: [Int32: Instant] = [:]

  package init(_ configuration: AgentConfiguration) {
    self.configuration = configuration
  }

  /// The links to delete now, the ports of a bridge before it.
  ///
  /// - Parameters:
  ///   - touched: Bridges that somebody made or changed since the last time.
  ///   - deletedNetworks: Networks that the server said are gone.
  package mutating func doomed(
    in links: LinkTable, touched: Set<Int32>, deletedNetworks: Set<UUID>, addressed: Set<Int32>, now: Instant
  ) -> [Link] {
    let deletedBridges = Set(deletedNetworks.map(InterfaceName.bridge(of:)))
    let idle = links.links.filter { bridge in
      isIdle(bridge, links) && (!addressed.contains(bridge.index) || configuration.heir(of: bridge, in: links) != nil)
    }
    var since: [Int32: Instant] = [:]
    for bridge in idle { since[bridge.index] = touched.contains(bridge.index) ? now : idleSince[bridge.index] ?? now }
    idleSince = since
    return idle.sorted { $0.index < $1.index }.flatMap { bridge -> [Link] in
      guard let start = since[bridge.index],
        deletedBridges.contains(bridge.name) || start.duration(to: now) >= configuration.idleBridgeLife
      else { return [] }
      // A subinterface whose address the bridge has was not made by the agent.
      let isAddressed = addressed.contains(bridge.index)
      return links.ports(of: bridge.index).filter { port in
        isOwnTunnel(port) || !isAddressed && configuration.isOwnSubinterface(port, in: links)
      } + [bridge]
    }
  }

  /// Begins to count anew for links that are being deleted, so that they are not handed out twice.
  package mutating func keep(_ links: [Link], until now: Instant) {
    for link in links where idleSince[link.index] != nil { idleSince[link.index] = now }
  }

  /// When the next bridge may have been idle for long enough; `nil` if none is idle.
  package var nextDue: Instant? { idleSince.values.min()?.advanced(by: configuration.idleBridgeLife) }

  private func isIdle(_ bridge: Link, _ links: LinkTable) -> Bool {
    guard bridge.kind == "bridge", InterfaceName.isBridge(bridge.name),
      !configuration.bridgeMappings.values.contains(bridge.name)
    else { return false }
    return links.ports(of: bridge.index).allSatisfy { port in
      isOwnTunnel(port) || configuration.isOfPhysicalNetwork(port, in: links)
    }
  }

  private func isOwnTunnel(_ link: Link) -> Bool {
    link.kind == "vxlan" && link.vxlan.map { InterfaceName.vxlan(Int($0.identifier)) == link.name } == true
  }
}

extension AgentConfiguration {
  /// The one port of a bridge that addresses of the bridge can have come from; `nil` if there is none, or several.
  package func heir(of bridge: Link, in links: LinkTable) -> Link? {
    let candidates = links.ports(of: bridge.index).filter { isOfPhysicalNetwork($0, in: links) }
    return candidates.count == 1 ? candidates.first : nil
  }

  /// Whether the link is mapped by the operator, or a subinterface of one that is.
  func isOfPhysicalNetwork(_ link: Link, in links: LinkTable) -> Bool {
    interfaceMappings.values.contains(link.name) || isOwnSubinterface(link, in: links)
  }

  /// Whether the link is a VLAN of a mapped interface under the name that the agent gives it.
  package func isOwnSubinterface(_ link: Link, in links: LinkTable) -> Bool {
    guard let vlan = link.vlan, let parent = links[vlan.parent]?.name else { return false }
    return interfaceMappings.values.contains(parent)
      && link.name == InterfaceName.subinterface(of: parent, vlan: Int(vlan.identifier))
  }
}
