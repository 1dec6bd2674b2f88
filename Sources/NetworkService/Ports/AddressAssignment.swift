import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Gives a new port its addresses.
  ///
  /// - Parameter requests: `nil` is an address of each version that the network has.
  /// - Throws: `APIError` as upstream does.
  func assignAddresses(_ requests: [FixedIPRequest]?, toPort port: Port) throws -> [FixedIP] {
    let subnets = try subnets(ofNetwork: port.networkID)
    return try carryOut(try plan(requests, for: port, before: nil, subnets: subnets), for: port)
  }

  /// Makes a port's addresses what `requests` asks for, and the automatic ones what its MAC address asks for.
  ///
  /// - Parameters:
  ///   - requests: `nil` leaves them alone, but for the automatic ones when the MAC address changes.
  ///   - after: The port as it shall be, except for its addresses.
  func reassignAddresses(
    _ requests: [FixedIPRequest]?, ofPort before: Port, changedTo after: Port
  ) throws -> [FixedIP] {
    if requests == nil, before.macAddress == after.macAddress || before.fixedIPs.isEmpty { return before.fixedIPs }
    let subnets = try subnets(ofNetwork: after.networkID)
    return try carryOut(try plan(requests, for: after, before: before, subnets: subnets), for: after)
  }

  /// Gives the ports that are on the network already their addresses on a new, automatically addressed subnet, but not
  /// those of routers. All in the transaction that makes the subnet: no port is left without.
  ///
  /// - Returns: The ports.
  func assignAutoAddresses(of subnet: Subnet) throws -> [UUID] {
    guard subnet.isAutoAddressed else { return [] }
    var changed: [UUID] = []
    var marker: UUID?
    while true {
      let ports = try macAddresses(ofNetwork: subnet.networkID, after: marker, limit: 1000)
      guard let last = ports.last else { return changed }
      marker = last.portID
      for port in ports where !DeviceOwner.routerInterfacesWithSNAT.contains(port.deviceOwner) {
        guard subnet.serves(deviceOwner: port.deviceOwner), let address = subnet.autoAddress(for: port.macAddress),
          try allocate(address, of: subnet.id, toPort: port.portID)
        else { continue }
        try touchPort(port.portID)
        changed.append(port.portID)
      }
    }
  }

  private func plan(
    _ requests: [FixedIPRequest]?, for port: Port, before: Port?, subnets: [Subnet]
  ) throws -> AddressPlan {
    do {
      return try AddressPlan(requests, for: port, before: before, subnets: subnets)
    } catch let refusal {
      // A subnet that is nowhere at all is told from one of another network.
      if case .otherSubnet(let id) = refusal, try subnet(id) == nil { throw APIError.subnetNotFound(id) }
      throw APIError(refusal, port: port)
    }
  }

  /// What is given back is free for what is taken; particular addresses first, so that a search does not take them.
  private func carryOut(_ plan: AddressPlan, for port: Port) throws -> [FixedIP] {
    try releaseAddresses(plan.released, ofPort: port.id)
    for fixedIP in plan.wanted {
      guard try allocate(fixedIP.address, of: fixedIP.subnetID, toPort: port.id) else {
        throw APIError.addressAlreadyAllocated(fixedIP.address, subnet: fixedIP.subnetID)
      }
    }
    return plan.kept + plan.wanted + (try plan.anyOf.map { try anyAddress(of: $0, for: port) })
  }

  private func anyAddress(of subnets: [Subnet], for port: Port) throws -> FixedIP {
    var generator = SystemRandomNumberGenerator()
    let isLowest = port.deviceOwner == DeviceOwner.dhcp
    for subnet in subnets {
      if let address = try allocateAddress(of: subnet, toPort: port.id, isLowest: isLowest, using: &generator) {
        return FixedIP(subnetID: subnet.id, address: address)
      }
    }
    throw APIError.addressGenerationFailure(network: port.networkID)
  }
}

extension APIError {
  fileprivate init(_ refusal: AddressRefusal, port: Port) {
    switch refusal {
    case .noSubnetForOwner:
      self = .conflict(
        "No valid service subnet for the given device owner, network \(port.networkID), service type "
          + "\(port.deviceOwner).",
        type: "IpAddressGenerationFailureNoMatchingSubnet")
    case .networkWithoutSubnets: self = .invalidInput("IP allocation requires subnets for network")
    case .otherSubnet(let id):
      self = .invalidInput(
        "Failed to create port on network \(port.networkID), because fixed_ips included invalid subnet \(id)")
    case .notOfSubnet(let address): self = .invalidAddress(address)
    case .notOfNetwork(let address):
      self = .badRequest(
        "IP address \(address) is not a valid IP for any of the subnets on the specified network.",
        type: "InvalidIpForNetwork")
    case .autoAddressedSubnet(let address, let subnet):
      self = .badRequest(
        "IPv6 address \(address) cannot be directly assigned to a port on subnet \(subnet) as the subnet is configured "
          + "for automatic addresses",
        type: "AllocationOnAutoAddressSubnet")
    case .neitherSubnetNorAddress: self = .invalidInput("IP allocation requires subnet_id or ip_address")
    }
  }
}
