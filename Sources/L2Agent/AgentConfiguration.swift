package import Model
import Netlink

/// What the agent was told by its operator. The options it is read from stand in the program, `plugboard-agent`.
package struct AgentConfiguration: Hashable, Sendable {
  /// The host's name in the database; a port is wired where its binding says so.
  package var host: String
  /// Physical network -> interface that the agent puts into the network's bridge.
  package var interfaceMappings: [String: String] = [:]
  /// Physical network -> bridge that the operator made; the agent neither makes nor deletes it.
  package var bridgeMappings: [String: String] = [:]
  /// `nil` if this host takes no part in VXLAN networks.
  package var vxlan: Tunneling?
  /// How often everything is compared without an event. Upstream's default.
  package var pollingInterval: Duration = .seconds(2)
  /// How often the server is told that the agent lives. Upstream's default.
  package var reportInterval: Duration = .seconds(30)
  /// For how many devices details are asked at once; upstream's `rpc_resources_processing_step`.
  package var processingStep = 20
  /// The first pause before a device that failed is tried again; it doubles up to `longestRetryPause`.
  package var retryPause: Duration = .milliseconds(100)
  package var longestRetryPause: Duration = .seconds(10)
  /// How long a bridge of ours is kept without a tap: a guest that is about to start counts on it.
  package var idleBridgeLife: Duration = .seconds(60)

  package init(host: String) {
    self.host = host
  }
}

extension AgentConfiguration {
  /// Throws ``ConfigurationError``, in upstream's words, if the host lacks what the operator counts on.
  func check(links: LinkTable, addresses: [LinkAddress]) throws(ConfigurationError) {
    for (network, interface) in interfaceMappings.sorted(by: { $0.key < $1.key }) where links[interface] == nil {
      throw ConfigurationError("Interface \(interface) for physical network \(network) does not exist.")
    }
    for (network, bridge) in bridgeMappings.sorted(by: { $0.key < $1.key }) where links[bridge] == nil {
      throw ConfigurationError("Bridge \(bridge) for physical network \(network) does not exist.")
    }
    if let vxlan, !addresses.contains(where: { $0.address == vxlan.localIP.bits }) {
      throw ConfigurationError(
        "Tunneling cannot be enabled without the local_ip bound to an interface on the host. Please configure local_ip "
          + "\(vxlan.localIP) on the host interface to be used for tunneling and restart the agent.")
    }
  }
}

/// How this host takes part in VXLAN networks.
package struct Tunneling: Hashable, Sendable {
  /// Where frames for unknown destinations go.
  package enum Flooding: Hashable, Sendable {
    /// To a multicast group: the network's address, or for a prefix the address whose host bits are the VNI's.
    case group(IPv4Network)
    /// To each of these hosts. An option of ours, for networks between hosts that carry no multicast.
    case remotes([IPv4Address])
  }

  /// An address of this host, from and to which tunnels go.
  package var localIP: IPv4Address
  package var flooding: Flooding
  /// The destination port. Upstream's default is the kernel's, 8472; IANA assigned 4789.
  package var port: UInt16 = 8472
  package var timeToLive: UInt8?
  package var typeOfService: UInt8?
  package var sourcePorts: ClosedRange<UInt16>?

  /// Throws if the group is not multicast.
  package init(localIP: IPv4Address, flooding: Flooding) throws(ConfigurationError) {
    self.localIP = localIP
    self.flooding = flooding
    if case .group(let group) = flooding, !(224...239).contains(group.address.bits >> 24) {
      throw ConfigurationError(
        "Invalid VXLAN Group: \(group), must be an address or network (in CIDR notation) in a multicast range of the "
          + "same address family as local_ip: \(localIP)")
    }
  }

  /// How the network's link on this host is made. `device` is the interface with `localIP`.
  func link(identifier: Int, device: Int32) -> VXLAN {
    var link = VXLAN(
      identifier: UInt32(identifier), local: localIP.bits, device: device, port: port, timeToLive: timeToLive,
      typeOfService: typeOfService, sourcePorts: sourcePorts)
    if case .group(let group) = flooding {
      let hostBits = group.last.bits & ~group.address.bits
      link.group = group.address.bits | UInt32(identifier) & hostBits
    }
    return link
  }
}

/// A configuration that this host cannot follow; the program says so and ends.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
