import JSON
import Model

extension Subnet {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { subnet in
      if view.shows("id") { subnet.member("id", id.description) }
      if view.shows("name") { subnet.member("name", name) }
      if view.shows("tenant_id") { subnet.member("tenant_id", projectID) }
      if view.shows("network_id") { subnet.member("network_id", networkID.description) }
      if view.shows("ip_version") { subnet.member("ip_version", version.rawValue) }
      if view.shows("subnetpool_id") { subnet.member("subnetpool_id", subnetPoolID?.description) }
      if view.shows("enable_dhcp") { subnet.member("enable_dhcp", enableDHCP) }
      if view.shows("ipv6_ra_mode") { subnet.member("ipv6_ra_mode", ipv6RAMode?.rawValue) }
      if view.shows("ipv6_address_mode") { subnet.member("ipv6_address_mode", ipv6AddressMode?.rawValue) }
      if view.shows("gateway_ip") { subnet.member("gateway_ip", gatewayIP?.description) }
      if view.shows("cidr") { subnet.member("cidr", cidr.description) }
      writeLists(to: &subnet, view)
      if view.shows("description") { subnet.member("description", description) }
      if view.shows("service_types") {
        subnet.member("service_types") { $0.array(serviceTypes) { $0.value($1) } }
      }
      if view.shows("tags") { subnet.member("tags", raw: tags) }
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
