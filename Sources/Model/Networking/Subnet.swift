/// A block of addresses of one version on a network.
package struct Subnet: Hashable, Sendable {
  package var id: UUID
  package var networkID: UUID
  package var projectID: String
  package var name: String
  package var description: String
  package var cidr: IPNetwork
  /// `nil` if the subnet has no gateway. It may lie outside ``cidr``.
  package var gatewayIP: IPAddress?
  /// What addresses are picked from when a port asks for none in particular. Disjoint, inside ``cidr``.
  package var allocationPools: [AllocationPool]
  package var enableDHCP: Bool
  /// In the client's order.
  package var dnsNameservers: [IPAddress]
  package var hostRoutes: [HostRoute]
  /// Who announces the prefix to the guests and how they get their addresses, as the announcements say; IPv6 only.
  package var ipv6RAMode: IPv6Mode?
  /// How guests get their addresses; IPv6 only.
  package var ipv6AddressMode: IPv6Mode?
  /// The pool that ``cidr`` was taken from and returns to.
  package var subnetPoolID: UUID?
  /// The device owners whose ports get addresses of this subnet; empty for all.
  package var serviceTypes: [String]
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, networkID: UUID, projectID: String, name: String = "", description: String = "", cidr: IPNetwork,
    gatewayIP: IPAddress?, allocationPools: [AllocationPool], enableDHCP: Bool = true,
    dnsNameservers: [IPAddress] = [], hostRoutes: [HostRoute] = [], ipv6RAMode: IPv6Mode? = nil,
    ipv6AddressMode: IPv6Mode? = nil, subnetPoolID: UUID? = nil, serviceTypes: [String] = [], tags: String = "[]",
    createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 0
  ) {
    self.id = id
    self.networkID = networkID
    self.projectID = projectID
    self.name = name
    self.description = description
    self.cidr = cidr
    self.gatewayIP = gatewayIP
    self.allocationPools = allocationPools
    self.enableDHCP = enableDHCP
    self.dnsNameservers = dnsNameservers
    self.hostRoutes = hostRoutes
    self.ipv6RAMode = ipv6RAMode
    self.ipv6AddressMode = ipv6AddressMode
    self.subnetPoolID = subnetPoolID
    self.serviceTypes = serviceTypes
    self.tags = tags
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

/// A static route that DHCP hands to guests.
package struct HostRoute: Hashable, Sendable {
  package var destination: IPNetwork
  package var nextHop: IPAddress

  package init(destination: IPNetwork, nextHop: IPAddress) {
    self.destination = destination
    self.nextHop = nextHop
  }
}

/// The ways in which an IPv6 subnet's guests come to their addresses, in the order in which upstream names them.
package enum IPv6Mode: String, CaseIterable, Sendable {
  /// A DHCPv6 server gives out addresses and options.
  case dhcpv6Stateful = "dhcpv6-stateful"
  /// Guests make their addresses from the announced prefix; a DHCPv6 server gives out options.
  case dhcpv6Stateless = "dhcpv6-stateless"
  /// Guests make their addresses from the announced prefix.
  case slaac

  /// Whether a guest's address follows from its MAC address.
  package var isAutomatic: Bool { self != .dhcpv6Stateful }
}

extension Subnet {
  package var version: IPVersion { cidr.version }

  /// Whether guests make their own addresses here, so that a port's is the EUI-64 of its MAC address and no other. A
  /// subnet that somebody else announces counts if its announcements say so (`neutron/common/ipv6_utils.py`,
  /// `is_auto_address_subnet`).
  package var isAutoAddressed: Bool { ipv6AddressMode?.isAutomatic == true || ipv6RAMode?.isAutomatic == true }

  /// The address that a port with this MAC address has on an automatically addressed subnet.
  package func autoAddress(for address: MACAddress) -> IPAddress? {
    guard isAutoAddressed, case .v6(let prefix) = cidr.address else { return nil }
    return .v6(IPv6Address(prefix: prefix, eui64: address))
  }
}
