package import HostRPC
package import Logging
import Model
package import Netlink

/// Does what a ``WiringPlan`` decided, and what the end of a network needs. Each verb may be repeated.
package struct Bridging: Sendable {
  private let configuration: AgentConfiguration
  private let socket: NetlinkSocket
  private let remover: LinkRemover

  package init(_ configuration: AgentConfiguration, socket: NetlinkSocket, remover: LinkRemover) {
    self.configuration = configuration
    self.socket = socket
    self.remover = remover
  }

  /// What fills the forwarding tables of this host's tunnels.
  func population(logger: Logger) -> Population { Population(configuration.vxlan, socket: socket, logger: logger) }

  package func listLinks() throws(NetlinkError) -> LinkTable { LinkTable(try socket.links()) }

  /// The links by which the host itself is reached, see ``HostReach``.
  package func addressedLinks() throws(NetlinkError) -> Set<Int32> { try HostReach(socket).links }

  /// The devices that were on their networks and are not any more, because somebody has changed the host meanwhile.
  func strays(
    among wired: some Collection<DeviceDetails>, links: LinkTable
  ) throws(NetlinkError) -> Set<String> {
    if wired.isEmpty { return [] }
    var surroundings = Surroundings(links: links, addresses: try socket.addresses())
    if wired.contains(where: \.isOnPhysicalNetwork) { surroundings.hostLinks = try addressedLinks() }
    return Set(
      wired.filter { details in
        let plan = WiringPlan(details, configuration, surroundings)
        // That no plan can be made now is no reason to touch a device that was put on its network.
        guard links[details.device] != nil, let steps = try? plan.steps() else { return false }
        // The flooding entries of every network are too much to read each time.
        return steps.contains { if case .addFloodingRemote = $0 { false } else { true } }
      }.map(\.device))
  }

  /// Puts a device on its network and brings `links` to what has become of it.
  ///
  /// Throws ``WiringError`` or `NetlinkError`. Whatever was done stays done: the next try goes on from there.
  package func wire(_ details: DeviceDetails, links: inout LinkTable) async throws {
    if details.deviceOwner.hasPrefix("compute:"), links[details.device]?.master == nil,
      let tap = try socket.link(named: details.device)
    {
      // libvirt may have put it into its bridge since the last look.
      links.apply(.changed(tap))
    }
    let steps = try WiringPlan(details, configuration, try surroundings(of: details, links)).steps()
    for step in steps { try await perform(step, &links) }
  }

  /// Takes a device off its network: it is down, and in no bridge of ours. It may have gone already.
  package func unwire(_ device: String, keepsBridge: Bool, links: inout LinkTable) throws(NetlinkError) {
    guard let known = links[device] else { return }
    // What the kernel told last may be older than what was done to the tap since: then there would seem nothing to undo.
    guard let tap = try socket.link(named: device) else { return links.apply(.deleted(known)) }
    links.apply(.changed(tap))
    var change = LinkChange()
    if tap.isUp { change.isUp = false }
    if !keepsBridge, let master = tap.master.flatMap({ links[$0]?.name }), InterfaceName.isBridge(master) {
      change.master = 0
    }
    do {
      try apply(change, to: tap, &links)
    } catch let error where error.isMissingLink {
      links.apply(.deleted(tap))
    }
  }

  /// Deletes links off the hot path; those that cannot be deleted are left with the errors why.
  package func delete(_ doomed: [Link], logger: Logger) async {
    for link in doomed {
      do {
        if link.kind == "bridge" { try giveBack(addressesOf: link) }
        try await remover.delete(link)
        logger.info("Deleted an interface that nothing uses any more", metadata: ["link": "\(link.name)"])
      } catch {
        logger.warning("Could not delete an interface", metadata: ["link": "\(link.name)", "error": "\(error)"])
      }
    }
  }

  /// The interface whose addresses the bridge has gets them back. It leaves the bridge first, or it would not hear.
  private func giveBack(addressesOf bridge: Link) throws(NetlinkError) {
    let reach = try HostReach(socket)
    guard reach.links.contains(bridge.index),
      let heir = configuration.heir(of: bridge, in: try listLinks())
    else { return }
    try socket.change(heir, LinkChange(master: 0))
    try reach.move(from: bridge, to: heir, socket)
  }

  /// Asks the kernel for what the plan needs beyond the links, and only for that: most devices need nothing.
  private func surroundings(of details: DeviceDetails, _ links: LinkTable) throws(NetlinkError) -> Surroundings {
    var surroundings = Surroundings(links: links)
    if details.networkType == "local" { return surroundings }
    surroundings.addresses = try socket.addresses()
    if details.isOnPhysicalNetwork { surroundings.hostLinks = try addressedLinks() }
    if case .remotes = configuration.vxlan?.flooding, let identifier = details.segmentationID,
      let link = links[InterfaceName.vxlan(identifier)], link.kind == "vxlan"
    {
      surroundings.floodingRemotes = Set(try socket.floodingRemotes(of: link).map(IPv4Address.init(bits:)))
    }
    return surroundings
  }
}

extension Bridging {
  private func perform(_ step: WiringStep, _ links: inout LinkTable) async throws {
    switch step {
    case .bridge(let name, let mtu, let alias):
      let bridge = try make(name, &links) { () throws(NetlinkError) in try socket.createBridge(name, mtu: mtu) }
      try apply(LinkChange(mtu: mtu, hasLinkLocalAddress: false, alias: alias), to: bridge, &links)
      try apply(LinkChange(isUp: true), to: bridge, &links)
    case .vlan(let name, let vlan, let mtu):
      let link = try makeVLAN(name, vlan, mtu: mtu, &links)
      try apply(LinkChange(hasLinkLocalAddress: false), to: link, &links)
    case .moveAddresses(let interface, let bridge):
      let (interface, bridge) = (try find(interface, links), try find(bridge, links))
      // Others on the LAN know the host by this address, which a bridge would otherwise change with its ports.
      try apply(LinkChange(mac: interface.mac), to: bridge, &links)
      try HostReach(socket).move(from: interface, to: bridge, socket)
    case .vxlan(let name, let vxlan, let mtu):
      let link = try make(name, &links) { () throws(NetlinkError) in
        try socket.createVXLAN(name, vxlan, mtu: mtu)
      }
      try apply(LinkChange(hasLinkLocalAddress: false), to: link, &links)
    case .delete(let name):
      guard let link = links[name] else { return }
      try await remover.delete(link)
      links.apply(.deleted(link))
    case .change(let name, var change, let bridge):
      if let bridge { change.master = try find(bridge, links).index }
      try apply(change, to: find(name, links), &links)
    case .addFloodingRemote(let remote, let name):
      try socket.addFloodingRemote(remote.bits, to: find(name, links))
    case .removeFloodingRemote(let remote, let name):
      try socket.removeFloodingRemote(remote.bits, from: find(name, links))
    }
  }

  private func makeVLAN(_ name: String, _ vlan: VLAN, mtu: Int, _ links: inout LinkTable) throws -> Link {
    let made: Link
    do {
      made = try socket.createVLAN(name, vlan, mtu: mtu)
    } catch let error where error.isExistingLink {
      // If not under this name, somebody has made it under another one since the last look.
      guard let present = try socket.link(named: name) else { throw WiringError(vlanInUse: Int(vlan.identifier)) }
      made = present
    }
    links.apply(.changed(made))
    return made
  }

  /// Makes a link, or takes the one that is there: Nova, libvirt's caller or our compute host make bridges, too, and an
  /// event about one may still be under way.
  private func make(
    _ name: String, _ links: inout LinkTable, _ create: () throws(NetlinkError) -> Link
  ) throws(NetlinkError) -> Link {
    if let link = links[name] { return link }
    var made: Link?
    do {
      made = try create()
    } catch let error where error.isExistingLink {
      made = try socket.link(named: name)
    }
    guard let made else { throw NetlinkError(missing: name) }
    links.apply(.changed(made))
    return made
  }

  private func apply(_ change: LinkChange, to link: Link, _ links: inout LinkTable) throws(NetlinkError) {
    do {
      try socket.change(link, change)
    } catch let error where change.hasLinkLocalAddress != nil && error.isUnknownFamily {
      // A kernel without IPv6 gives no link anything.
      var rest = change
      rest.hasLinkLocalAddress = nil
      try socket.change(link, rest)
    }
    var changed = links[link.index] ?? link
    changed.isUp = change.isUp ?? changed.isUp
    changed.mtu = change.mtu ?? changed.mtu
    changed.master = change.master.map { $0 == 0 ? nil : $0 } ?? changed.master
    links.apply(.changed(changed))
  }

  private func find(_ name: String, _ links: LinkTable) throws(NetlinkError) -> Link {
    guard let link = links[name] else { throw NetlinkError(missing: name) }
    return link
  }
}

extension DeviceDetails {
  fileprivate var isOnPhysicalNetwork: Bool { networkType == "flat" || networkType == "vlan" }
}
