/// A port: one attachment of a device to a network, with its addresses and its binding to a host.
package struct Port: Hashable, Sendable {
  package var id: UUID
  package var networkID: UUID
  /// Keystone's project id; empty for a port that belongs to the system.
  package var projectID: String
  package var name: String
  package var description: String
  /// Unique in the network.
  package var macAddress: MACAddress
  package var adminStateUp: Bool
  package var status: PortStatus
  /// What the port is plugged into: an instance's UUID for a compute port, free text otherwise, empty if nothing.
  package var deviceID: String
  /// Who uses the port: `compute:<zone>`, `network:dhcp`, ..., empty if nobody.
  package var deviceOwner: String
  package var fixedIPs: [FixedIP]
  /// The active binding; its host is empty while the port is unbound.
  package var binding: PortBinding
  package var portSecurityEnabled: Bool
  /// Addresses besides its own that the port may send from: a JSON array of objects with `mac_address` and `ip_address`
  /// as text, as it is stored and shown.
  package var allowedAddressPairs: String
  /// What a DHCP server tells the port besides the subnet's: a JSON array of objects with `opt_name`, `opt_value` and
  /// `ip_version` as text, as it is stored and shown.
  package var extraDHCPOptions: String
  /// The ids of the port's groups: a JSON array of strings as text, as it is stored and shown.
  package var securityGroups: String
  package var qosPolicyID: UUID?
  /// The network's policy. Read from the network's row, never stored with the port.
  package var qosNetworkPolicyID: UUID?
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  /// Grows with each change of the port; clients compare it in `If-Match`.
  package var revision: Int

  package init(
    id: UUID, networkID: UUID, projectID: String, name: String = "", description: String = "",
    macAddress: MACAddress, adminStateUp: Bool = true, status: PortStatus = .down, deviceID: String = "",
    deviceOwner: String = "", fixedIPs: [FixedIP] = [], binding: PortBinding = PortBinding(),
    portSecurityEnabled: Bool = true, allowedAddressPairs: String = "[]", extraDHCPOptions: String = "[]",
    securityGroups: String = "[]", qosPolicyID: UUID? = nil, qosNetworkPolicyID: UUID? = nil, tags: String = "[]",
    createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 1
  ) {
    self.id = id
    self.networkID = networkID
    self.projectID = projectID
    self.name = name
    self.description = description
    self.macAddress = macAddress
    self.adminStateUp = adminStateUp
    self.status = status
    self.deviceID = deviceID
    self.deviceOwner = deviceOwner
    self.fixedIPs = fixedIPs
    self.binding = binding
    self.portSecurityEnabled = portSecurityEnabled
    self.allowedAddressPairs = allowedAddressPairs
    self.extraDHCPOptions = extraDHCPOptions
    self.securityGroups = securityGroups
    self.qosPolicyID = qosPolicyID
    self.qosNetworkPolicyID = qosNetworkPolicyID
    self.tags = tags
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

extension Port {
  /// The `device_owner` of a distributed router's port, which has a status per host.
  package static let distributedRouterOwner = "network:router_interface_distributed"

  /// Whether the port has one binding and one status for each host.
  package var isDistributed: Bool { deviceOwner == Port.distributedRouterOwner }

  /// The name of the port's tap device: `tap` and the first 11 characters of the id, for Linux allows 15.
  package var tapName: String { "tap\(id.description.prefix(11))" }
}

/// One address of a port, out of one subnet.
package struct FixedIP: Hashable, Sendable {
  package var subnetID: UUID
  package var address: IPAddress

  package init(subnetID: UUID, address: IPAddress) {
    self.subnetID = subnetID
    self.address = address
  }
}
