internal import HostRPC
internal import Model

/// A network with the port that the agent has on it: all that a plan is made of.
struct ServedNetwork: Hashable, Sendable {
  let network: DHCPNetwork
  /// The agent's own.
  let port: DHCPPort
  let dnsmasq: DnsmasqOptions
  let metadata: MetadataOptions

  /// `network.ports` may or may not have the agent's port, or have it as it was.
  init(_ network: DHCPNetwork, port: DHCPPort, dnsmasq: DnsmasqOptions, metadata: MetadataOptions) {
    var network = network
    network.ports.removeAll { $0.id == port.id }
    network.ports.append(port)
    network.ports.sort { $0.id.description < $1.id.description }
    (self.network, self.port, self.dnsmasq, self.metadata) = (network, port, dnsmasq, metadata)
  }

  var interface: String { InterfaceNames.inside(port.id) }

  func subnet(_ id: UUID) -> DHCPSubnet? { network.subnets.first { $0.id == id } }

  /// Those that ask for DHCP.
  var servedSubnets: [DHCPSubnet] { network.subnets.filter(\.enableDHCP) }

  /// The agent's address on a subnet.
  func ownAddress(on subnet: DHCPSubnet) -> IPAddress? {
    port.fixedIPs.first { $0.subnetID == subnet.id }?.address
  }

  /// Whether no router has the subnet's gateway address, so that nobody there leads to the metadata service
  /// (`neutron/agent/linux/dhcp.py`, `get_isolated_subnets`).
  func isIsolated(_ subnet: DHCPSubnet) -> Bool {
    !network.ports.contains { port in
      DeviceOwner.routerInterfaces.contains(port.deviceOwner)
        && port.fixedIPs.contains { $0.subnetID == subnet.id && $0.address == subnet.gatewayIP }
    }
  }

  /// Whether guests of the subnet find the metadata service at the agent's port.
  func servesMetadata(_ subnet: DHCPSubnet) -> Bool {
    guard subnet.enableDHCP, subnet.cidr.version == .v4 else { return false }
    return metadata.isServedEverywhere || (metadata.isServedWhereIsolated && isIsolated(subnet))
  }

  /// Whether the subnet's router advertisements come from here. Upstream's come from a router of its own; where the
  /// network has none, and the subnet counts on one (`ipv6_ra_mode`), guests would never come to an address.
  func announces(_ subnet: DHCPSubnet) -> Bool {
    guard subnet.enableDHCP, subnet.cidr.version == .v6, subnet.ipv6RAMode != nil, subnet.cidr.prefixLength == 64 else {
      return false
    }
    return !network.ports.contains { port in
      DeviceOwner.routerInterfaces.contains(port.deviceOwner) && port.fixedIPs.contains { $0.subnetID == subnet.id }
    }
  }
}

/// What upstream calls the two ends of the cable to a DHCP server.
enum InterfaceNames {
  /// In the host's namespace: the L2 agent puts it on its network like any tap.
  static func outside(_ port: UUID) -> String { "tap\(port.description.prefix(11))" }

  /// In the network's namespace.
  static func inside(_ port: UUID) -> String { "ns-\(port.description.prefix(11))" }

  /// The namespace of a network.
  static func namespace(_ network: UUID) -> String { "\(namespacePrefix)\(network)" }

  static let namespacePrefix = "qdhcp-"
}
