import JSON
import Model
import OpenStackHTTP

/// What a POST asks for of a new subnet.
struct SubnetRequest: Sendable {
  var networkID: UUID
  var projectID: String
  var name: String
  var description: String
  var version: IPVersion
  var cidr: IPNetwork?
  /// The length of the prefix, if a subnet pool has the choice of it.
  var prefixLength: Int?
  var origin: Origin
  var gateway: Gateway
  /// `nil` is all hosts.
  var pools: [PoolRequest]?
  var enableDHCP: Bool
  var dnsNameservers: [IPAddress]
  var hostRoutes: [HostRoute]
  var ipv6RAMode: IPv6Mode?
  var ipv6AddressMode: IPv6Mode?
  var serviceTypes: [String]

  /// Where the prefix comes from.
  enum Origin: Hashable, Sendable {
    case client
    case pool(UUID)
    case defaultPool
  }

  enum Gateway: Hashable, Sendable {
    case chosenByServer
    case none
    case address(IPAddress)
  }

  /// - Throws: `APIError` 400 or 403 for what can be judged without looking at anything else.
  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnet.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    guard let networkID = try attributes.uuid("network_id") else { throw APIError.badRequest("network_id is missing") }
    self.networkID = networkID
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    version = try attributes.ipVersion()
    cidr = try attributes.cidr()
    prefixLength = try attributes.nonNegative("prefixlen")
    gateway =
      if attributes.isNull("gateway_ip") {
        .none
      } else {
        try attributes.address("gateway_ip").map { .address($0) } ?? .chosenByServer
      }
    pools = try attributes.pools()
    enableDHCP = try attributes.bool("enable_dhcp") ?? true
    dnsNameservers = try attributes.nameservers() ?? []
    hostRoutes = try attributes.hostRoutes() ?? []
    ipv6RAMode = try attributes.mode("ipv6_ra_mode")
    ipv6AddressMode = try attributes.mode("ipv6_address_mode")
    serviceTypes = try attributes.serviceTypes() ?? []
    origin = try attributes.origin()
    try checkOrigin()
  }

  /// Upstream's checks of what belongs together (`_create_subnet_precommit`).
  private func checkOrigin() throws {
    if cidr != nil, prefixLength != nil {
      throw APIError.badSubnetsRequest("cidr and prefixlen must not be supplied together")
    }
    if origin == .client, cidr == nil {
      throw APIError.badSubnetsRequest("a subnetpool must be specified in the absence of a cidr")
    }
    if cidr == nil, pools != nil {
      throw APIError.badSubnetsRequest("allocation_pools allowed only for specific subnet requests.")
    }
    if let cidr, cidr.version != version {
      throw APIError.invalidInput("cidr '\(cidr)' does not match the ip_version '\(version.rawValue)'")
    }
  }
}

extension AttributeReader {
  fileprivate func origin() throws -> SubnetRequest.Origin {
    let poolID = isNull("subnetpool_id") ? nil : body["subnetpool_id"]
    let wantsDefault = try bool("use_default_subnetpool") ?? false
    guard let poolID else { return wantsDefault ? .defaultPool : .client }
    guard !wantsDefault else {
      throw APIError.badSubnetsRequest("subnetpool_id and use_default_subnetpool cannot both be specified")
    }
    guard let id = poolID.string.flatMap({ UUID($0) }) else {
      // `prefix_delegation`, which upstream knows too, is a router's work.
      throw APIError.invalidAttribute("subnetpool_id", "'\(pythonString(poolID))' is not a valid UUID")
    }
    return .pool(id)
  }
}

/// What a PUT changes of a subnet.
struct SubnetChange: Sendable {
  let body: JSONObject

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.subnet.checkUpdate(body, caller: caller)
    self.body = body
  }

  /// - Throws: `APIError` for values that do not fit the subnet.
  func applied(to subnet: Subnet, limits: SubnetLimits) throws -> Subnet {
    let attributes = AttributeReader(body)
    var changed = subnet
    changed.name = try attributes.text("name") ?? subnet.name
    changed.description = try attributes.text("description", nullIsEmpty: true) ?? subnet.description
    changed.enableDHCP = try attributes.bool("enable_dhcp") ?? subnet.enableDHCP
    if attributes.has("gateway_ip") {
      changed.gatewayIP = attributes.isNull("gateway_ip") ? nil : try attributes.address("gateway_ip")
    }
    if let pools = try attributes.pools() { changed.allocationPools = try pools.map { try $0.pool } }
    changed.dnsNameservers = try attributes.nameservers() ?? subnet.dnsNameservers
    changed.hostRoutes = try attributes.hostRoutes() ?? subnet.hostRoutes
    changed.serviceTypes = try attributes.serviceTypes() ?? subnet.serviceTypes
    do {
      try changed.checkChange(from: subnet, limits: limits)
    } catch let violation {
      throw APIError(violation, of: changed, name: subnet.id.description)
    }
    return changed
  }
}
