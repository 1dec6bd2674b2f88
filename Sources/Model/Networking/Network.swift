/// A layer 2 network, made of one segment.
package struct Network: Hashable, Sendable {
  package var id: UUID
  package var projectID: String
  package var name: String
  package var description: String
  package var adminStateUp: Bool
  /// `router:external`
  package var isExternal: Bool
  /// Whether it is the external network to use if none is named; at most one is.
  package var isDefault: Bool
  /// Bytes of an IP packet that fit without fragments.
  package var mtu: Int
  /// What the network's ports inherit.
  package var portSecurityEnabled: Bool
  /// The policy of the network's ports that have none of their own.
  package var qosPolicyID: UUID?
  package var segment: Segment
  /// Where its DHCP servers should be: names of availability zones, a JSON array as it is stored and shown.
  package var availabilityZoneHints: String
  /// Where they are, a JSON array. Read from the ports and agents, never stored with the network.
  package var availabilityZones: String
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  /// What RBAC policies allow the project for which the network was read, and everybody, to do with it. Read from the
  /// policies, never stored with the network.
  package var access: NetworkAccess
  /// The network's subnets, in the order they were made. Read from their rows, never stored with the network.
  package var subnetIDs: [UUID]
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, projectID: String, name: String = "", description: String = "", adminStateUp: Bool = true,
    isExternal: Bool = false, isDefault: Bool = false, mtu: Int, portSecurityEnabled: Bool = true,
    qosPolicyID: UUID? = nil, segment: Segment, availabilityZoneHints: String = "[]",
    availabilityZones: String = "[]", tags: String = "[]", access: NetworkAccess = [], subnetIDs: [UUID] = [],
    createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 1
  ) {
    self.id = id
    self.projectID = projectID
    self.name = name
    self.description = description
    self.adminStateUp = adminStateUp
    self.isExternal = isExternal
    self.isDefault = isDefault
    self.mtu = mtu
    self.portSecurityEnabled = portSecurityEnabled
    self.qosPolicyID = qosPolicyID
    self.segment = segment
    self.availabilityZoneHints = availabilityZoneHints
    self.availabilityZones = availabilityZones
    self.tags = tags
    self.access = access
    self.subnetIDs = subnetIDs
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }

  /// The API's `shared`: whether a policy shares it with the project for which it was read, or with all.
  package var isShared: Bool { access.contains(.shared) }
}

/// What a project may do with a network that is another's.
package struct NetworkAccess: OptionSet, Hashable, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// See it and its subnets, and put ports on it.
  package static let shared = NetworkAccess(rawValue: 1)
  /// See it, and let routers use it to get out.
  package static let external = NetworkAccess(rawValue: 2)

  package init(_ actions: some Sequence<RBACAction>) {
    self = actions.reduce(into: []) { access, action in
      access.insert(action == .accessAsShared ? .shared : .external)
    }
  }
}

extension Network {
  /// The smallest MTU that IP works with (RFC 791), and that IPv6 asks for (RFC 8200 section 5).
  package static let smallestMTU = 68
  package static let smallestIPv6MTU = 1280

  /// The least that the network's subnets need, if `mtu` is less (`_validate_change_network_mtu` of
  /// `neutron/db/db_base_plugin_v2.py`).
  package static func mtuNeeded(bySubnetsOf versions: some Collection<IPVersion>, insteadOf mtu: Int) -> Int? {
    if versions.isEmpty { return nil }
    if mtu < smallestMTU { return smallestMTU }
    return mtu < smallestIPv6MTU && versions.contains(.v6) ? smallestIPv6MTU : nil
  }
}
