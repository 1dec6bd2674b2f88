import HostRPC
import Model
import Store

extension Transaction {
  /// Keeps a port from becoming ACTIVE until a DHCP agent answers for its addresses. There is no such block when nobody
  /// would ever take it away: without an address on a subnet with DHCP, or without a live agent that has the network
  /// (`neutron/plugins/ml2/plugin.py`, `_setup_dhcp_agent_provisioning_component`). A network that nobody serves yet is
  /// given to an agent first.
  func updateDHCPBlock(ofPort port: Port, _ configuration: NetworkConfiguration) throws {
    // The agents' own ports carry the answers.
    guard port.deviceOwner != DeviceOwner.dhcp else { return }
    guard try isDHCPEnabled(onAnyOf: port.fixedIPs.map(\.subnetID)) else {
      try completeProvisioning(of: .dhcp, ofPort: port.id)
      return
    }
    if configuration.dhcp.schedulesAutomatically { try scheduleDHCP(ofNetwork: port.networkID, configuration) }
    if try usableDHCPAgents(ofNetwork: port.networkID, at: now, configuration).isEmpty {
      try completeProvisioning(of: .dhcp, ofPort: port.id)
    } else {
      try addProvisioningBlock(.dhcp, toPort: port.id)
    }
  }

  /// The same after a change, if it is one that the DHCP servers have to follow. An active port stays what it is.
  func followDHCP(before: Port, after: Port, _ configuration: NetworkConfiguration) throws {
    let isSame =
      before.fixedIPs == after.fixedIPs && before.macAddress == after.macAddress
      && before.deviceOwner == after.deviceOwner && before.binding.host == after.binding.host
    guard !isSame else { return }
    try updateDHCPBlock(ofPort: after, configuration)
  }
}

extension NetworkService {
  /// Takes the block "DHCP" of ports away that an agent answers for.
  func dhcpReady(_ arguments: DHCPReadyOnPorts.Arguments, host: String) async throws {
    for start in stride(from: 0, to: arguments.portIDs.count, by: 256) {
      let batch = arguments.portIDs[start..<min(start + 256, arguments.portIDs.count)]
      // Agents that compare everything tell of every port, of which hardly one waits.
      let blocked = try await store.read { snapshot in
        try batch.filter { try snapshot.provisioningBlocks(ofPort: $0).contains(.dhcp) }
      }
      guard !blocked.isEmpty else { continue }
      try await store.write { transaction in
        transaction.cause = ChangeCause(reason: DHCPReadyOnPorts.name, host: host)
        for id in blocked { try transaction.completeProvisioning(of: .dhcp, ofPort: id) }
      }
    }
  }
}
