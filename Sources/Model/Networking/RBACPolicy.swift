/// Lets a project, or all, use a network that is another's.
package struct RBACPolicy: Hashable, Sendable {
  package var id: UUID
  /// Who made the policy, and may change it.
  package var projectID: String
  /// The network.
  package var objectID: UUID
  /// A project's id, or ``everybody``.
  package var targetProject: String
  package var action: RBACAction

  package init(id: UUID, projectID: String, objectID: UUID, targetProject: String, action: RBACAction) {
    self.id = id
    self.projectID = projectID
    self.objectID = objectID
    self.targetProject = targetProject
    self.action = action
  }

  /// The target that stands for all projects.
  package static let everybody = "*"

  /// What policies can be about; upstream has more kinds, which have no policies here.
  package static let objectType = "network"
}

/// What a policy allows.
package enum RBACAction: String, CaseIterable, Sendable {
  case accessAsShared = "access_as_shared"
  case accessAsExternal = "access_as_external"
}

extension RBACPolicy {
  /// The projects that may keep their ports on a network when the policy for `target` is gone: its owner and the targets
  /// of the policies that are left, or `nil` if one of them is for all (`ensure_no_tenant_ports_on_network` of
  /// `neutron/db/db_base_plugin_v2.py`).
  package static func projectsAllowed(
    owner: String, targets: some Sequence<String>, without target: String
  ) -> Set<String>? {
    let left = Set(targets).subtracting([target])
    return left.contains(everybody) ? nil : left.union([owner])
  }
}
