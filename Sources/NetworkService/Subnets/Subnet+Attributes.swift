extension ResourceKind {
  static let subnet = ResourceKind(
    name: "subnet", collection: "subnets",
    attributes: standard + [
      .fixed("network_id", isRequired: true), .fixed("ip_version", isRequired: true), .fixed("cidr"),
      .fixed("prefixlen"), .fixed("subnetpool_id"), .fixed("use_default_subnetpool"), .fixed("ipv6_ra_mode"),
      .fixed("ipv6_address_mode"), .plain("gateway_ip"), .plain("allocation_pools"), .plain("enable_dhcp"),
      .plain("dns_nameservers"), .plain("host_routes"), .plain("service_types"),
    ])
}
