import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Gives a new port its addresses.
  func assignAddresses(
    _ requests: [FixedIPRequest]?, toPort portID: UUID, ofNetwork networkID: UUID
  ) throws -> [FixedIP] {
    let subnets = try subnets(ofNetwork: networkID)
    guard let requests else {
      return subnets.isEmpty ? [] : [try anyAddress(of: subnets, toPort: portID, ofNetwork: networkID)]
    }
    return try requests.map { try assign($0, of: subnets, toPort: portID, ofNetwork: networkID) }
  }

  /// Makes a port's addresses what `requests` asks for. What it has already stays: an address that is named, and for a
  /// request that names a subnet only, one of that subnet.
  func reassignAddresses(_ requests: [FixedIPRequest], ofPort port: Port) throws -> [FixedIP] {
    var remaining = port.fixedIPs
    var missing: [FixedIPRequest] = []
    var kept: [FixedIP] = []
    // Named addresses first, so that a request for any address of a subnet does not take them.
    for request in requests.filter({ $0.address != nil }) + requests.filter({ $0.address == nil }) {
      let match = remaining.firstIndex { has in
        (request.address.map { $0 == has.address } ?? true) && (request.subnetID.map { $0 == has.subnetID } ?? true)
      }
      if let match { kept.append(remaining.remove(at: match)) } else { missing.append(request) }
    }
    try releaseAddresses(remaining, ofPort: port.id)
    guard !missing.isEmpty else { return kept }
    let subnets = try subnets(ofNetwork: port.networkID)
    return kept + (try missing.map { try assign($0, of: subnets, toPort: port.id, ofNetwork: port.networkID) })
  }

  private func assign(
    _ request: FixedIPRequest, of subnets: [Subnet], toPort portID: UUID, ofNetwork networkID: UUID
  ) throws -> FixedIP {
    var candidates = subnets
    if let subnetID = request.subnetID {
      candidates = subnets.filter { $0.id == subnetID }
      guard !candidates.isEmpty else {
        throw APIError.invalidInput(
          "Failed to create port on network \(networkID), because fixed_ips included invalid subnet \(subnetID)")
      }
    }
    guard let address = request.address else {
      return try anyAddress(of: candidates, toPort: portID, ofNetwork: networkID)
    }
    guard let subnet = candidates.first(where: { $0.cidr.hosts.contains(address) }) else {
      throw request.subnetID == nil ? APIError.addressOutside(address) : APIError.invalidAddress(address)
    }
    guard try allocate(address, of: subnet.id, toPort: portID) else {
      throw APIError.addressAlreadyAllocated(address, subnet: subnet.id)
    }
    return FixedIP(subnetID: subnet.id, address: address)
  }

  private func anyAddress(of subnets: [Subnet], toPort portID: UUID, ofNetwork networkID: UUID) throws -> FixedIP {
    var generator = SystemRandomNumberGenerator()
    for subnet in subnets {
      if let address = try allocateAddress(of: subnet, toPort: portID, using: &generator) {
        return FixedIP(subnetID: subnet.id, address: address)
      }
    }
    throw APIError.addressGenerationFailure(network: networkID)
  }
}

extension APIError {
  fileprivate static func addressOutside(_ address: IPv4Address) -> APIError {
    .badRequest(
      "IP address \(address) is not a valid IP for any of the subnets on the specified network.",
      type: "InvalidIpForNetwork")
  }
}
