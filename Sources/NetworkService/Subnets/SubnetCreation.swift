import JSON
import Model
import OpenStackHTTP
import Store

/// A subnet, and the ports whose addresses have changed with it.
struct ChangedSubnet: Sendable {
  var subnet: Subnet
  var portIDs: [UUID]
}

extension Transaction {
  /// Makes a subnet, and gives the ports of the network their addresses if they are automatic.
  ///
  /// - Throws: `APIError` as upstream does.
  func createSubnet(
    _ request: SubnetRequest, caller: NetworkCaller, configuration: NetworkConfiguration
  ) throws -> ChangedSubnet {
    let network = try visibleNetwork(request.networkID, to: caller)
    try caller.require("create_subnet", PolicyTarget(networkProject: network.projectID))
    try checkQuota(.subnet, ofProject: request.projectID, configuration: configuration)
    let others = try subnets(ofNetwork: network.id)
    let pool = try subnetPool(of: request, caller: caller)
    try checkAffinity(of: pool, version: request.version, with: others)
    let cidr = try prefix(for: request, of: pool)
    let subnet = try request.subnet(cidr: cidr, poolID: pool?.id, at: now)
    do {
      try subnet.checkNew(limits: configuration.subnets, namesGateway: request.namesGateway)
      try subnet.checkMTU(network.mtu)
      try subnet.checkPools()
      if request.pools != nil { try subnet.checkGatewayOutsidePools() }
      if others.contains(where: { $0.cidr.overlaps(cidr) }) { throw SubnetViolation.overlapsSubnet }
    } catch let violation as SubnetViolation {
      throw APIError(violation, of: subnet, name: "new subnet")
    }
    try insert(subnet)
    try touchNetwork(network.id)
    return ChangedSubnet(subnet: subnet, portIDs: try assignAutoAddresses(of: subnet))
  }

  /// All subnets of a version on a network come out of the same pool, or none does.
  private func checkAffinity(of pool: SubnetPool?, version: IPVersion, with others: [Subnet]) throws {
    guard others.contains(where: { $0.version == version && $0.subnetPoolID != pool?.id }) else { return }
    throw APIError.badRequest(
      "Subnets hosted on the same network must be allocated from the same subnet pool.",
      type: "NetworkSubnetPoolAffinityError")
  }

  /// Changes a subnet.
  ///
  /// - Throws: `APIError`, 409 for the gateway of a router.
  func updateSubnet(_ before: Subnet, _ change: SubnetChange, configuration: NetworkConfiguration) throws {
    let changed = try change.applied(to: before, limits: configuration.subnets)
    guard changed != before else { return }
    if let gateway = before.gatewayIP, changed.gatewayIP != gateway,
      let port = try portWithAddress(ofSubnet: before.id, owners: DeviceOwner.routerInterfaces, address: gateway)
    {
      throw APIError.gatewayInUse(gateway, port: port)
    }
    try update(changed, hasNewPools: changed.allocationPools != before.allocationPools)
  }

  /// Deletes a subnet. The network's own ports lose their addresses of it, and every port its automatic one.
  ///
  /// - Returns: Those ports.
  /// - Throws: `APIError` 409 while other ports have its addresses.
  func deleteSubnet(_ subnet: Subnet) throws -> [UUID] {
    let user =
      subnet.isAutoAddressed
      ? try portWithAddress(ofSubnet: subnet.id, owners: DeviceOwner.routerInterfaces)
      : try portWithAddress(ofSubnet: subnet.id, exceptOwners: DeviceOwner.autoDeleted)
    guard user == nil else { throw APIError.subnetInUse(subnet.id) }
    cause = ChangeCause(reason: "subnet deleted")
    let portIDs = try portIDs(withAddressOfSubnet: subnet.id)
    try releaseAddresses(ofSubnet: subnet.id)
    try deleteSubnet(subnet.id)
    try touchNetwork(subnet.networkID)
    return portIDs
  }
}

extension SubnetRequest {
  fileprivate var namesGateway: Bool {
    if case .address = gateway { true } else { false }
  }

  /// The subnet with this prefix; nothing of it is judged yet but the ends of its pools.
  fileprivate func subnet(cidr: IPNetwork, poolID: UUID?, at time: Timestamp) throws -> Subnet {
    let gatewayIP: IPAddress? =
      switch gateway {
      case .none: nil
      case .address(let address): address
      case .chosenByServer: self.cidr == nil ? cidr.firstAfterNetwork : cidr.defaultGateway
      }
    return Subnet(
      id: UUID(), networkID: networkID, projectID: projectID, name: name, description: description, cidr: cidr,
      gatewayIP: gatewayIP,
      allocationPools: try pools?.map { try $0.pool } ?? cidr.defaultPools(without: gatewayIP), enableDHCP: enableDHCP,
      dnsNameservers: dnsNameservers, hostRoutes: hostRoutes, ipv6RAMode: ipv6RAMode, ipv6AddressMode: ipv6AddressMode,
      subnetPoolID: poolID, serviceTypes: serviceTypes, createdAt: time, updatedAt: time)
  }
}
