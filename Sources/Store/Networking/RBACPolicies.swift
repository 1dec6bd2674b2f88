package import Model
import SQLite

/// What RBAC policies can be filtered by and sorted by.
package enum RBACField: String, CaseIterable, ListField {
  case id, action
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case objectType = "object_type"
  case objectID = "object_id"
  case targetTenant = "target_tenant"

  package var expression: String {
    switch self {
    case .tenantID: "network_rbac.project_id"
    // There are policies about networks only.
    case .objectType: "'network'"
    case .targetTenant: "network_rbac.target_project"
    default: "network_rbac.\(rawValue)"
    }
  }
}

extension Snapshot {
  package func rbacPolicy(_ id: UUID) throws -> RBACPolicy? {
    try first("\(RBACPolicy.selection) WHERE id = ?", id) { row in try RBACPolicy(row: row) }
  }

  /// The policy for everybody, or for a project, if there is one.
  package func rbacPolicy(_ action: RBACAction, network id: UUID, target: String) throws -> RBACPolicy? {
    try first(
      "\(RBACPolicy.selection) WHERE target_project = ? AND object_id = ? AND action = ?", target, id, action.rawValue
    ) { row in try RBACPolicy(row: row) }
  }

  /// The policies that `query` asks for; a project sees those that it has made.
  package func rbacPolicies(_ query: ListQuery<RBACField>) throws -> [RBACPolicy] {
    var statement = ListStatement()
    if let project = query.project { statement.require("network_rbac.project_id = ?", project) }
    let text = statement.text(
      RBACPolicy.selection, id: "network_rbac.id", marker: "FROM network_rbac WHERE network_rbac.id = ?", query: query)
    let policies = try rows(text, arguments: statement.arguments) { row in try RBACPolicy(row: row) }
    return query.isReversed ? policies.reversed() : policies
  }

  /// Who may do `action` with the network: the targets of its policies.
  package func targets(of action: RBACAction, network id: UUID) throws -> [String] {
    try rows("SELECT target_project FROM network_rbac WHERE object_id = ? AND action = ?", id, action.rawValue) { row in
      row.text(0)
    }
  }

  /// Whether a project has ports of its own on the network, apart from those of the network's own services.
  package func hasPorts(ofProject project: String, onNetwork id: UUID) throws -> Bool {
    try first(
      """
      SELECT 1 FROM ports WHERE project_id = ? AND network_id = ? AND device_owner NOT LIKE 'network:%' LIMIT 1
      """,
      project, id
    ) { _ in true } ?? false
  }

  /// The projects that have ports of their own on the network.
  ///
  /// Goes from project to project by the index of ports, so it grows with the number of projects and not of ports.
  package func projectsWithPorts(onNetwork id: UUID) throws -> Set<String> {
    let projects = try rows(
      """
      WITH RECURSIVE projects (project_id) AS (
        SELECT min(project_id) FROM ports
        UNION ALL
        SELECT (SELECT min(project_id) FROM ports WHERE project_id > projects.project_id) FROM projects
        WHERE projects.project_id IS NOT NULL)
      SELECT project_id FROM projects
      WHERE project_id <> '' AND EXISTS (
        SELECT 1 FROM ports WHERE ports.project_id = projects.project_id AND ports.network_id = ?
          AND ports.device_owner NOT LIKE 'network:%')
      """,
      id
    ) { row in row.text(0) }
    return Set(projects)
  }
}

extension Transaction {
  /// - Returns: Whether there was none yet that says the same.
  package func insert(_ policy: RBACPolicy) throws -> Bool {
    try execute(
      """
      INSERT INTO network_rbac (id, project_id, object_id, target_project, action) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (target_project, object_id, action) DO NOTHING
      """,
      policy.id, policy.projectID, policy.objectID, policy.targetProject, policy.action.rawValue) > 0
  }

  /// - Throws: `ConstraintViolation` if there is one already that says the same.
  package func setTarget(_ project: String, ofPolicy id: UUID) throws {
    try execute("UPDATE network_rbac SET target_project = ? WHERE id = ?", project, id)
  }

  package func deletePolicy(_ id: UUID) throws {
    try execute("DELETE FROM network_rbac WHERE id = ?", id)
  }

  package func deletePolicies(_ action: RBACAction, network id: UUID) throws {
    try execute("DELETE FROM network_rbac WHERE object_id = ? AND action = ?", id, action.rawValue)
  }
}

extension RBACPolicy {
  fileprivate static let selection = "SELECT id, project_id, object_id, target_project, action FROM network_rbac"

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), projectID: row.text(1), objectID: try row.uuid(2), targetProject: row.text(3),
      action: try row.value(4))
  }
}
