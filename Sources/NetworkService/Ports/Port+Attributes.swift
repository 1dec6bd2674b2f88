extension ResourceKind {
  static let port = ResourceKind(
    name: "port", collection: "ports",
    attributes: standard + [
      .fixed("network_id", isRequired: true), .plain("admin_state_up"), .plain("mac_address"), .plain("fixed_ips"),
      .plain("device_id"), .plain("device_owner"), .readOnly("status"), .adminOnly("binding:host_id"),
      .adminOnly("binding:profile"), .plain("binding:vnic_type"), .readOnly("binding:vif_type"),
      .readOnly("binding:vif_details"), .plain("port_security_enabled"), .plain("security_groups"),
      .plain("allowed_address_pairs"), .plain("extra_dhcp_opts"),
    ])
}

extension APIExtension {
  static let portExtensions: [APIExtension] = [
    APIExtension(
      alias: "binding", name: "Port Binding",
      description: "Expose port bindings of a virtual port to external application",
      updated: "2014-02-03T10:00:00-00:00"),
  ]
}
