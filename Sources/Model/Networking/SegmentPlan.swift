/// Which segments there are to give to networks: the administrator's settings, and upstream's rules about them
/// (`neutron/plugins/ml2/managers.py` and the type drivers in `neutron/plugins/ml2/drivers`).
package struct SegmentPlan: Hashable, Sendable {
  /// A physical network with the VLANs of it that may be given to whoever asks for none in particular.
  package struct VLANs: Hashable, Sendable {
    package var physicalNetwork: String
    /// Joined: ascending, and no two of them touch.
    package var ranges: [ClosedRange<Int>]

    package init(physicalNetwork: String, ranges: [ClosedRange<Int>]) {
      self.physicalNetwork = physicalNetwork
      self.ranges = ranges.joined
    }
  }

  /// The kinds of network there may be; `type_drivers`.
  package var types: Set<NetworkType> = Set(NetworkType.allCases)
  /// What a network becomes whose maker names no kind: the first of them of which a segment is left.
  package var tenantTypes: [NetworkType] = [.vxlan]
  /// What an external network becomes in that case; `nil` makes no difference between them.
  package var externalType: NetworkType?
  /// The physical networks that may be flat; `nil` allows any name.
  package var flatNetworks: Set<String>?
  /// In the order in which they are used.
  package var vlans: [VLANs] = []
  /// The VNIs that may be given to whoever asks for none in particular.
  package var vniRanges: [ClosedRange<Int>] = [1...16_777_215]
  package var mtu = SegmentMTU()

  package init() {}

  /// The kinds that are tried in turn for a network whose maker names none.
  package func typesTried(isExternal: Bool) -> [NetworkType] {
    if isExternal, let externalType { return [externalType] }
    return tenantTypes
  }

  /// The ranges out of which a segment is given; `nil` for kinds without numbers.
  package func pools(of type: NetworkType, physicalNetwork: String? = nil) -> [SegmentPool] {
    switch type {
    case .local, .flat: []
    case .vxlan: [SegmentPool(type: .vxlan, ranges: vniRanges.joined)]
    case .vlan:
      vlans.filter { physicalNetwork == nil || $0.physicalNetwork == physicalNetwork }
        .map { SegmentPool(type: .vlan, physicalNetwork: $0.physicalNetwork, ranges: $0.ranges) }
    }
  }
}

/// Numbers of one kind on one physical network, as configured.
package struct SegmentPool: Hashable, Sendable {
  package var type: NetworkType
  package var physicalNetwork: String?
  /// Joined: ascending, and no two of them touch.
  package var ranges: [ClosedRange<Int>]

  package init(type: NetworkType, physicalNetwork: String? = nil, ranges: [ClosedRange<Int>]) {
    self.type = type
    self.physicalNetwork = physicalNetwork
    self.ranges = ranges
  }
}
