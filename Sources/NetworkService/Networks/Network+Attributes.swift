extension ResourceKind {
  static let network = ResourceKind(
    name: "network", collection: "networks",
    attributes: standard + [
      .plain("admin_state_up"), .adminOnly("shared"), .adminOnly("router:external"), .adminOnly("is_default"),
      .plain("mtu"), .plain("port_security_enabled"), .adminOnly("provider:network_type"),
      .adminOnly("provider:physical_network"), .adminOnly("provider:segmentation_id"), .readOnly("status"),
      .readOnly("subnets"), .fixed("availability_zone_hints"), .readOnly("availability_zones"),
      .readOnly("ipv4_address_scope"), .readOnly("ipv6_address_scope"),
      .plain("qos_policy_id"),
    ])
}

extension APIExtension {
  static let networkExtensions: [APIExtension] = [
    APIExtension(
      alias: "external-net", name: "Neutron external network",
      description: "Adds external network attribute to network resource.", updated: "2013-01-14T10:00:00-00:00"),
    APIExtension(
      alias: "net-mtu", name: "Network MTU", description: "Provides MTU attribute for a network resource.",
      updated: "2015-03-25T10:00:00-00:00"),
    APIExtension(
      alias: "net-mtu-writable", name: "Network MTU (writable)",
      description: "Provides a writable MTU attribute for a network resource.", updated: "2017-07-12T00:00:00-00:00"),
    APIExtension(
      alias: "network_availability_zone", name: "Network Availability Zone",
      description: "Availability zone support for network.", updated: "2015-01-01T10:00:00-00:00"),
    APIExtension(
      alias: "provider", name: "Provider Network",
      description: "Expose mapping of virtual networks to physical networks", updated: "2012-09-07T10:00:00-00:00"),
  ]
}
