import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Changes a network; what changes nothing writes nothing.
  ///
  /// - Returns: The network before and after.
  /// - Throws: `APIError` as upstream does.
  func updateNetwork(
    _ id: UUID, _ change: NetworkChange, caller: NetworkCaller, wantedRevision: String?,
    configuration: NetworkConfiguration
  ) throws -> (before: Network, after: Network) {
    let before = try ownNetwork(id, of: caller, action: "update_network")
    try check(wantedRevision, against: before.revision)
    var changed = change.applied(to: before)
    changed.segment = try changeSegment(of: before, to: change.segment, configuration.segments)
    changed.qosPolicyID = try qosPolicyID(change.qosPolicyID, insteadOf: before.qosPolicyID, caller: caller)
    let isShareChanged = try changeSharing(of: before, to: change.isShared)
    try changeExternal(&changed, to: change.isExternal)
    try changeDefault(&changed, to: change.isDefault)
    if let mtu = change.mtu { changed.mtu = try judgedMTU(mtu, of: changed, configuration.segments) }
    guard changed != before || isShareChanged else { return (before, before) }
    try update(changed)
    return (before, try visibleNetwork(id, to: caller))
  }

  /// What a network is made of can hardly be changed: only the number of a VLAN to which nothing is wired
  /// (`_update_provider_network_attributes` of `neutron/plugins/ml2/plugin.py`, `update_network_segment` of
  /// `managers.py`).
  private func changeSegment(of network: Network, to wanted: SegmentRequest, _ plan: SegmentPlan) throws -> Segment {
    let segment = network.segment
    guard wanted.networkType ?? segment.type.rawValue == segment.type.rawValue,
      wanted.physicalNetwork ?? segment.physicalNetwork == segment.physicalNetwork
    else {
      throw APIError.invalidInput(
        "Plugin does not support updating the following provider network attributes: provider:network_type, "
          + "provider:physical_network")
    }
    guard let number = wanted.segmentationID, number != 0 else { return segment }
    if try hasBoundPort(onNetwork: network.id) {
      throw APIError.invalidInput(
        "Provider network attribute provider:segmentation_id cannot be updated if any port in the network has not the "
          + "following binding:vif_type: unbound, binding_failed")
    }
    guard segment.type == .vlan else { throw APIError.invalidInput("Only VLAN type networks can be updated.") }
    let changed = try plan.judged(
      SegmentRequest(
        networkType: segment.type.rawValue, physicalNetwork: segment.physicalNetwork, segmentationID: number))
    guard number != segment.segmentationID, try change(segment, to: number, ofNetwork: network.id) else {
      throw APIError.segmentInUse(changed)
    }
    return changed
  }

  /// - Returns: Whether that is a change.
  private func changeSharing(of network: Network, to wanted: Bool?) throws -> Bool {
    let policy = try wanted.flatMap { _ in
      try rbacPolicy(.accessAsShared, network: network.id, target: RBACPolicy.everybody)
    }
    guard let wanted, wanted != (policy != nil) else { return false }
    if let policy {
      let subnetOwners = Set(try subnets(ofNetwork: network.id).map(\.projectID))
      if try isNeeded(policy, on: network, besides: subnetOwners) {
        throw APIError.invalidSharedSetting(network.name)
      }
      try deletePolicy(policy.id)
    } else {
      try allowEverybody(.accessAsShared, on: network)
    }
    return true
  }

  private func changeExternal(_ network: inout Network, to wanted: Bool?) throws {
    guard let wanted, wanted != network.isExternal else { return }
    network.isExternal = wanted
    if wanted {
      try allowEverybody(.accessAsExternal, on: network)
    } else {
      guard try !hasGatewayPort(onNetwork: network.id) else { throw APIError.externalNetworkInUse(network.id) }
      try deletePolicies(.accessAsExternal, network: network.id)
      network.isDefault = false
    }
  }

  private func changeDefault(_ network: inout Network, to wanted: Bool?) throws {
    guard let wanted, network.isExternal else { return }
    if wanted, let other = try defaultNetwork(), other != network.id {
      throw APIError.defaultExternalNetworkExists(other)
    }
    network.isDefault = wanted
  }

  private func judgedMTU(_ mtu: Int, of network: Network, _ plan: SegmentPlan) throws -> Int {
    let versions = try subnets(ofNetwork: network.id).map(\.version)
    if let minimum = Network.mtuNeeded(bySubnetsOf: versions, insteadOf: mtu) {
      throw APIError.networkMTUSubnetConflict(network.id, minimum: minimum)
    }
    let largest = plan.mtu.largest(on: network.segment)
    guard mtu <= largest else { throw APIError.mtuTooBig(maximum: largest) }
    return mtu == 0 ? largest : mtu
  }
}
