/// A layer 2 network, made of one segment for now.
package struct Network: Hashable, Sendable {
  package var id: UUID
  package var projectID: String
  package var name: String
  package var description: String
  package var adminStateUp: Bool
  /// Whether every project may put ports on it.
  package var isShared: Bool
  /// `router:external`
  package var isExternal: Bool
  /// Bytes of an IP packet that fit without fragments.
  package var mtu: Int
  /// What the network's ports inherit.
  package var portSecurityEnabled: Bool
  package var segment: Segment
  /// The network's subnets, in the order they were made. Read from their rows, never stored with the network.
  package var subnetIDs: [UUID]
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, projectID: String, name: String = "", description: String = "", adminStateUp: Bool = true,
    isShared: Bool = false, isExternal: Bool = false, mtu: Int, portSecurityEnabled: Bool = true, segment: Segment,
    subnetIDs: [UUID] = [], createdAt: Timestamp, updatedAt: Timestamp, revision: Int = 1
  ) {
    self.id = id
    self.projectID = projectID
    self.name = name
    self.description = description
    self.adminStateUp = adminStateUp
    self.isShared = isShared
    self.isExternal = isExternal
    self.mtu = mtu
    self.portSecurityEnabled = portSecurityEnabled
    self.segment = segment
    self.subnetIDs = subnetIDs
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

/// How a network is carried between hosts.
package struct Segment: Hashable, Sendable {
  package var type: NetworkType
  /// The name of the provider's network a flat or VLAN segment rides on, which agents map to an interface.
  package var physicalNetwork: String?
  /// The VNI of a VXLAN segment, the VLAN id of a VLAN segment.
  package var segmentationID: Int?

  package init(type: NetworkType, physicalNetwork: String? = nil, segmentationID: Int? = nil) {
    self.type = type
    self.physicalNetwork = physicalNetwork
    self.segmentationID = segmentationID
  }

  /// The MTU of a network on this segment, of a physical network whose MTU is `physicalMTU`.
  ///
  /// VXLAN puts 50 bytes around each frame's payload: outer IPv4 20, UDP 8, VXLAN 8, inner Ethernet 14 (RFC 7348
  /// section 5; `neutron/plugins/ml2/drivers/type_tunnel.py` counts the same).
  package func mtu(physicalMTU: Int = 1500) -> Int {
    type == .vxlan ? physicalMTU - 50 : physicalMTU
  }
}

/// The kinds of segment; the API's `provider:network_type`.
package enum NetworkType: String, CaseIterable, Sendable {
  /// A bridge within each host, joined to nothing.
  case local
  case flat
  case vlan
  case vxlan
}
