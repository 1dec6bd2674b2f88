import ArgumentParser
import HostRPC
import Model
import Store

/// What the database knows of a port.
struct WantedPort: Sendable {
  var port: Port
  var network: Network
  /// The Linux bridge agent of the port's host.
  var agent: Agent?
  var blocks: Set<ProvisioningEntity> = []
  var lastTransition: PortTransition?

  /// Reads what a person means with `text`. Throws `ValidationError` if that is no port, or several.
  static func read(_ text: String, from store: ReadOnlyStore) throws -> WantedPort {
    let prefix = (text.hasPrefix("tap") ? String(text.dropFirst(3)) : text).lowercased()
    guard prefix.count >= 8, prefix.allSatisfy({ $0.isHexDigit || $0 == "-" }) else {
      throw ValidationError("'\(text)' is neither a port's id, nor 8 characters of one, nor a tap.")
    }
    return try store.read { snapshot in
      let found = try snapshot.ports(idPrefix: prefix)
      guard let port = found.first else { throw ValidationError("There is no port '\(text)' in the database.") }
      guard found.count == 1 else {
        throw ValidationError(
          "\(found.count) ports begin so:\n" + found.map { "  \($0.id)" }.joined(separator: "\n"))
      }
      guard let network = try snapshot.network(port.networkID) else {
        throw ValidationError("The network of port \(port.id) has just been deleted.")
      }
      return WantedPort(
        port: port, network: network,
        agent: try snapshot.agent(type: Agent.linuxBridgeType, host: port.binding.host),
        blocks: try snapshot.provisioningBlocks(ofPort: port.id),
        lastTransition: try snapshot.transitions(ofPort: port.id).last)
    }
  }

  /// What the server would tell the agent, as far as the wiring needs it.
  var details: DeviceDetails {
    DeviceDetails(
      device: port.tapName, networkID: network.id, portID: port.id, macAddress: port.macAddress,
      adminStateUp: port.adminStateUp, networkType: network.segment.type.rawValue,
      segmentationID: network.segment.segmentationID, physicalNetwork: network.segment.physicalNetwork,
      mtu: network.mtu, fixedIPs: [], deviceOwner: port.deviceOwner, portSecurityEnabled: port.portSecurityEnabled)
  }
}
