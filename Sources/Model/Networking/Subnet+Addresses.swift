// Which addresses a port gets: upstream's `neutron/db/ipam_pluggable_backend.py` as a pure function.

/// One of the addresses that a client asks for: of a subnet, a particular one, or both.
package struct FixedIPRequest: Hashable, Sendable {
  package var subnetID: UUID?
  package var address: IPAddress?

  package init(subnetID: UUID? = nil, address: IPAddress? = nil) {
    self.subnetID = subnetID
    self.address = address
  }
}

/// What is to be done for a port's addresses.
package struct AddressPlan: Hashable, Sendable {
  /// Its own that it keeps.
  package private(set) var kept: [FixedIP]
  /// Its own that are given back, before any other is taken.
  package private(set) var released: [FixedIP]
  /// Taken if they are free.
  package private(set) var wanted: [FixedIP]
  /// For each, one free address of the first subnet that has any.
  package private(set) var anyOf: [[Subnet]]

  package init(
    kept: [FixedIP] = [], released: [FixedIP] = [], wanted: [FixedIP] = [], anyOf: [[Subnet]] = []
  ) {
    self.kept = kept
    self.released = released
    self.wanted = wanted
    self.anyOf = anyOf
  }
}

/// Why a port cannot have the addresses that are asked for.
package enum AddressRefusal: Error, Hashable, Sendable {
  /// There are subnets, but none for the port's device owner.
  case noSubnetForOwner
  case networkWithoutSubnets
  /// The subnet is none of the network's, or not for the port's device owner.
  case otherSubnet(UUID)
  case notOfSubnet(IPAddress)
  case notOfNetwork(IPAddress)
  /// The subnet's addresses follow from MAC addresses, and this one does not.
  case autoAddressedSubnet(IPAddress, subnet: UUID)
  case neitherSubnetNorAddress
}

extension Subnet {
  /// Whether ports of the device owner get addresses here. DHCP's ports may be anywhere that DHCP serves.
  package func serves(deviceOwner: String) -> Bool {
    serviceTypes.isEmpty || serviceTypes.contains(deviceOwner) || (enableDHCP && deviceOwner == DeviceOwner.dhcp)
  }

  /// Whether a port of the device owner may have the address: IPv4 without the network's and the broadcast address; the
  /// first of an IPv6 prefix is the routers'.
  package func accepts(_ address: IPAddress, deviceOwner: String) -> Bool {
    if cidr.hosts.contains(address) { return true }
    let mayBeFirst = version == .v6 && (deviceOwner.isEmpty || DeviceOwner.routerPorts.contains(deviceOwner))
    return mayBeFirst && address == cidr.address
  }
}

/// Device owners that addresses depend on (`neutron_lib/constants.py`).
package enum DeviceOwner {
  package static let dhcp = "network:dhcp"
  /// `ROUTER_INTERFACE_OWNERS`
  package static let routerInterfaces = [
    "network:router_interface", "network:ha_router_replicated_interface", Port.distributedRouterOwner,
  ]
  /// `ROUTER_INTERFACE_OWNERS_SNAT`: what has an address of its own on an automatically addressed subnet.
  package static let routerInterfacesWithSNAT = routerInterfaces + ["network:router_centralized_snat"]
  /// `ROUTER_PORT_OWNERS`
  package static let routerPorts = routerInterfacesWithSNAT + ["network:router_gateway"]
  /// `AUTO_DELETE_PORT_OWNERS`: the network's own ports, which never keep it or a subnet from being deleted.
  package static let autoDeleted = [dhcp, "network:distributed", "network:floatingip_agent_gateway"]
}

extension AddressPlan {
  /// The plan for a port on a network with these subnets, in the order in which they were made.
  ///
  /// - Parameters:
  ///   - requests: `nil` for a new port is an address of each version; for an old one it is what it has.
  ///   - port: As it shall be, except for its addresses.
  ///   - before: As it is; `nil` for a new port.
  package init(
    _ requests: [FixedIPRequest]?, for port: Port, before: Port?, subnets: [Subnet]
  ) throws(AddressRefusal) {
    let isRouter = DeviceOwner.routerInterfacesWithSNAT.contains(port.deviceOwner)
    self.init()
    // Those with service types come first.
    let served = subnets.filter { $0.serves(deviceOwner: port.deviceOwner) }
    let candidates = served.filter { !$0.serviceTypes.isEmpty } + served.filter { $0.serviceTypes.isEmpty }
    if candidates.isEmpty, !subnets.isEmpty { throw .noSubnetForOwner }
    var missing: [FixedIPRequest] = []
    if let before {
      missing = keepAddresses(of: before, requests, for: port, subnets: subnets, isRouter: isRouter)
    } else if let requests {
      missing = requests
    } else {
      let manual = candidates.filter { !$0.isAutoAddressed }
      anyOf = IPVersion.allCases.map { version in manual.filter { $0.version == version } }.filter { !$0.isEmpty }
    }
    for request in missing { try add(request, for: port, of: candidates, isRouter: isRouter) }
    if !isRouter { addAutoAddresses(of: candidates, to: port) }
  }

  /// What an old port has stays where it is asked for: an address that is named, and for a request that names a subnet
  /// only, one of that subnet. Automatic addresses stay in any case, unless the MAC address has changed.
  ///
  /// - Returns: The requests that no address of the port's fulfils.
  private mutating func keepAddresses(
    of before: Port, _ requests: [FixedIPRequest]?, for port: Port, subnets: [Subnet], isRouter: Bool
  ) -> [FixedIPRequest] {
    var remaining = before.fixedIPs
    var requests = requests ?? before.fixedIPs.map { FixedIPRequest(subnetID: $0.subnetID, address: $0.address) }
    if before.macAddress != port.macAddress, !isRouter {
      let outdated = subnets.compactMap { subnet in
        subnet.autoAddress(for: before.macAddress).map { FixedIP(subnetID: subnet.id, address: $0) }
      }
      released = remaining.filter { outdated.contains($0) }
      remaining.removeAll { outdated.contains($0) }
      requests.removeAll { request in released.contains { $0.address == request.address } }
    }
    var missing: [FixedIPRequest] = []
    // Named addresses first, so that a request for any address of a subnet does not take them.
    for request in requests.filter({ $0.address != nil }) + requests.filter({ $0.address == nil }) {
      let match = remaining.firstIndex { has in
        (request.address.map { $0 == has.address } ?? true) && (request.subnetID.map { $0 == has.subnetID } ?? true)
      }
      if let match { kept.append(remaining.remove(at: match)) } else { missing.append(request) }
    }
    let automatic = Set(isRouter ? [] : subnets.filter(\.isAutoAddressed).map(\.id))
    kept += remaining.filter { automatic.contains($0.subnetID) }
    released += remaining.filter { !automatic.contains($0.subnetID) }
    return missing
  }

  private mutating func add(
    _ request: FixedIPRequest, for port: Port, of candidates: [Subnet], isRouter: Bool
  ) throws(AddressRefusal) {
    let subnet = try Self.subnet(for: request, of: candidates, deviceOwner: port.deviceOwner)
    guard let address = request.address else {
      // The automatic ones are added for all such subnets at once.
      if isRouter || !subnet.isAutoAddressed { anyOf.append([subnet]) }
      return
    }
    if !DeviceOwner.routerInterfaces.contains(port.deviceOwner),
      let automatic = subnet.autoAddress(for: port.macAddress),
      automatic != address
    {
      throw .autoAddressedSubnet(address, subnet: subnet.id)
    }
    wanted.append(FixedIP(subnetID: subnet.id, address: address))
  }

  private static func subnet(
    for request: FixedIPRequest, of candidates: [Subnet], deviceOwner: String
  ) throws(AddressRefusal) -> Subnet {
    if candidates.isEmpty { throw .networkWithoutSubnets }
    if let id = request.subnetID {
      guard let subnet = candidates.first(where: { $0.id == id }) else { throw .otherSubnet(id) }
      if let address = request.address, !subnet.accepts(address, deviceOwner: deviceOwner) {
        throw .notOfSubnet(address)
      }
      return subnet
    }
    guard let address = request.address else { throw .neitherSubnetNorAddress }
    guard let subnet = candidates.first(where: { $0.accepts(address, deviceOwner: deviceOwner) }) else {
      throw .notOfNetwork(address)
    }
    return subnet
  }

  private mutating func addAutoAddresses(of candidates: [Subnet], to port: Port) {
    for subnet in candidates {
      guard let address = subnet.autoAddress(for: port.macAddress) else { continue }
      let fixedIP = FixedIP(subnetID: subnet.id, address: address)
      if !(kept + wanted).contains(where: { $0 == fixedIP }), !kept.contains(where: { $0.subnetID == subnet.id }) {
        wanted.append(fixedIP)
      }
    }
  }
}
