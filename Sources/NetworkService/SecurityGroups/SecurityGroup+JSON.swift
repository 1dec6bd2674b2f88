import JSON
import Model

extension SecurityGroup {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { group in
      if view.shows("id") { group.member("id", id.description) }
      if view.shows("name") { group.member("name", name) }
      if view.shows("stateful") { group.member("stateful", isStateful) }
      if view.shows("tenant_id") { group.member("tenant_id", projectID) }
      if view.shows("description") { group.member("description", description) }
      // Groups cannot be shared: no extension that says so is advertised.
      if view.shows("shared") { group.member("shared", false) }
      if view.shows("security_group_rules") {
        group.member("security_group_rules") { list in
          list.array(rules) { $1.write(to: &$0, ResourceView(isAdmin: view.isAdmin), insideGroup: true) }
        }
      }
      if view.shows("tags") { group.member("tags") { $0.raw(tags.utf8) } }
      if view.shows("created_at") { group.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { group.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { group.member("revision_number", revision) }
      if view.shows("project_id") { group.member("project_id", projectID) }
    }
  }
}

extension SecurityGroupRule {
  /// Writes the rule; as a part of its group it shows two members more, as upstream's does.
  func write(to writer: inout JSONWriter, _ view: ResourceView, insideGroup: Bool = false) {
    writer.object { rule in
      if view.shows("id") { rule.member("id", id.description) }
      if view.shows("tenant_id") { rule.member("tenant_id", projectID) }
      if view.shows("security_group_id") { rule.member("security_group_id", securityGroupID.description) }
      traffic.write(to: &rule, view)
      // There are no address groups.
      if view.shows("remote_address_group_id") { rule.member("remote_address_group_id", .null) }
      if view.shows("normalized_cidr") {
        rule.member("normalized_cidr", traffic.remotePrefix?.network.description)
      }
      if view.shows("remote_group_id") { rule.member("remote_group_id", remoteGroupID?.description) }
      if insideGroup { rule.member("standard_attr_id", number) }
      if view.shows("belongs_to_default_sg") { rule.member("belongs_to_default_sg", belongsToDefaultGroup) }
      if view.shows("description") { rule.member("description", description) }
      if insideGroup { rule.member("tags", []) }
      if view.shows("created_at") { rule.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { rule.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { rule.member("revision_number", revision) }
      if view.shows("project_id") { rule.member("project_id", projectID) }
    }
  }
}

extension DefaultSecurityGroupRule {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { rule in
      if view.shows("id") { rule.member("id", id.description) }
      traffic.write(to: &rule, view)
      if view.shows("remote_address_group_id") { rule.member("remote_address_group_id", .null) }
      if view.shows("remote_group_id") { rule.member("remote_group_id", remoteGroup) }
      if view.shows("description") { rule.member("description", description) }
      if view.shows("used_in_default_sg") { rule.member("used_in_default_sg", isUsedInDefault) }
      if view.shows("used_in_non_default_sg") { rule.member("used_in_non_default_sg", isUsedInOthers) }
    }
  }
}

extension SecurityGroupTraffic {
  fileprivate func write(to rule: inout JSONWriter, _ view: ResourceView) {
    if view.shows("ethertype") { rule.member("ethertype", ethertype.rawValue) }
    if view.shows("direction") { rule.member("direction", direction.rawValue) }
    if view.shows("protocol") { rule.member("protocol", ipProtocol?.text) }
    if view.shows("port_range_min") { rule.member("port_range_min", portRangeMin) }
    if view.shows("port_range_max") { rule.member("port_range_max", portRangeMax) }
    if view.shows("remote_ip_prefix") { rule.member("remote_ip_prefix", remotePrefix?.text) }
  }
}
