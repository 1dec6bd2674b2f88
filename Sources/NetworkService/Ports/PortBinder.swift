import JSON
import Model
import Store

/// Decides what a port is bound to: a pure function of the network's segment and of the agent on the host, as
/// `neutron/plugins/ml2/drivers/linuxbridge/mech_driver/mech_linuxbridge.py` has it.
enum PortBinder {
  /// What the answer tells Nova of the interface: that the agent filters it, so that Nova need not.
  static let bridgeDetails = #"{"connectivity": "l2", "port_filter": true}"#

  /// - Parameter agent: The Linux bridge agent on `binding.host`, if it is alive.
  static func bound(_ binding: PortBinding, to segment: Segment, by agent: Agent?) -> PortBinding {
    var result = binding
    (result.vifType, result.vifDetails) = (.unbound, "{}")
    guard !binding.host.isEmpty else { return result }
    guard binding.vnicType == .normal, let agent, serves(segment, agent) else {
      result.vifType = .bindingFailed
      return result
    }
    (result.vifType, result.vifDetails) = (.bridge, bridgeDetails)
    return result
  }

  /// Whether the agent's configuration lets it carry the segment.
  static func serves(_ segment: Segment, _ agent: Agent) -> Bool {
    guard let configurations = try? JSONValue(parsing: agent.configurations) else { return false }
    switch segment.type {
    case .local: return true
    case .vxlan: return configurations["tunnel_types"]?.array?.contains("vxlan") == true
    case .flat, .vlan:
      guard let name = segment.physicalNetwork else { return false }
      return configurations["interface_mappings"]?[name] != nil || configurations["bridge_mappings"]?[name] != nil
    }
  }
}

extension Snapshot {
  /// Binds to `binding.host` whatever is asked for in `binding`: its `vif_type` and details are the outcome.
  ///
  /// - Parameter now: When the agent must be alive.
  func bound(
    _ binding: PortBinding, isDistributed: Bool, to segment: Segment, at now: Timestamp,
    configuration: NetworkConfiguration
  ) throws -> PortBinding {
    if isDistributed {
      var result = binding
      (result.host, result.vifType, result.vifDetails) = ("", .distributed, "{}")
      return result
    }
    guard !binding.host.isEmpty else { return PortBinder.bound(binding, to: segment, by: nil) }
    let agent = try agent(type: Agent.linuxBridgeType, host: binding.host)
    let isUsable = agent?.isUsable(at: now, downTime: configuration.agentDownTime) == true
    return PortBinder.bound(binding, to: segment, by: isUsable ? agent : nil)
  }
}

extension Transaction {
  /// Blocks a port that an agent is about to wire until it has, and takes the block away from one that nobody wires
  /// (`neutron/plugins/ml2/drivers/mech_agent.py` `_insert_provisioning_block`).
  func updateL2Block(ofPort id: UUID, binding: PortBinding, status: PortStatus) throws {
    if binding.vifType == .bridge {
      if status != .active { try addProvisioningBlock(.l2, toPort: id) }
    } else {
      try removeProvisioningBlock(.l2, ofPort: id)
    }
  }
}
