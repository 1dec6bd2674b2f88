import JSON
import Model

extension Network {
  /// Writes the network. Upstream shows `is_default` of external networks, and in the answer to any creation (`isNew`),
  /// where its callback has just written it (`neutron/services/auto_allocate/db.py`).
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
      if view.shows("availability_zone_hints") {
        network.member("availability_zone_hints") { $0.raw(availabilityZoneHints.utf8) }
      }
      if view.shows("availability_zones") {
        network.member("availability_zones") { $0.raw(availabilityZones.utf8) }
      }
      if view.shows("ipv4_address_scope") { network.member("ipv4_address_scope", .null) }
      if view.shows("ipv6_address_scope") { network.member("ipv6_address_scope", .null) }
      if view.shows("router:external") { network.member("router:external", isExternal) }
      if view.shows("description") { network.member("description", description) }
      if view.shows("qos_policy_id") { network.member("qos_policy_id", qosPolicyID?.description) }
      if view.shows("port_security_enabled") { network.member("port_security_enabled", portSecurityEnabled) }
      if isNew || isExternal, view.shows("is_default") { network.member("is_default", isDefault) }
      if view.shows("tags") { network.member("tags") { $0.raw(tags.utf8) } }
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
