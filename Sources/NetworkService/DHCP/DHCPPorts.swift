import HostRPC
import Model
import Store

// The DHCP agents' own ports: one for each network and agent, told by its device id.

extension NetworkService {
  /// Answers `create_dhcp_port`.
  func dhcpPort(_ arguments: CreateDHCPPort.Arguments) async throws -> DHCPPort? {
    let configuration = configuration
    let answer = try await store.write { transaction -> (port: Port, isNew: Bool)? in
      transaction.cause = ChangeCause(reason: CreateDHCPPort.name, host: arguments.host)
      return try transaction.dhcpPort(arguments, configuration)
    }
    guard let answer else { return nil }
    if answer.isNew, answer.port.binding.isBound {
      try await castPortUpdate(answer.port.id, to: [answer.port.binding.host])
    }
    return try DHCPPort(answer.port)
  }
}

extension Transaction {
  /// - Returns: The port and whether it was changed; `nil` if the network is not the agent's to serve any more, or has no
  ///   subnet with DHCP.
  fileprivate func dhcpPort(
    _ arguments: CreateDHCPPort.Arguments, _ configuration: NetworkConfiguration
  ) throws -> (port: Port, isNew: Bool)? {
    guard let agent = try agent(type: Agent.dhcpType, host: arguments.host),
      try isNetwork(arguments.networkID, servedBy: agent.id), let network = try network(arguments.networkID)
    else { return nil }
    let subnets = try subnets(ofNetwork: network.id).filter(\.enableDHCP)
    guard !subnets.isEmpty else { return nil }
    if let port = try port(ofDeviceID: arguments.deviceID, onNetwork: network.id) {
      return try changedDHCPPort(port, on: network, subnets: subnets, host: arguments.host, configuration)
    }
    if var port = try port(ofDeviceID: Self.reservedDHCPDevice, onNetwork: network.id) {
      port.deviceID = arguments.deviceID
      try update(port)
      return try changedDHCPPort(port, on: network, subnets: subnets, host: arguments.host, configuration)
    }
    return (try newDHCPPort(arguments, on: network, subnets: subnets, configuration), true)
  }

  /// The `device_id` of a port that waits for the next agent (`DEVICE_ID_RESERVED_DHCP_PORT`).
  private static let reservedDHCPDevice = "reserved_dhcp_port"

  /// Keeps the port of an agent that serves the network no more for the one that comes next: guests know its address as
  /// that of their DHCP and name server.
  func reserveDHCPPort(ofNetwork id: UUID, host: String) throws {
    for var port in try ports(ofNetwork: id) where port.deviceOwner == DeviceOwner.dhcp && port.binding.host == host {
      port.deviceID = Self.reservedDHCPDevice
      try update(port)
    }
  }

  private func newDHCPPort(
    _ arguments: CreateDHCPPort.Arguments, on network: Network, subnets: [Subnet], _ configuration: NetworkConfiguration
  ) throws -> Port {
    var port = Port(
      id: UUID(), networkID: network.id, projectID: network.projectID,
      macAddress: try freeMACAddress(onNetwork: network.id, base: configuration.ports.baseMAC),
      deviceID: arguments.deviceID, deviceOwner: DeviceOwner.dhcp, portSecurityEnabled: false, createdAt: now,
      updatedAt: now)
    port.binding = try bound(
      PortBinding(host: arguments.host), isDistributed: false, to: network.segment, at: now,
      configuration: configuration)
    // The address was free a moment ago, and nobody else writes.
    guard try insert(port) else { throw RemoteFailure(kind: .handlerFailed, message: "the MAC address is taken") }
    port.fixedIPs = try assignAddresses(subnets.map { FixedIPRequest(subnetID: $0.id) }, toPort: port)
    if port.binding.isBound { try addProvisioningBlock(.l2, toPort: port.id) }
    return port
  }

  /// Follows subnets that have come or gone, and an agent of this host that has come since.
  private func changedDHCPPort(
    _ port: Port, on network: Network, subnets: [Subnet], host: String, _ configuration: NetworkConfiguration
  ) throws -> (port: Port, isNew: Bool) {
    var after = port
    if Set(port.fixedIPs.map(\.subnetID)) != Set(subnets.map(\.id)) {
      let requests = subnets.map { subnet in
        FixedIPRequest(
          subnetID: subnet.id,
          // An automatic address follows from the MAC address, and cannot be asked for.
          address: subnet.isAutoAddressed ? nil : port.fixedIPs.first { $0.subnetID == subnet.id }?.address)
      }
      after.fixedIPs = try reassignAddresses(requests, ofPort: port, changedTo: after)
    }
    if !port.binding.isBound || port.binding.host != host {
      after.binding.host = host
      after.binding = try bound(
        after.binding, isDistributed: false, to: network.segment, at: now, configuration: configuration)
      if after.binding != port.binding {
        try setActiveBinding(after.binding, ofPort: port.id)
        try followBinding(before: port, after: after)
      }
    }
    guard after != port else { return (port, false) }
    try touchPort(port.id)
    return (after, true)
  }
}
