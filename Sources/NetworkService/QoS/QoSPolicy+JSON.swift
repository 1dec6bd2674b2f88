import JSON
import Model

extension QoSPolicy {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { policy in
      if view.shows("id") { policy.member("id", id.description) }
      if view.shows("name") { policy.member("name", name) }
      if view.shows("shared") { policy.member("shared", isShared) }
      if view.shows("tenant_id") { policy.member("tenant_id", projectID) }
      if view.shows("rules") { policy.member("rules") { $0.array(rules) { $1.writeInPolicy(to: &$0) } } }
      if view.shows("is_default") { policy.member("is_default", isDefault) }
      if view.shows("description") { policy.member("description", description) }
      if view.shows("tags") { policy.member("tags", raw: tags) }
      if view.shows("created_at") { policy.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { policy.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { policy.member("revision_number", revision) }
      if view.shows("project_id") { policy.member("project_id", projectID) }
    }
  }
}

extension QoSBandwidthLimitRule {
  /// Writes the rule as a resource of its own.
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { rule in
      if view.shows("id") { rule.member("id", id.description) }
      if view.shows("max_kbps") { rule.member("max_kbps", limit.maxKbps) }
      if view.shows("max_burst_kbps") { rule.member("max_burst_kbps", limit.maxBurstKbps) }
      if view.shows("direction") { rule.member("direction", direction.rawValue) }
    }
  }

  /// Inside its policy, upstream says of a rule what it is and whose.
  fileprivate func writeInPolicy(to writer: inout JSONWriter) {
    writer.object { rule in
      rule.member("id", id.description)
      rule.member("qos_policy_id", policyID.description)
      rule.member("max_kbps", limit.maxKbps)
      rule.member("max_burst_kbps", limit.maxBurstKbps)
      rule.member("direction", direction.rawValue)
      rule.member("type", Self.type)
    }
  }
}
