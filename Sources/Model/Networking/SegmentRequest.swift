/// The `provider:` attributes of a network as an administrator asks for them.
package struct SegmentRequest: Hashable, Sendable {
  package var networkType: String?
  package var physicalNetwork: String?
  package var segmentationID: Int?

  package init(networkType: String? = nil, physicalNetwork: String? = nil, segmentationID: Int? = nil) {
    self.networkType = networkType
    self.physicalNetwork = physicalNetwork
    self.segmentationID = segmentationID
  }

  /// Whether nothing is asked for, which leaves the choice to the server.
  package var isEmpty: Bool { networkType == nil && physicalNetwork == nil && segmentationID == nil }
}

/// Why a segment cannot be what is asked for, in upstream's words.
package struct SegmentFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

extension SegmentPlan {
  /// Judges what is asked for. What the result leaves open (the number, and for a VLAN the physical network) is the
  /// server's to choose.
  ///
  /// - Throws: ``SegmentFault``
  package func checked(_ wanted: SegmentRequest) throws(SegmentFault) -> Segment {
    guard let name = wanted.networkType else { throw SegmentFault("network_type required") }
    guard let type = NetworkType(rawValue: name), types.contains(type) else {
      throw SegmentFault("network_type value '\(name)' not supported")
    }
    var wanted = wanted
    // Upstream takes an empty name for none.
    if wanted.physicalNetwork == "" { wanted.physicalNetwork = nil }
    switch type {
    case .local: try prohibit(wanted.physicalNetwork != nil, "physical_network", type)
    case .flat: try checkFlat(wanted.physicalNetwork)
    case .vlan: try checkVLAN(wanted)
    case .vxlan:
      if wanted.physicalNetwork != nil { throw SegmentFault("provider:physical_network specified for vxlan network") }
    }
    if let number = wanted.segmentationID { try check(number, of: type) }
    return Segment(type: type, physicalNetwork: wanted.physicalNetwork, segmentationID: wanted.segmentationID)
  }

  private func prohibit(_ isThere: Bool, _ name: String, _ type: NetworkType) throws(SegmentFault) {
    if isThere { throw SegmentFault("\(name) prohibited for \(type.rawValue) provider network") }
  }

  private func checkFlat(_ name: String?) throws(SegmentFault) {
    guard let name else { throw SegmentFault("physical_network required for flat provider network") }
    guard let flatNetworks else { return }
    if flatNetworks.isEmpty { throw SegmentFault("Flat provider networks are disabled") }
    guard flatNetworks.contains(name) else {
      throw SegmentFault("physical_network '\(name)' unknown for flat provider network")
    }
  }

  private func checkVLAN(_ wanted: SegmentRequest) throws(SegmentFault) {
    if let name = wanted.physicalNetwork {
      guard vlans.contains(where: { $0.physicalNetwork == name }) else {
        throw SegmentFault("physical_network '\(name)' unknown for VLAN provider network")
      }
    } else if wanted.segmentationID != nil {
      throw SegmentFault("segmentation_id requires physical_network for VLAN provider network")
    }
  }

  /// An administrator may name a number outside the configured ranges, but none that a frame has no room for.
  private func check(_ number: Int, of type: NetworkType) throws(SegmentFault) {
    guard let numbers = type.segmentationIDs else { return try prohibit(true, "segmentation_id", type) }
    guard numbers.contains(number) else {
      throw SegmentFault("segmentation_id out of range (\(numbers.lowerBound) through \(numbers.upperBound))")
    }
  }
}
