extension Port {
  /// The policy whose rules hold for the port: its own, else its network's, which is not for the devices of the network
  /// itself unless they lead out of it (`should_apply_to_port` of `neutron/objects/qos/rule.py`).
  package var effectiveQoSPolicyID: UUID? {
    if let qosPolicyID { return qosPolicyID }
    return Self.hasNetworkQoS(deviceOwner: deviceOwner) ? qosNetworkPolicyID : nil
  }

  /// Whether a network's policy is for ports of this owner.
  package static func hasNetworkQoS(deviceOwner: String) -> Bool {
    if gatewayOwners.contains(where: { deviceOwner.hasPrefix($0) }) { return true }
    return !networkDevicePrefixes.contains { deviceOwner.hasPrefix($0) }
  }

  /// `DEVICE_OWNER_PREFIXES` of `neutron_lib/constants.py`.
  private static let networkDevicePrefixes = ["network:", "neutron:"]
  private static let gatewayOwners = ["network:router_gateway", "network:floatingip_agent_gateway"]
}
