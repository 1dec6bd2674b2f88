extension ResourceKind {
  static let subnet = ResourceKind(
    name: "subnet", collection: "subnets",
    attributes: standard + [
      .fixed("network_id", isRequired: true), .fixed("ip_version", isRequired: true), .fixed("cidr"),
      .fixed("prefixlen"), .fixed("subnetpool_id"), .fixed("use_default_subnetpool"), .fixed("ipv6_ra_mode"),
      .fixed("ipv6_address_mode"), .plain("gateway_ip"), .plain("allocation_pools"), .plain("enable_dhcp"),
      .plain("dns_nameservers"), .plain("host_routes"), .plain("service_types"),
    ])

  static let subnetPool = ResourceKind(
    name: "subnetpool", collection: "subnetpools",
    attributes: standard.filter { $0.name != "name" } + [
      AttributeRule(name: "name", isRequired: true), AttributeRule(name: "prefixes", isRequired: true),
      .plain("default_quota"), .readOnly("ip_version"), .plain("default_prefixlen"), .plain("min_prefixlen"),
      .plain("max_prefixlen"), .plain("is_default"), .fixed("shared"), .plain("address_scope_id"),
    ])
}

extension APIExtension {
  static let subnetExtensions: [APIExtension] = [
    APIExtension(
      alias: "default-subnetpools", name: "Default Subnetpools",
      description: "Provides ability to mark and use a subnetpool as the default.",
      updated: "2016-02-18T18:00:00-00:00"),
    APIExtension(
      alias: "network-ip-availability", name: "Network IP Availability",
      description: "Provides IP availability data for each network and subnet.", updated: "2015-09-24T00:00:00-00:00"),
    APIExtension(
      alias: "subnet-service-types", name: "Subnet service types",
      description: "Provides ability to set the subnet service_types field", updated: "2016-03-15T18:00:00-00:00"),
    APIExtension(
      alias: "subnet_allocation", name: "Subnet Allocation",
      description: "Enables allocation of subnets from a subnet pool", updated: "2015-03-30T10:00:00-00:00"),
  ]
}
