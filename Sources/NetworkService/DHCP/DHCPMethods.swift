import HostRPC
import JSON
import Model
import Store

extension NetworkService {
  /// Serves what DHCP agents ask. Called once, with the other agents' methods.
  func registerDHCPMethods() {
    hosts.register(GetActiveNetworksInfo.self) { [self] arguments, _ in
      try await scheduleDHCPNetworks()
      return .init(networks: try await store.read { try $0.dhcpNetworks(ofHost: arguments.host) })
    }
    hosts.register(GetNetworkInfo.self) { [self] arguments, _ in
      .init(network: try await store.read { try $0.dhcpNetwork(arguments.networkID, host: arguments.host) })
    }
    hosts.register(CreateDHCPPort.self) { [self] arguments, _ in
      .init(port: try await dhcpPort(arguments))
    }
    hosts.register(ReleaseDHCPPort.self) { [self] arguments, _ in
      try await releaseDHCPPort(arguments)
      return NoResult()
    }
    hosts.register(DHCPReadyOnPorts.self) { [self] arguments, caller in
      try await dhcpReady(arguments, host: caller.host)
      return NoResult()
    }
  }

  private func releaseDHCPPort(_ arguments: ReleaseDHCPPort.Arguments) async throws {
    let port = try await store.write { transaction -> Port? in
      guard let port = try transaction.port(ofDeviceID: arguments.deviceID, onNetwork: arguments.networkID),
        port.deviceOwner == DeviceOwner.dhcp
      else { return nil }
      transaction.cause = ChangeCause(reason: ReleaseDHCPPort.name, host: arguments.host)
      try transaction.deletePort(port.id)
      return port
    }
    if let port { castPortDelete(port) }
  }
}

extension Snapshot {
  /// All networks that the DHCP agent on the host is given.
  fileprivate func dhcpNetworks(ofHost host: String) throws -> [DHCPNetwork] {
    guard let agent = try agent(type: Agent.dhcpType, host: host), agent.adminStateUp else { return [] }
    return try networkIDs(ofDHCPAgent: agent.id).compactMap { try dhcpNetwork($0) }
  }

  /// The network if the DHCP agent on the host is given it.
  fileprivate func dhcpNetwork(_ id: UUID, host: String) throws -> DHCPNetwork? {
    guard let agent = try agent(type: Agent.dhcpType, host: host), agent.adminStateUp,
      try isNetwork(id, servedBy: agent.id)
    else { return nil }
    return try dhcpNetwork(id)
  }

  private func dhcpNetwork(_ id: UUID) throws -> DHCPNetwork? {
    guard let network = try network(id) else { return nil }
    return DHCPNetwork(
      id: id, adminStateUp: network.adminStateUp, mtu: network.mtu,
      subnets: try subnets(ofNetwork: id).map(DHCPSubnet.init),
      ports: try ports(ofNetwork: id).filter { !$0.fixedIPs.isEmpty || $0.extraDHCPOptions != "[]" }
        .map { try DHCPPort($0) })
  }
}

extension DHCPSubnet {
  fileprivate init(_ subnet: Subnet) {
    self.init(
      id: subnet.id, cidr: subnet.cidr, gatewayIP: subnet.gatewayIP, enableDHCP: subnet.enableDHCP,
      dnsNameservers: subnet.dnsNameservers, hostRoutes: subnet.hostRoutes, ipv6RAMode: subnet.ipv6RAMode,
      ipv6AddressMode: subnet.ipv6AddressMode)
  }
}

extension DHCPPort {
  init(_ port: Port) throws {
    self.init(
      id: port.id, networkID: port.networkID, macAddress: port.macAddress, deviceID: port.deviceID,
      deviceOwner: port.deviceOwner, adminStateUp: port.adminStateUp, fixedIPs: port.fixedIPs,
      extraDHCPOptions: try [ExtraDHCPOption](json: port.extraDHCPOptions))
  }
}
