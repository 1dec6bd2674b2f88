/// How large a packet may be on each kind of segment: the rules of upstream's type drivers
/// (`neutron/plugins/ml2/drivers/type_flat.py`, `type_vlan.py`, `type_tunnel.py`, `type_vxlan.py`). All in bytes.
package struct SegmentMTU: Hashable, Sendable {
  /// What the physical networks let through; `global_physnet_mtu`.
  package var physical: Int
  /// The physical networks that let less through; `physical_network_mtus`.
  package var physicalNetworks: [String: Int]
  /// What the network between the tunnels' ends lets through, if that is less; `path_mtu`. 0 if it is not known.
  package var path: Int
  /// The version of the tunnels' own addresses; `overlay_ip_version`.
  package var overlayIPVersion: IPVersion

  package init(
    physical: Int = 1500, physicalNetworks: [String: Int] = [:], path: Int = 0, overlayIPVersion: IPVersion = .v4
  ) {
    self.physical = physical
    self.physicalNetworks = physicalNetworks
    self.path = path
    self.overlayIPVersion = overlayIPVersion
  }

  /// UDP 8, VXLAN 8 and the inner frame's Ethernet header 14 (RFC 7348 section 5).
  private static let vxlanOverhead = 30

  /// The largest MTU that a network on such a segment can have, and the one that it has if none is asked for.
  package func largest(on type: NetworkType, physicalNetwork: String? = nil) -> Int {
    switch type {
    case .local: physical
    case .flat, .vlan: min(physical, physicalNetwork.flatMap { physicalNetworks[$0] } ?? physical)
    case .vxlan: (path > 0 ? min(physical, path) : physical) - tunnelOverhead
    }
  }

  /// The outer headers with what they carry before the guest's packet.
  package var tunnelOverhead: Int { (overlayIPVersion == .v6 ? 40 : 20) + Self.vxlanOverhead }

  package func largest(on segment: Segment) -> Int {
    largest(on: segment.type, physicalNetwork: segment.physicalNetwork)
  }
}
