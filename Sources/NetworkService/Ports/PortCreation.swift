import HTTPTypes
import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Makes a port: its row, its binding, its addresses, its groups and its block, all or nothing.
  ///
  /// - Throws: `APIError` as upstream does.
  func createPort(_ request: PortRequest, caller: NetworkCaller, configuration: NetworkConfiguration) throws -> Port {
    let network = try visibleNetwork(request.networkID, to: caller)
    try request.checkRights(of: caller, on: network)
    try checkQuota(.port, ofProject: request.projectID, configuration: configuration)
    var port = request.port(on: network, at: now)
    port.binding = try bound(
      port.binding, isDistributed: port.isDistributed, to: network.segment, at: now, configuration: configuration)
    let conflict = PortSecurityConflict.found(
      isPortSecurityEnabled: port.portSecurityEnabled, hasAddressPairs: !request.addressPairs.isEmpty,
      wantsGroups: request.securityGroupIDs.map { !$0.isEmpty } ?? false, hasGroups: false)
    if let conflict { throw conflict.apiError }
    port.securityGroups = Port.securityGroups(
      try securityGroups(request.securityGroupIDs, ofNewPort: port, caller: caller))
    port.qosPolicyID = try qosPolicyID(request.qosPolicyID, insteadOf: nil, caller: caller)
    port.qosNetworkPolicyID = network.qosPolicyID
    cause = ChangeCause(reason: "port created")
    try insert(&port, request, base: configuration.ports.baseMAC)
    port.fixedIPs = try assignAddresses(request.fixedIPs, toPort: port)
    if port.binding.vifType == .bridge { try addProvisioningBlock(.l2, toPort: port.id) }
    try updateDHCPBlock(ofPort: port, configuration)
    return port
  }

  /// How often another address is tried, as upstream's `mac_generation_retries` once had it.
  private static var macAddressAttempts: Int { 16 }

  /// Inserts with the MAC address that is asked for, or with a random one that is free.
  private func insert(_ port: inout Port, _ request: PortRequest, base: MACAddress) throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<Self.macAddressAttempts {
      port.macAddress = request.macAddress ?? .random(base: base, using: &generator)
      port.allowedAddressPairs = try request.addressPairs.json(ofPortWith: port.macAddress)
      if try insert(port) { return }
      if let address = request.macAddress { throw APIError.macAddressInUse(address, network: port.networkID) }
    }
    throw APIError.macAddressGenerationFailure(network: port.networkID)
  }

  /// A random MAC address that no port of the network has.
  func freeMACAddress(onNetwork networkID: UUID, base: MACAddress) throws -> MACAddress {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<Self.macAddressAttempts {
      let address = MACAddress.random(base: base, using: &generator)
      if try !isMACAddressInUse(address, onNetwork: networkID) { return address }
    }
    throw APIError.macAddressGenerationFailure(network: networkID)
  }
}

extension PortRequest {
  /// The port as far as the request and the network decide; its MAC address, addresses, groups and the outcome of
  /// binding are the transaction's work.
  fileprivate func port(on network: Network, at time: Timestamp) -> Port {
    Port(
      id: UUID(), networkID: network.id, projectID: projectID, name: name, description: description,
      macAddress: MACAddress(bits: 0), adminStateUp: adminStateUp, deviceID: deviceID, deviceOwner: deviceOwner,
      binding: PortBinding(host: host ?? "", vnicType: vnicType, profile: profile ?? "{}"),
      portSecurityEnabled: Port.startsWithPortSecurity(
        deviceOwner: deviceOwner, wanted: portSecurityEnabled, network: network.portSecurityEnabled),
      extraDHCPOptions: [ExtraDHCPOption]().merged(with: dhcpOptions).json, createdAt: time, updatedAt: time)
  }
}
