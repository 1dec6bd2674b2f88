package import Model
import SQLite

/// Which assignments a list wants: every filter that is not `nil` must hold.
package struct AssignmentFilter: Sendable {
  package var actor: RoleActor?
  package var scope: RoleScope?
  package var roleID: String?
  /// With a project as scope: the projects below it too.
  package var includesSubtree = false

  package init() {}
}

extension Snapshot {
  /// The roles that were given to somebody somewhere, without what they imply.
  package func grantedRoles(_ actor: RoleActor, in scope: RoleScope) throws -> [Role] {
    try rows(
      """
      SELECT roles.id, roles.name, roles.description FROM role_assignments JOIN roles ON roles.id = role_id
      WHERE coalesce(user_id, group_id) = ? AND coalesce(project_id, domain_id, 'system') = ? ORDER BY roles.name
      """, actor.id, scope.id
    ) { Role(row: $0) }
  }

  /// Whether the role itself was given there, to the user or group itself.
  package func isGranted(_ assignment: RoleAssignment) throws -> Bool {
    try first(
      """
      SELECT 1 FROM role_assignments
      WHERE coalesce(user_id, group_id) = ? AND coalesce(project_id, domain_id, 'system') = ? AND role_id = ?
      """, assignment.actor.id, assignment.scope.id, assignment.roleID
    ) { _ in true } ?? false
  }

  /// The assignments as they were made.
  package func assignments(_ filter: AssignmentFilter) throws -> [ListedAssignment] {
    try assignments(
      filter, from: "role_assignments AS given JOIN roles ON roles.id = given.role_id", user: "given.user_id",
      group: "given.group_id", through: "NULL", prior: "NULL")
  }

  /// What the assignments come to: groups replaced by their members, and roles with those that they imply.
  package func effectiveAssignments(_ filter: AssignmentFilter) throws -> [ListedAssignment] {
    try assignments(
      filter,
      from: """
        role_assignments AS given
        LEFT JOIN user_group_membership AS member ON member.group_id = given.group_id
        JOIN inference ON inference.prior_id = given.role_id JOIN roles ON roles.id = inference.role_id
        """, user: "coalesce(given.user_id, member.user_id)", group: "NULL", through: "given.group_id",
      prior: "nullif(given.role_id, roles.id)")
  }

  private func assignments(
    _ filter: AssignmentFilter, from source: String, user: String, group: String, through: String, prior: String
  ) throws -> [ListedAssignment] {
    var conditions = Conditions()
    conditions.add(filter, user: user, group: group)
    return try rows(
      """
      WITH RECURSIVE inference (prior_id, role_id) AS (
        SELECT id, id FROM roles
        UNION
        SELECT prior_id, implied_role_id FROM implied_roles JOIN inference ON prior_role_id = inference.role_id)
      SELECT users.id, user_groups.id, coalesce(users.name, user_groups.name), actor_domain.id, actor_domain.name,
        given.project_id, given.domain_id, coalesce(projects.name, scope_domain.name), project_domain.id,
        project_domain.name, roles.id, roles.name, \(through), \(prior)
      FROM \(source)
      LEFT JOIN users ON users.id = \(user) LEFT JOIN user_groups ON user_groups.id = \(group)
      JOIN domains AS actor_domain ON actor_domain.id = coalesce(users.domain_id, user_groups.domain_id)
      LEFT JOIN projects ON projects.id = given.project_id
      LEFT JOIN domains AS project_domain ON project_domain.id = projects.domain_id
      LEFT JOIN domains AS scope_domain ON scope_domain.id = given.domain_id
      \(conditions.sql) ORDER BY given.id, roles.name, users.id LIMIT ?
      """, arguments: conditions.arguments + [IdentityFilter.longestList]
    ) { ListedAssignment(row: $0) }
  }
}

extension Conditions {
  fileprivate mutating func add(_ filter: AssignmentFilter, user: String, group: String) {
    switch filter.actor {
    case .user(let id)?: add("\(user) = ?", id)
    case .group(let id)?: add("\(group) = ?", id)
    case nil: break
    }
    switch filter.scope {
    case .project(let id)? where filter.includesSubtree:
      add(
        """
        given.project_id IN (WITH RECURSIVE below (id) AS (
          VALUES (?) UNION SELECT projects.id FROM projects JOIN below ON parent_id = below.id) SELECT id FROM below)
        """, id)
    case .project(let id)?: add("given.project_id = ?", id)
    case .domain(let id)?: add("given.domain_id = ?", id)
    case .system?: add("given.project_id IS NULL AND given.domain_id IS NULL")
    case nil: break
    }
    add("roles.id = ?", ifAny: filter.roleID)
  }
}

extension Transaction {
  /// Gives somebody a role somewhere; having it already changes nothing.
  ///
  /// - Throws: ``ConstraintViolation`` if one of the three does not exist.
  package func grant(_ assignment: RoleAssignment) throws {
    let (user, group) = assignment.actor.columns
    let (project, domain) = assignment.scope.columns
    try execute(
      """
      INSERT INTO role_assignments (user_id, group_id, project_id, domain_id, role_id) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """, user, group, project, domain, assignment.roleID)
  }

  /// - Returns: Whether the role had been given.
  package func withdraw(_ assignment: RoleAssignment) throws -> Bool {
    try execute(
      """
      DELETE FROM role_assignments
      WHERE coalesce(user_id, group_id) = ? AND coalesce(project_id, domain_id, 'system') = ? AND role_id = ?
      """, assignment.actor.id, assignment.scope.id, assignment.roleID) > 0
  }
}

extension RoleActor {
  fileprivate var columns: (user: String?, group: String?) {
    switch self {
    case .user(let id): (id, nil)
    case .group(let id): (nil, id)
    }
  }
}

extension RoleScope {
  fileprivate var columns: (project: String?, domain: String?) {
    switch self {
    case .project(let id): (id, nil)
    case .domain(let id): (nil, id)
    case .system: (nil, nil)
    }
  }
}

extension ListedAssignment {
  fileprivate init(row: Row) {
    let actor: RoleActor = row.optionalText(0).map(RoleActor.user) ?? .group(row.text(1))
    let scope: RoleScope =
      row.optionalText(5).map(RoleScope.project) ?? row.optionalText(6).map(RoleScope.domain) ?? .system
    let scopeName = row.optionalText(7).map {
      Reference(id: scope.id, name: $0, domainID: row.optionalText(8), domainName: row.optionalText(9))
    }
    self.init(
      actor: actor,
      actorName: Reference(id: actor.id, name: row.text(2), domainID: row.text(3), domainName: row.text(4)),
      scope: scope, scopeName: scopeName, role: Reference(id: row.text(10), name: row.text(11)),
      throughGroupID: row.optionalText(12), priorRoleID: row.optionalText(13))
  }
}
