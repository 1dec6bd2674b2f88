import Model
import OpenStackHTTP
import Store

// Who has which policy (`neutron/core_extensions/qos.py`).

extension Snapshot {
  /// The policy of a new network: what is asked for, else its project's default.
  ///
  /// - Throws: `APIError` 404 for a policy that the caller does not see.
  func qosPolicyID(_ wanted: UUID??, ofNewNetworkOf project: String, caller: NetworkCaller) throws -> UUID? {
    guard let wanted = wanted ?? nil else { return try defaultQoSPolicy(ofProject: project) }
    return try visibleQoSPolicy(wanted, to: caller).id
  }

  /// The policy that a port or a network is to have instead of `before`.
  ///
  /// - Parameter wanted: `nil` leaves what there is.
  /// - Throws: `APIError` 404 for a policy that the caller does not see, 403 if the one before is such.
  func qosPolicyID(_ wanted: UUID??, insteadOf before: UUID?, caller: NetworkCaller) throws -> UUID? {
    guard let wanted, wanted != before else { return before }
    if let before, let policy = try qosPolicy(before), !caller.sees(policy) {
      throw APIError.qosPolicyRemoveNotAuthorized(before)
    }
    return try wanted.map { try visibleQoSPolicy($0, to: caller).id }
  }

  /// What a port may send and receive.
  func bandwidth(of port: Port) throws -> PortBandwidth {
    guard let policy = port.effectiveQoSPolicyID else { return PortBandwidth() }
    return try bandwidth(ofQoSPolicy: policy)
  }
}
