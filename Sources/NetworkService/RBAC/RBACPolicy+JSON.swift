import JSON
import Model

extension RBACPolicy {
  func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { policy in
      if view.shows("id") { policy.member("id", id.description) }
      if view.shows("target_tenant") { policy.member("target_tenant", targetProject) }
      if view.shows("tenant_id") { policy.member("tenant_id", projectID) }
      if view.shows("object_type") { policy.member("object_type", Self.objectType) }
      if view.shows("object_id") { policy.member("object_id", objectID.description) }
      if view.shows("action") { policy.member("action", action.rawValue) }
      if view.shows("project_id") { policy.member("project_id", projectID) }
    }
  }
}
