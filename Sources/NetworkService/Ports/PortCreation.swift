import HTTPTypes
import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Makes a port: its row, its binding, its addresses and its block, all or nothing.
  ///
  /// - Throws: `APIError` as upstream does.
  func createPort(_ request: PortRequest, caller: NetworkCaller, configuration: NetworkConfiguration) throws -> Port {
    let network = try visibleNetwork(request.networkID, to: caller)
    try checkRights(request, on: network, caller: caller)
    let isDistributed = request.deviceOwner == Port.distributedRouterOwner
    let binding = try bound(
      PortBinding(host: request.host, vnicType: request.vnicType, profile: request.profile),
      isDistributed: isDistributed, to: network.segment, at: now, configuration: configuration)
    var port = Port(
      id: UUID(), networkID: network.id, projectID: request.projectID, name: request.name,
      description: request.description, macAddress: request.macAddress ?? MACAddress(bits: 0),
      adminStateUp: request.adminStateUp, deviceID: request.deviceID, deviceOwner: request.deviceOwner,
      binding: binding, portSecurityEnabled: request.portSecurityEnabled ?? network.portSecurityEnabled,
      createdAt: now, updatedAt: now)
    cause = ChangeCause(reason: "port created")
    try insert(&port, macAddress: request.macAddress)
    port.fixedIPs = try assignAddresses(request.fixedIPs, toPort: port.id, ofNetwork: network.id)
    if binding.vifType == .bridge { try addProvisioningBlock(.l2, toPort: port.id) }
    return port
  }

  /// Inserts with the MAC address that is asked for, or with a random one that is free; `mac_generation_retries` is
  /// upstream's 16.
  private func insert(_ port: inout Port, macAddress: MACAddress?) throws {
    if let macAddress {
      guard try insert(port) else { throw APIError.macAddressInUse(macAddress, network: port.networkID) }
      return
    }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<16 {
      port.macAddress = .random(using: &generator)
      if try insert(port) { return }
    }
    throw APIError(
      .serviceUnavailable, type: "MacAddressGenerationFailure",
      "Unable to generate unique mac on network \(port.networkID).")
  }

  /// On a network that is another project's, the port's addresses are not the caller's to choose, nor is it a network
  /// service's port.
  private func checkRights(_ request: PortRequest, on network: Network, caller: NetworkCaller) throws {
    guard !caller.owns(network.projectID) else { return }
    var forbidden: [String] = []
    if request.deviceOwner.hasPrefix("network:") { forbidden.append("device_owner") }
    if request.macAddress != nil { forbidden.append("mac_address") }
    if request.fixedIPs?.contains(where: { $0.address != nil }) == true { forbidden.append("fixed_ips:ip_address") }
    guard forbidden.isEmpty else {
      throw APIError.policyNotAuthorized(ResourceKind.rules("create_port", attributes: forbidden))
    }
  }
}
