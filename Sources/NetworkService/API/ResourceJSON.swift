import JSON
import Model

// The resources as the API shows them. Every member that upstream has is there, the lists of what is not offered yet
// being empty.

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
      if view.shows("allowed_address_pairs") { port.member("allowed_address_pairs", []) }
      if view.shows("extra_dhcp_opts") { port.member("extra_dhcp_opts", []) }
      if view.shows("security_groups") { port.member("security_groups", []) }
      if view.shows("description") { port.member("description", description) }
      binding.write(to: &port, view)
      if view.shows("port_security_enabled") { port.member("port_security_enabled", portSecurityEnabled) }
      if view.shows("tags") { port.member("tags", []) }
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
    guard view.isAdmin else { return }
    if view.shows("binding:profile") { port.member("binding:profile") { $0.raw(profile.utf8) } }
    if view.shows("binding:host_id") { port.member("binding:host_id", host) }
    if view.shows("binding:vif_type") { port.member("binding:vif_type", vifType.rawValue) }
    if view.shows("binding:vif_details") { port.member("binding:vif_details") { $0.raw(vifDetails.utf8) } }
  }

  /// An element of `GET /ports/{id}/bindings`.
  func writeAlone(to writer: inout JSONWriter) {
    writer.object {
      $0.member("host", host)
      $0.member("vif_type", vifType.rawValue)
      $0.member("vnic_type", vnicType.rawValue)
      $0.member("status", status.rawValue)
      $0.member("profile") { $0.raw(profile.utf8) }
      $0.member("vif_details") { $0.raw(vifDetails.utf8) }
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

extension Network {
  /// Writes the network; `isNew` adds what only the answer to its creation shows.
  func write(to writer: inout JSONWriter, _ view: ResourceView, isNew: Bool = false) {
    writer.object { network in
      if view.shows("id") { network.member("id", id.description) }
      if view.shows("name") { network.member("name", name) }
      if view.shows("tenant_id") { network.member("tenant_id", projectID) }
      if view.shows("admin_state_up") { network.member("admin_state_up", adminStateUp) }
      if view.shows("mtu") { network.member("mtu", mtu) }
      // Neutron's networks are always ACTIVE (`neutron/db/db_base_plugin_v2.py`).
      if view.shows("status") { network.member("status", "ACTIVE") }
      if view.shows("subnets") { network.member("subnets") { $0.array(subnetIDs) { $0.value($1.description) } } }
      if view.shows("shared") { network.member("shared", isShared) }
      if view.shows("availability_zone_hints") { network.member("availability_zone_hints", []) }
      if view.shows("availability_zones") { network.member("availability_zones", []) }
      if view.shows("ipv4_address_scope") { network.member("ipv4_address_scope", .null) }
      if view.shows("ipv6_address_scope") { network.member("ipv6_address_scope", .null) }
      if view.shows("router:external") { network.member("router:external", isExternal) }
      if view.shows("description") { network.member("description", description) }
      if view.shows("port_security_enabled") { network.member("port_security_enabled", portSecurityEnabled) }
      if isNew { network.member("is_default", false) }
      if view.shows("tags") { network.member("tags", []) }
      if view.shows("created_at") { network.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { network.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { network.member("revision_number", revision) }
      if view.shows("project_id") { network.member("project_id", projectID) }
      if view.isAdmin { segment.write(to: &network, view) }
    }
  }
}

extension Segment {
  fileprivate func write(to network: inout JSONWriter, _ view: ResourceView) {
    if view.shows("provider:network_type") { network.member("provider:network_type", type.rawValue) }
    if view.shows("provider:physical_network") { network.member("provider:physical_network", physicalNetwork) }
    if view.shows("provider:segmentation_id") { network.member("provider:segmentation_id", segmentationID) }
  }
}

extension Subnet {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { subnet in
      if view.shows("id") { subnet.member("id", id.description) }
      if view.shows("name") { subnet.member("name", name) }
      if view.shows("tenant_id") { subnet.member("tenant_id", projectID) }
      if view.shows("network_id") { subnet.member("network_id", networkID.description) }
      if view.shows("ip_version") { subnet.member("ip_version", 4) }
      if view.shows("subnetpool_id") { subnet.member("subnetpool_id", .null) }
      if view.shows("enable_dhcp") { subnet.member("enable_dhcp", enableDHCP) }
      if view.shows("ipv6_ra_mode") { subnet.member("ipv6_ra_mode", .null) }
      if view.shows("ipv6_address_mode") { subnet.member("ipv6_address_mode", .null) }
      if view.shows("gateway_ip") { subnet.member("gateway_ip", gatewayIP?.description) }
      if view.shows("cidr") { subnet.member("cidr", cidr.description) }
      writeLists(to: &subnet, view)
      if view.shows("description") { subnet.member("description", description) }
      if view.shows("service_types") { subnet.member("service_types", []) }
      if view.shows("tags") { subnet.member("tags", []) }
      if view.shows("created_at") { subnet.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { subnet.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { subnet.member("revision_number", revision) }
      if view.shows("project_id") { subnet.member("project_id", projectID) }
    }
  }

  private func writeLists(to subnet: inout JSONWriter, _ view: ResourceView) {
    if view.shows("allocation_pools") {
      subnet.member("allocation_pools") {
        $0.array(allocationPools) { list, pool in
          list.object {
            $0.member("start", pool.first.description)
            $0.member("end", pool.last.description)
          }
        }
      }
    }
    if view.shows("host_routes") {
      subnet.member("host_routes") {
        $0.array(hostRoutes) { list, route in
          list.object {
            $0.member("destination", route.destination.description)
            $0.member("nexthop", route.nextHop.description)
          }
        }
      }
    }
    if view.shows("dns_nameservers") {
      subnet.member("dns_nameservers") { $0.array(dnsNameservers) { $0.value($1.description) } }
    }
  }
}

extension Agent {
  func write(to writer: inout JSONWriter, _ view: ResourceView, isAlive: Bool) {
    writer.object { agent in
      if view.shows("id") { agent.member("id", id.description) }
      if view.shows("agent_type") { agent.member("agent_type", type) }
      if view.shows("binary") { agent.member("binary", binary) }
      if view.shows("topic") { agent.member("topic", topic) }
      if view.shows("host") { agent.member("host", host) }
      if view.shows("admin_state_up") { agent.member("admin_state_up", adminStateUp) }
      if view.shows("created_at") { agent.member("created_at", createdAt.spaced) }
      if view.shows("started_at") { agent.member("started_at", startedAt.spaced) }
      if view.shows("heartbeat_timestamp") { agent.member("heartbeat_timestamp", heartbeat.spaced) }
      if view.shows("description") { agent.member("description", .null) }
      if view.shows("resources_synced") { agent.member("resources_synced", .null) }
      if view.shows("availability_zone") { agent.member("availability_zone", availabilityZone) }
      if view.shows("alive") { agent.member("alive", isAlive) }
      if view.shows("configurations") { agent.member("configurations") { $0.raw(configurations.utf8) } }
    }
  }
}
