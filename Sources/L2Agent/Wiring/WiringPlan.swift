package import HostRPC
package import Model
package import Netlink

/// What is to be done on the host so that a device is on its network, in this order. Nothing, if it is already.
///
/// A pure decision over what the server says, what the operator said, and what the kernel says. Links that do not exist
/// yet are named, not indexed.
package enum WiringStep: Hashable, Sendable {
  /// Make the bridge, or take one that somebody made meanwhile, bring it up and note whose it is.
  case bridge(String, mtu: Int, alias: String)
  /// Make the 802.1Q subinterface.
  case vlan(String, VLAN, mtu: Int)
  /// Make the VXLAN link.
  case vxlan(String, VXLAN, mtu: Int)
  /// Delete a link of ours that is not as it should be and cannot be changed.
  case delete(String)
  /// Change a link, in one request; `bridge` is the master it gets.
  case change(String, LinkChange, bridge: String?)
  /// Let the host be reached by `bridge` as it was by the interface, which hears nothing any more that is for the host.
  case moveAddresses(from: String, to: String)
  case addFloodingRemote(IPv4Address, to: String)
  case removeFloodingRemote(IPv4Address, from: String)
}

/// What of the host a plan is made from.
package struct Surroundings: Hashable, Sendable {
  package var links: LinkTable
  package var addresses: [LinkAddress] = []
  /// The links by which the host itself is reached: they have global addresses or routes. Asked for flat and VLAN networks.
  package var hostLinks: Set<Int32> = []
  /// Where the network's VXLAN link floods to now; empty if there is none.
  package var floodingRemotes: Set<IPv4Address> = []

  package init(
    links: LinkTable, addresses: [LinkAddress] = [], hostLinks: Set<Int32> = [], floodingRemotes: Set<IPv4Address> = []
  ) {
    self.links = links
    self.addresses = addresses
    self.hostLinks = hostLinks
    self.floodingRemotes = floodingRemotes
  }
}

/// Why a device cannot be wired as things are. It is tried again, for the operator may change them.
package struct WiringError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// The decision for one device; ``Bridging`` carries it out. The networks' segments are in `WiringPlan+Segments.swift`.
package struct WiringPlan {
  let details: DeviceDetails
  let configuration: AgentConfiguration
  let surroundings: Surroundings

  package init(_ details: DeviceDetails, _ configuration: AgentConfiguration, _ surroundings: Surroundings) {
    self.details = details
    self.configuration = configuration
    self.surroundings = surroundings
  }

  /// The steps for a device whose port is administratively up.
  package func steps() throws(WiringError) -> [WiringStep] {
    try bridgeSteps() + segmentSteps() + tapSteps()
  }

  var links: LinkTable { surroundings.links }

  /// The bridge that the operator mapped the physical network to, if any.
  private var mappedBridge: String? { details.physicalNetwork.flatMap { configuration.bridgeMappings[$0] } }

  var bridge: String { mappedBridge ?? InterfaceName.bridge(of: details.networkID) }

  private func bridgeSteps() throws(WiringError) -> [WiringStep] {
    if mappedBridge != nil {
      guard links[bridge] != nil else {
        throw WiringError("Bridge \(bridge) for physical network \(details.physicalNetwork ?? "") does not exist.")
      }
      return []
    }
    if let link = links[bridge] {
      guard link.kind == "bridge" else { throw WiringError("\(bridge) exists and is no bridge.") }
      if link.isUp, link.mtu == details.mtu { return [] }
    }
    return [.bridge(bridge, mtu: details.mtu, alias: "network \(details.networkID)")]
  }

  private func segmentSteps() throws(WiringError) -> [WiringStep] {
    switch details.networkType {
    case "local": return []
    case "flat": return mappedBridge == nil ? try flatSteps() : []
    case "vlan": return mappedBridge == nil ? try vlanSteps() : []
    case "vxlan": return try vxlanSteps()
    default:
      throw WiringError("Unknown network_type \(details.networkType) for network \(details.networkID).")
    }
  }

  private func tapSteps() throws(WiringError) -> [WiringStep] {
    guard let tap = links[details.device] else { throw WiringError("The device \(details.device) is gone.") }
    return [try step(attaching: tap, mtu: details.mtu)].compactMap { $0 }
  }

  /// The one change that brings a link up and into the network's bridge; `nil` if it is there.
  func step(attaching link: Link, mtu: Int?) throws(WiringError) -> WiringStep? {
    var change = LinkChange()
    if !link.isUp { change.isUp = true }
    if let mtu, link.mtu != mtu { change.mtu = mtu }
    let master = link.master.flatMap { links[$0]?.name }
    guard master != bridge else { return change.isEmpty ? nil : .change(link.name, change, bridge: nil) }
    if let master, !InterfaceName.isBridge(master) {
      throw WiringError("\(link.name) belongs to \(master), which is not the agent's.")
    }
    return .change(link.name, change, bridge: bridge)
  }
}
