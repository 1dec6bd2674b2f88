/// Why a subnet cannot be as it is asked for: the checks of upstream's `_validate_subnet` and of its address management
/// (`neutron/db/db_base_plugin_v2.py`, `ipam_backend_mixin.py`).
package enum SubnetViolation: Error, Hashable, Sendable {
  /// An attribute's address or prefix is of the other version.
  case otherVersion(name: String, value: String)
  case prefixWithoutLength
  case unspecifiedPrefix
  case prefixTooLongForDHCP
  case multicastWithDHCP
  case loopbackWithDHCP
  case zeroNetworkWithDHCP
  case reservedGateway
  case tooManyNameservers(limit: Int)
  case tooManyHostRoutes(limit: Int)
  case modeOfIPv4(name: String)
  case modeWithoutDHCP
  case modesDiffer(ra: IPv6Mode, address: IPv6Mode)
  case autoAddressPrefixLength
  case dhcpNeededByMode
  case poolOfOtherVersion(AllocationPool)
  case poolOutOfBounds(AllocationPool)
  case poolsOverlap(AllocationPool, AllocationPool)
  case gatewayInPool(IPAddress, AllocationPool)
  case networkMTU(minimum: Int)
  case overlapsSubnet
}

/// The options that bound a subnet's lists.
package struct SubnetLimits: Sendable {
  /// `max_dns_nameservers`
  package var nameservers = 5
  /// `max_subnet_host_routes`
  package var hostRoutes = 20

  package init() {}
}

extension Subnet {
  /// What a new subnet is refused for.
  ///
  /// - Parameter namesGateway: Whether the client chose the gateway; the one that the server chooses is not judged.
  package func checkNew(limits: SubnetLimits, namesGateway: Bool) throws(SubnetViolation) {
    if cidr.prefixLength == 0 { throw .prefixWithoutLength }
    if version == .v6, cidr.address.bits == 0 { throw .unspecifiedPrefix }
    if enableDHCP { try checkDHCP() }
    if namesGateway { try checkGateway() }
    try checkLists(limits)
    try checkModes()
  }

  /// What a change of a subnet is refused for.
  package func checkChange(from before: Subnet, limits: SubnetLimits) throws(SubnetViolation) {
    if enableDHCP, !before.enableDHCP { try checkDHCP() }
    if gatewayIP != before.gatewayIP { try checkGateway() }
    try checkLists(limits)
    if !enableDHCP, ipv6RAMode != nil || ipv6AddressMode != nil { throw .dhcpNeededByMode }
    if allocationPools != before.allocationPools { try checkPools() }
    if gatewayIP != before.gatewayIP || allocationPools != before.allocationPools { try checkGatewayOutsidePools() }
  }

  /// A pool lies among the hosts, and no two share an address.
  package func checkPools() throws(SubnetViolation) {
    let hosts = cidr.hosts
    for pool in allocationPools {
      if pool.version != version { throw .poolOfOtherVersion(pool) }
      if pool.first < hosts.first || hosts.last < pool.last { throw .poolOutOfBounds(pool) }
    }
    let ordered = allocationPools.sorted { $0.first < $1.first }
    for (pool, next) in zip(ordered, ordered.dropFirst()) where pool.overlaps(next) { throw .poolsOverlap(pool, next) }
  }

  package func checkGatewayOutsidePools() throws(SubnetViolation) {
    guard let gatewayIP, let pool = allocationPools.first(where: { $0.contains(gatewayIP) }) else { return }
    throw .gatewayInPool(gatewayIP, pool)
  }

  /// A network must carry the packets that every host of the version may send (RFC 791, RFC 8200 section 5).
  package func checkMTU(_ mtu: Int) throws(SubnetViolation) {
    let minimum = version == .v4 || mtu < 68 ? 68 : 1280
    if mtu < minimum { throw .networkMTU(minimum: minimum) }
  }

  private func checkDHCP() throws(SubnetViolation) {
    if cidr.prefixLength > (version == .v4 ? 30 : 126) { throw .prefixTooLongForDHCP }
    if cidr.isMulticast { throw .multicastWithDHCP }
    if cidr.isLoopback { throw .loopbackWithDHCP }
    if version == .v4, cidr.address.bits == 0 { throw .zeroNetworkWithDHCP }
  }

  private func checkGateway() throws(SubnetViolation) {
    guard let gatewayIP else { return }
    if gatewayIP.version != version { throw .otherVersion(name: "gateway_ip", value: gatewayIP.description) }
    // A gateway outside is taken to be on the link.
    if version == .v4, gatewayIP == cidr.address || gatewayIP == cidr.last { throw .reservedGateway }
  }

  private func checkLists(_ limits: SubnetLimits) throws(SubnetViolation) {
    if dnsNameservers.count > limits.nameservers { throw .tooManyNameservers(limit: limits.nameservers) }
    for server in dnsNameservers where server.version != version {
      throw .otherVersion(name: "dns_nameserver", value: server.description)
    }
    if hostRoutes.count > limits.hostRoutes { throw .tooManyHostRoutes(limit: limits.hostRoutes) }
    for route in hostRoutes {
      if route.nextHop.version != version { throw .otherVersion(name: "nexthop", value: route.nextHop.description) }
      if route.destination.version != version {
        throw .otherVersion(name: "destination", value: route.destination.description)
      }
    }
  }

  private func checkModes() throws(SubnetViolation) {
    if version == .v4 {
      if ipv6RAMode != nil { throw .modeOfIPv4(name: "ipv6_ra_mode") }
      if ipv6AddressMode != nil { throw .modeOfIPv4(name: "ipv6_address_mode") }
      return
    }
    if ipv6RAMode != nil || ipv6AddressMode != nil, !enableDHCP { throw .modeWithoutDHCP }
    if let ipv6RAMode, let ipv6AddressMode, ipv6RAMode != ipv6AddressMode {
      throw .modesDiffer(ra: ipv6RAMode, address: ipv6AddressMode)
    }
    // The interface's half of an EUI-64 address has 64 bits (RFC 4862 section 5.5.3).
    if isAutoAddressed, cidr.prefixLength != 64 { throw .autoAddressPrefixLength }
  }
}

extension IPNetwork {
  /// `224.0.0.0/4` or `ff00::/8` (RFC 5771, RFC 4291 section 2.7), the whole prefix.
  fileprivate var isMulticast: Bool {
    version == .v4 ? address.bits >> 28 == 0xE && prefixLength >= 4 : address.bits >> 120 == 0xFF && prefixLength >= 8
  }

  /// `127.0.0.0/8` or `::1`.
  package var isLoopback: Bool {
    version == .v4 ? address.bits >> 24 == 127 && prefixLength >= 8 : address.bits == 1 && prefixLength == 128
  }

  /// The gateway of a subnet that names none: the first host of IPv4, and of IPv6 the address that every router of the
  /// link has (RFC 4291 section 2.6.1).
  package var defaultGateway: IPAddress? { version == .v6 ? address : firstAfterNetwork }

  /// The address behind the prefix's own, which is the gateway of a prefix that a subnet pool chose, in IPv6 too;
  /// `nil` where there is no such address.
  package var firstAfterNetwork: IPAddress? {
    let (bits, isTooMuch) = address.bits.addingReportingOverflow(1)
    guard !isTooMuch, version == .v6 || bits <= UInt128(UInt32.max) else { return nil }
    return IPAddress(version: version, bits: bits)
  }
}
