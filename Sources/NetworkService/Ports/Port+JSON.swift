import JSON
import Model

extension Port {
  /// Writes the port; members of a project do not see where it is bound.
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { port in
      if view.shows("id") { port.member("id", id.description) }
      if view.shows("name") { port.member("name", name) }
      if view.shows("network_id") { port.member("network_id", networkID.description) }
      if view.shows("tenant_id") { port.member("tenant_id", projectID) }
      if view.shows("mac_address") { port.member("mac_address", macAddress.description) }
      if view.shows("admin_state_up") { port.member("admin_state_up", adminStateUp) }
      if view.shows("status") { port.member("status", status.rawValue) }
      if view.shows("device_id") { port.member("device_id", deviceID) }
      if view.shows("device_owner") { port.member("device_owner", deviceOwner) }
      if view.shows("fixed_ips") { port.member("fixed_ips") { $0.array(fixedIPs) { $1.write(to: &$0) } } }
      if view.shows("allowed_address_pairs") {
        port.member("allowed_address_pairs") { $0.raw(allowedAddressPairs.utf8) }
      }
      if view.shows("extra_dhcp_opts") { port.member("extra_dhcp_opts") { $0.raw(extraDHCPOptions.utf8) } }
      if view.shows("security_groups") { port.member("security_groups") { $0.raw(securityGroups.utf8) } }
      if view.shows("description") { port.member("description", description) }
      binding.write(to: &port, view)
      if view.shows("qos_policy_id") { port.member("qos_policy_id", qosPolicyID?.description) }
      if view.shows("qos_network_policy_id") { port.member("qos_network_policy_id", qosNetworkPolicyID?.description) }
      if view.shows("port_security_enabled") { port.member("port_security_enabled", portSecurityEnabled) }
      if view.shows("tags") { port.member("tags") { $0.raw(tags.utf8) } }
      if view.shows("created_at") { port.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { port.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { port.member("revision_number", revision) }
      if view.shows("project_id") { port.member("project_id", projectID) }
    }
  }
}

extension PortBinding {
  fileprivate func write(to port: inout JSONWriter, _ view: ResourceView) {
    if view.shows("binding:vnic_type") { port.member("binding:vnic_type", vnicType.rawValue) }
    guard view.showsBindings else { return }
    if view.shows("binding:profile") { port.member("binding:profile") { $0.raw(profile.utf8) } }
    if view.shows("binding:host_id") { port.member("binding:host_id", host) }
    if view.shows("binding:vif_type") { port.member("binding:vif_type", vifType.rawValue) }
    if view.shows("binding:vif_details") { port.member("binding:vif_details") { $0.raw(vifDetails.utf8) } }
  }

  /// Writes the binding as a resource of its own (binding-extended).
  ///
  /// - Parameter fields: What to show; empty for all.
  func writeAlone(to writer: inout JSONWriter, _ fields: [String] = []) {
    func shows(_ name: String) -> Bool { fields.isEmpty || fields.contains(name) }
    writer.object {
      if shows("host") { $0.member("host", host) }
      if shows("vif_type") { $0.member("vif_type", vifType.rawValue) }
      if shows("vnic_type") { $0.member("vnic_type", vnicType.rawValue) }
      if shows("status") { $0.member("status", status.rawValue) }
      if shows("profile") { $0.member("profile") { $0.raw(profile.utf8) } }
      if shows("vif_details") { $0.member("vif_details") { $0.raw(vifDetails.utf8) } }
    }
  }
}

extension FixedIP {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("subnet_id", subnetID.description)
      $0.member("ip_address", address.description)
    }
  }
}
