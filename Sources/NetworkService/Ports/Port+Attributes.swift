extension ResourceKind {
  static let port = ResourceKind(
    name: "port", collection: "ports",
    attributes: standard + [
      .fixed("network_id", isRequired: true), .plain("admin_state_up"), .plain("mac_address"), .plain("fixed_ips"),
      .plain("device_id"), .plain("device_owner"), .readOnly("status"), .adminOnly("binding:host_id"),
      .adminOnly("binding:profile"), .plain("binding:vnic_type"), .readOnly("binding:vif_type"),
      .readOnly("binding:vif_details"), .plain("port_security_enabled"), .plain("security_groups"),
      .plain("allowed_address_pairs"), .plain("extra_dhcp_opts"), .plain("qos_policy_id"),
      .readOnly("qos_network_policy_id"),
    ])
}

extension APIExtension {
  static let portExtensions: [APIExtension] = [
    APIExtension(
      alias: "allowed-address-pairs", name: "Allowed Address Pairs", description: "Provides allowed address pairs",
      updated: "2013-07-23T10:00:00-00:00"),
    APIExtension(
      alias: "binding", name: "Port Binding",
      description: "Expose port bindings of a virtual port to external application",
      updated: "2014-02-03T10:00:00-00:00"),
    APIExtension(
      alias: "binding-extended", name: "Port Bindings Extended",
      description: "Expose port bindings of a virtual port to external application",
      updated: "2017-07-17T10:00:00-00:00"),
    APIExtension(
      alias: "extra_dhcp_opt", name: "Neutron Extra DHCP options",
      description: "Extra options configuration for DHCP. For example PXE boot options to DHCP clients can be "
        + "specified (e.g. tftp-server, server-ip-address, bootfile-name)",
      updated: "2013-03-17T12:00:00-00:00"),
    APIExtension(
      alias: "ip-substring-filtering", name: "IP address substring filtering",
      description: "Provides IP address substring filtering when listing ports",
      updated: "2017-11-28T09:00:00-00:00"),
    APIExtension(
      alias: "port-mac-address-regenerate", name: "Neutron Port MAC address regenerate",
      description: "Network port MAC address regenerate", updated: "2018-05-03T10:00:00-00:00"),
    APIExtension(
      alias: "port-security", name: "Port Security", description: "Provides port security",
      updated: "2012-07-23T10:00:00-00:00"),
    APIExtension(
      alias: "port-security-groups-filtering", name: "Port filtering on security groups",
      description: "Provides security groups filtering when listing ports", updated: "2018-01-09T09:00:00-00:00"),
  ]
}
