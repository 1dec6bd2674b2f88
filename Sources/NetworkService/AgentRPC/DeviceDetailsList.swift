import HostRPC
import JSON
import Model
import Store

extension Transaction {
  /// Answers what an agent asks of one device, and moves its port to BUILD if the agent is to wire it.
  func deviceAnswer(
    _ device: String, host: String, observedAt: Timestamp?, networks: inout [UUID: Network]
  ) throws -> DeviceAnswer {
    guard let port = try port(ofDevice: device, host: host) else { return .unknown(device: device) }
    // The target of a live migration wires the tap before the guest is there, which upstream's server does not let it:
    // a guest would arrive on a network that is not ready.
    guard try port.isDistributed || port.binding.host == host || isExpected(port.id, onHost: host) else {
      return .noActiveBinding(device: device)
    }
    guard port.isDistributed || port.binding.isBound,
      let network = try networks[port.networkID] ?? network(port.networkID)
    else {
      return .unknown(device: device)
    }
    networks[network.id] = network
    cause = ChangeCause(reason: GetDevicesDetailsList.name, host: host, observedAt: observedAt)
    try updatePortStatus(port, on: .detailsFetched, host: host)
    return .details(
      DeviceDetails(device: device, port: port, network: network, bandwidth: try bandwidth(of: port)))
  }
}

extension Snapshot {
  /// The port that a device belongs to. A tap's name holds the first 11 characters of the port's id: of several ports
  /// with the same the one on the asking host is meant.
  func port(ofDevice device: String, host: String) throws -> Port? {
    let name = device.hasPrefix("tap") ? device.dropFirst(3) : device[...]
    // Fewer characters would match ports by accident; more than an id has match none.
    guard (11...36).contains(name.utf8.count),
      name.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.hexadecimalDigit != nil })
    else { return nil }
    let candidates = try ports(idPrefix: name.lowercased())
    return candidates.first { $0.binding.host == host } ?? candidates.first
  }
}

extension DeviceDetails {
  init(device: String, port: Port, network: Network, bandwidth: PortBandwidth) {
    self.init(
      device: device, networkID: network.id, portID: port.id, macAddress: port.macAddress,
      adminStateUp: port.adminStateUp, networkType: network.segment.type.rawValue,
      segmentationID: network.segment.segmentationID, physicalNetwork: network.segment.physicalNetwork,
      mtu: network.mtu,
      fixedIPs: port.fixedIPs.map { FixedIP(subnetID: $0.subnetID, ipAddress: $0.address.description) },
      deviceOwner: port.deviceOwner,
      allowedAddressPairs: port.allowedAddressPairs == "[]"
        ? [] : (try? JSONValue(parsing: port.allowedAddressPairs)) ?? [],
      portSecurityEnabled: port.portSecurityEnabled, qosPolicyID: port.qosPolicyID,
      qosNetworkPolicyID: port.qosNetworkPolicyID, bandwidth: bandwidth,
      profile: port.binding.profile == "{}" ? [:] : (try? JSONValue(parsing: port.binding.profile)) ?? [:])
  }
}
