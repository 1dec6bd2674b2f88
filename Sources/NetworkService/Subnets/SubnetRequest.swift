import JSON
import Model
import OpenStackHTTP
import Store

/// What a POST asks for of a new subnet.
struct SubnetRequest: Sendable {
  var networkID: UUID
  /// `nil` gives it to the network's project.
  var projectID: String
  var name: String
  var description: String
  var cidr: IPv4Network
  var gatewayIP: IPv4Address?
  var allocationPools: [AllocationPool]
  var enableDHCP: Bool
  var dnsNameservers: [IPv4Address]
  var hostRoutes: [HostRoute]

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnet.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    guard let networkID = try attributes.uuid("network_id") else { throw APIError.badRequest("network_id is missing") }
    self.networkID = networkID
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    cidr = try attributes.cidr()
    enableDHCP = try attributes.bool("enable_dhcp") ?? true
    dnsNameservers = try attributes.nameservers() ?? []
    hostRoutes = try attributes.hostRoutes() ?? []
    try attributes.onlyEmptyList("service_types")
    gatewayIP =
      if attributes.isNull("gateway_ip") { nil } else { try attributes.address("gateway_ip") ?? cidr.hosts.first }
    allocationPools = try attributes.pools(of: cidr, gateway: gatewayIP) ?? cidr.defaultPools(without: gatewayIP)
  }
}

/// What a PUT changes of a subnet.
struct SubnetChange: Sendable {
  private let body: JSONObject

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnet.checkUpdate(body, caller: caller)
    self.body = body
  }

  /// - Throws: `APIError` 400 for values that do not fit the subnet.
  func applied(to subnet: Subnet) throws -> Subnet {
    let attributes = AttributeReader(body)
    var changed = subnet
    changed.name = try attributes.text("name") ?? subnet.name
    changed.description = try attributes.text("description", nullIsEmpty: true) ?? subnet.description
    changed.enableDHCP = try attributes.bool("enable_dhcp") ?? subnet.enableDHCP
    if attributes.has("gateway_ip") {
      changed.gatewayIP = attributes.isNull("gateway_ip") ? nil : try attributes.address("gateway_ip")
    }
    changed.allocationPools =
      try attributes.pools(of: subnet.cidr, gateway: changed.gatewayIP) ?? subnet.allocationPools
    try AttributeReader.check(changed.gatewayIP, against: changed.allocationPools)
    changed.dnsNameservers = try attributes.nameservers() ?? subnet.dnsNameservers
    changed.hostRoutes = try attributes.hostRoutes() ?? subnet.hostRoutes
    try attributes.onlyEmptyList("service_types")
    return changed
  }
}

extension AttributeReader {
  fileprivate func cidr() throws -> IPv4Network {
    for name in ["subnetpool_id", "use_default_subnetpool", "ipv6_ra_mode", "ipv6_address_mode", "prefixlen"]
    where has(name) && !isNull(name) && body[name] != false {
      throw APIError.invalidAttribute(name, "'\(name)' is not supported by this server")
    }
    guard try integer("ip_version") == 4 else {
      throw APIError.invalidAttribute("ip_version", "\(pythonText(body["ip_version"] ?? .null)) is not in [4]")
    }
    guard let text = try text("cidr") else {
      throw APIError.badRequest("a subnetpool must be specified in the absence of a cidr")
    }
    // Upstream takes an address alone for a /32, and refuses host bits that are set.
    guard let cidr = IPv4Network(text) else { throw APIError.invalidInput("\(text) is not in a CIDR format") }
    guard cidr.description == text else {
      throw APIError.invalidAttribute("cidr", "'\(text)' isn't a recognized IP subnet cidr, '\(cidr)' is recommended")
    }
    return cidr
  }

  fileprivate func nameservers() throws -> [IPv4Address]? {
    try list("dns_nameservers")?.map { element in
      guard let address = element.string.flatMap({ IPv4Address($0) }) else {
        throw APIError.invalidAttribute("dns_nameservers", "\(pythonText(element)) is not a valid nameserver")
      }
      return address
    } ?? (isNull("dns_nameservers") ? [] : nil)
  }

  fileprivate func hostRoutes() throws -> [HostRoute]? {
    try list("host_routes")?.map { element in
      guard let destination = element["destination"]?.string.flatMap({ IPv4Network($0) }),
        let nextHop = element["nexthop"]?.string.flatMap({ IPv4Address($0) })
      else { throw APIError.invalidAttribute("host_routes", "\(pythonText(element)) is not a valid host route") }
      return HostRoute(destination: destination, nextHop: nextHop)
    } ?? (isNull("host_routes") ? [] : nil)
  }

  /// Reads `allocation_pools`, ordered. The refusals are those of `neutron/ipam/utils.py` and
  /// `neutron/db/ipam_backend_mixin.py`.
  fileprivate func pools(of cidr: IPv4Network, gateway: IPv4Address?) throws -> [AllocationPool]? {
    guard let list = try list("allocation_pools") else { return nil }
    let pools = try list.map { element in
      guard let first = element["start"]?.string.flatMap({ IPv4Address($0) }),
        let last = element["end"]?.string.flatMap({ IPv4Address($0) })
      else {
        throw APIError.invalidAttribute("allocation_pools", "Invalid data format for IP pool: '\(pythonText(element))'")
      }
      guard first <= last else {
        throw APIError.badRequest(
          "The allocation pool \(first)-\(last) is not valid.", type: "InvalidAllocationPool")
      }
      let pool = AllocationPool(first: first, last: last)
      guard cidr.hosts.contains(first), cidr.hosts.contains(last) else {
        throw APIError.badRequest(
          "The allocation pool \(first)-\(last) spans beyond the subnet cidr \(cidr).",
          type: "OutOfBoundsAllocationPool")
      }
      return pool
    }.sorted { $0.first < $1.first }
    for (pool, next) in zip(pools, pools.dropFirst()) where pool.overlaps(next) {
      throw APIError.conflict(
        "Found overlapping allocation pools: \(pool.first)-\(pool.last), \(next.first)-\(next.last) for subnet \(cidr).",
        type: "OverlappingAllocationPools")
    }
    try Self.check(gateway, against: pools)
    return pools
  }

  fileprivate static func check(_ gateway: IPv4Address?, against pools: [AllocationPool]) throws {
    guard let gateway, let pool = pools.first(where: { $0.contains(gateway) }) else { return }
    throw APIError.conflict(
      "Gateway ip \(gateway) conflicts with allocation pool \(pool.first)-\(pool.last).",
      type: "GatewayConflictWithAllocationPools")
  }
}

extension Transaction {
  /// Makes a subnet.
  ///
  /// - Throws: `APIError` 404 if the caller does not see the network, 403 if it is not the caller's, 400 if the prefix
  ///   overlaps another of the network's.
  func createSubnet(_ request: SubnetRequest, caller: NetworkCaller) throws -> Subnet {
    let network = try visibleNetwork(request.networkID, to: caller)
    guard caller.owns(network.projectID) else {
      throw APIError.policyNotAuthorized("rule:create_subnet")
    }
    for other in try subnets(ofNetwork: network.id) where other.cidr.overlaps(request.cidr) {
      throw APIError.invalidInput(
        "Requested subnet with cidr: \(request.cidr) for network: \(network.id) overlaps with another subnet")
    }
    let subnet = Subnet(
      id: UUID(), networkID: network.id, projectID: request.projectID, name: request.name,
      description: request.description, cidr: request.cidr, gatewayIP: request.gatewayIP,
      allocationPools: request.allocationPools, enableDHCP: request.enableDHCP,
      dnsNameservers: request.dnsNameservers, hostRoutes: request.hostRoutes, createdAt: now, updatedAt: now)
    try insert(subnet)
    try touchNetwork(network.id)
    return subnet
  }

  /// Deletes a subnet with the ports that the network itself owns.
  ///
  /// - Throws: `APIError` 409 while other ports have its addresses.
  func deleteSubnet(_ subnet: Subnet) throws {
    var filter = FixedIPFilter()
    filter.subnetIDs = [subnet.id]
    for port in try ports(ListQuery(limit: 1000), fixedIPs: filter) {
      guard Transaction.isRemovedWithNetwork(port) else { throw APIError.subnetInUse(subnet.id) }
      try releaseAddresses(port.fixedIPs.filter { $0.subnetID == subnet.id }, ofPort: port.id)
      try touchPort(port.id)
    }
    try deleteSubnet(subnet.id)
    try touchNetwork(subnet.networkID)
  }
}
