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
}

/// The kinds of segment; the API's `provider:network_type`.
package enum NetworkType: String, CaseIterable, Sendable {
  /// A bridge within each host, joined to nothing.
  case local
  case flat
  case vlan
  case vxlan

  /// The numbers by which segments of the kind are told apart; `nil` if there are none. 0 and 4095 are no VLANs
  /// (IEEE 802.1Q), and a VNI has 24 bits (RFC 7348).
  package var segmentationIDs: ClosedRange<Int>? {
    switch self {
    case .local, .flat: nil
    case .vlan: 1...4094
    case .vxlan: 1...16_777_215
    }
  }
}
