import Model
import OpenStackHTTP

extension APIError {
  static func subnetNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Subnet \(id) could not be found.", type: "SubnetNotFound")
  }

  static func subnetInUse(_ id: UUID) -> APIError {
    .conflict(
      "Unable to complete operation on subnet \(id): One or more ports have an IP allocation from this subnet.",
      type: "SubnetInUse")
  }

  static func gatewayInUse(_ address: IPAddress, port: UUID) -> APIError {
    .conflict(
      "Current gateway ip \(address) already in use by port \(port). Unable to update.", type: "GatewayIpInUse")
  }

  /// Upstream's general refusal of a request for subnets.
  static func badSubnetsRequest(_ reason: String) -> APIError {
    .badRequest("Bad subnets request: \(reason).", type: "BadRequest")
  }

  static func invalidAllocationPool(_ text: String) -> APIError {
    .badRequest("The allocation pool \(text) is not valid.", type: "InvalidAllocationPool")
  }

  /// - Parameter name: The subnet's id, or what a new one is called.
  init(_ violation: SubnetViolation, of subnet: Subnet, name: String) {
    switch violation {
    case .poolOfOtherVersion(let pool): self = .invalidAllocationPool(pool.text)
    case .poolOutOfBounds(let pool):
      self = .badRequest(
        "The allocation pool \(pool.text) spans beyond the subnet cidr \(subnet.cidr).",
        type: "OutOfBoundsAllocationPool")
    case .poolsOverlap(let one, let other):
      self = .conflict(
        "Found overlapping allocation pools: \(one.text) \(other.text) for subnet \(subnet.cidr).",
        type: "OverlappingAllocationPools")
    case .gatewayInPool(let gateway, let pool):
      self = .conflict(
        "Gateway ip \(gateway) conflicts with allocation pool \(pool.text).", type: "GatewayConflictWithAllocationPools"
      )
    case .networkMTU(let minimum):
      self = .conflict(
        "MTU of \(subnet.networkID) is not valid, subnet requires a minimum of \(minimum)",
        type: "NetworkMTUSubnetConflict")
    case .tooManyNameservers(let limit):
      self = .badRequest(
        "Unable to complete operation for \(name). The number of DNS nameservers exceeds the limit \(limit).",
        type: "DNSNameServersExhausted")
    case .tooManyHostRoutes(let limit):
      self = .badRequest(
        "Unable to complete operation for \(name). The number of host routes exceeds the limit \(limit).",
        type: "HostRoutesExhausted")
    default: self = .invalidInput(violation.text(subnet))
    }
  }
}

extension SubnetViolation {
  /// The wording of those that are `InvalidInput`.
  fileprivate func text(_ subnet: Subnet) -> String {
    switch self {
    case .otherVersion(let name, let value):
      "\(name) '\(value)' does not match the ip_version '\(subnet.version.rawValue)'"
    case .prefixWithoutLength: "0 is not allowed as CIDR prefix length"
    case .unspecifiedPrefix: "IPv6 subnet '::' is not supported"
    case .prefixTooLongForDHCP: "Subnet has a prefix length that is incompatible with DHCP service enabled"
    case .multicastWithDHCP: "Multicast IP subnet is not supported if enable_dhcp is True"
    case .loopbackWithDHCP: "Loopback IP subnet is not supported if enable_dhcp is True"
    case .zeroNetworkWithDHCP: "First IP '0.0.0.0' of network is not supported if enable_dhcp is True."
    case .reservedGateway: "Gateway is not valid on subnet"
    case .modeOfIPv4(let name): "\(name) is not valid when ip_version is 4"
    case .modeWithoutDHCP: "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False"
    case .modesDiffer(let ra, let address):
      "ipv6_ra_mode set to '\(ra.rawValue)' with ipv6_address_mode set to '\(address.rawValue)' is not valid. If both "
        + "attributes are set, they must be the same value"
    case .autoAddressPrefixLength:
      "Invalid CIDR \(subnet.cidr) for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the "
        + "prefix to be /64"
    case .dhcpNeededByMode: "Cannot disable enable_dhcp with ipv6 attributes set"
    case .overlapsSubnet:
      "Requested subnet with cidr: \(subnet.cidr) for network: \(subnet.networkID) overlaps with another subnet"
    // Those with a name of their own, which the caller looks at first.
    case .poolOfOtherVersion, .poolOutOfBounds, .poolsOverlap, .gatewayInPool, .networkMTU, .tooManyNameservers,
      .tooManyHostRoutes:
      "\(self)"
    }
  }
}

extension AllocationPool {
  /// As `netaddr.IPRange` prints itself.
  fileprivate var text: String { "\(first)-\(last)" }
}
