import JSON
import Model

extension SubnetPool {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { pool in
      if view.shows("id") { pool.member("id", id.description) }
      if view.shows("name") { pool.member("name", name) }
      if view.shows("tenant_id") { pool.member("tenant_id", projectID) }
      // Upstream shows these three numbers as texts.
      if view.shows("default_prefixlen") { pool.member("default_prefixlen", String(defaultPrefixLength)) }
      if view.shows("min_prefixlen") { pool.member("min_prefixlen", String(minPrefixLength)) }
      if view.shows("max_prefixlen") { pool.member("max_prefixlen", String(maxPrefixLength)) }
      if view.shows("is_default") { pool.member("is_default", isDefault) }
      if view.shows("shared") { pool.member("shared", isShared) }
      if view.shows("prefixes") {
        pool.member("prefixes") { $0.array(prefixes) { $0.value($1.description) } }
      }
      if view.shows("ip_version") { pool.member("ip_version", version.rawValue) }
      if view.shows("default_quota") { pool.member("default_quota", defaultQuota) }
      if view.shows("address_scope_id") { pool.member("address_scope_id", .null) }
      if view.shows("description") { pool.member("description", description) }
      if view.shows("tags") { pool.member("tags", raw: tags) }
      if view.shows("created_at") { pool.member("created_at", createdAt.iso8601Seconds) }
      if view.shows("updated_at") { pool.member("updated_at", updatedAt.iso8601Seconds) }
      if view.shows("revision_number") { pool.member("revision_number", revision) }
      if view.shows("project_id") { pool.member("project_id", projectID) }
    }
  }
}
