/// A block of IPv4 addresses on a network.
package struct Subnet: Hashable, Sendable {
  package var id: UUID
  package var networkID: UUID
  package var projectID: String
  package var name: String
  package var description: String
  package var cidr: IPv4Network
  /// `nil` if the subnet has no gateway.
  package var gatewayIP: IPv4Address?
  /// What addresses are picked from when a port asks for none in particular. Ordered, disjoint, inside ``cidr``.
  package var allocationPools: [AllocationPool]
  package var enableDHCP: Bool
  package var dnsNameservers: [IPv4Address]
  package var hostRoutes: [HostRoute]
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, networkID: UUID, projectID: String, name: String = "", description: String = "", cidr: IPv4Network,
    gatewayIP: IPv4Address?, allocationPools: [AllocationPool], enableDHCP: Bool = true,
    dnsNameservers: [IPv4Address] = [],
    hostRoutes: [HostRoute] = [], createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 0
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
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

/// A static route that DHCP hands to guests.
package struct HostRoute: Hashable, Sendable {
  package var destination: IPv4Network
  package var nextHop: IPv4Address

  package init(destination: IPv4Network, nextHop: IPv4Address) {
    self.destination = destination
    self.nextHop = nextHop
  }
}
