package import Model
import SQLite

extension Snapshot {
  /// By name. Roles have no domain and are always enabled, so the filter must not ask for either.
  package func roles(_ filter: IdentityFilter = IdentityFilter()) throws -> [Role] {
    var conditions = Conditions()
    conditions.add(filter, on: "roles")
    return try rows(
      "SELECT id, name, description FROM roles \(conditions.sql) ORDER BY name, id LIMIT ?",
      arguments: conditions.arguments + [filter.limit]
    ) { Role(row: $0) }
  }

  package func role(_ id: String) throws -> Role? {
    try first("SELECT id, name, description FROM roles WHERE id = ?", id) { Role(row: $0) }
  }

  package func role(named name: String) throws -> Role? {
    try first("SELECT id, name, description FROM roles WHERE name = ?", name) { Role(row: $0) }
  }

  /// The roles of these names; of those that have been deleted there is nothing.
  package func roles(named names: [String]) throws -> [Role] {
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    return try rows(
      "SELECT id, name, description FROM roles WHERE name IN (\(marks)) ORDER BY name", arguments: names
    ) { Role(row: $0) }
  }

  /// What a role implies directly, or every inference there is.
  package func inferences(ofRole id: String? = nil) throws -> [RoleInference] {
    try rows(
      """
      SELECT prior.id, prior.name, prior.description, implied.id, implied.name, implied.description
      FROM implied_roles JOIN roles AS prior ON prior.id = prior_role_id
      JOIN roles AS implied ON implied.id = implied_role_id
      WHERE ?1 IS NULL OR prior_role_id = ?1 ORDER BY prior.name, implied.name LIMIT ?2
      """, id, IdentityFilter.longestList
    ) { RoleInference(prior: Role(row: $0), implied: Role(row: $0, from: 3)) }
  }

  /// These roles and all that they imply, directly or not.
  package func rolesWithImplied(_ ids: [String]) throws -> [Role] {
    let marks = ids.map { _ in "(?)" }.joined(separator: ", ")
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      WITH RECURSIVE had (id) AS (
        VALUES \(marks)
        UNION
        SELECT implied_role_id FROM implied_roles JOIN had ON prior_role_id = had.id)
      SELECT roles.id, roles.name, roles.description FROM had JOIN roles ON roles.id = had.id ORDER BY roles.name
      """, arguments: ids
    ) { Role(row: $0) }
  }

  /// What a user is somewhere: its own roles, those of its groups, and what all of them imply. Empty if it is nothing.
  package func effectiveRoles(ofUser userID: String, in scope: RoleScope) throws -> [Role] {
    try rows(
      """
      WITH RECURSIVE had (id) AS (
        SELECT role_id FROM role_assignments
        WHERE coalesce(user_id, group_id) = ?1 AND coalesce(project_id, domain_id, 'system') = ?2
        UNION
        SELECT role_id FROM user_group_membership JOIN role_assignments
          ON coalesce(role_assignments.user_id, role_assignments.group_id) = user_group_membership.group_id
          AND coalesce(project_id, domain_id, 'system') = ?2
        WHERE user_group_membership.user_id = ?1
        UNION
        SELECT implied_role_id FROM implied_roles JOIN had ON prior_role_id = had.id)
      SELECT roles.id, roles.name, roles.description FROM had JOIN roles ON roles.id = had.id ORDER BY roles.name
      """, userID, scope.id
    ) { Role(row: $0) }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func insert(_ role: Role) throws {
    try execute(
      "INSERT INTO roles (id, name, description) VALUES (?, ?, ?)", role.id, role.name, role.description)
  }

  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func update(_ role: Role) throws {
    try execute("UPDATE roles SET name = ?, description = ? WHERE id = ?", role.name, role.description, role.id)
  }

  package func deleteRole(_ id: String) throws {
    try execute("DELETE FROM roles WHERE id = ?", id)
  }

  /// - Throws: ``ConstraintViolation`` if one of the roles does not exist.
  package func imply(_ impliedID: String, byPriorRole priorID: String) throws {
    try execute(
      """
      INSERT INTO implied_roles (prior_role_id, implied_role_id) VALUES (?, ?)
      ON CONFLICT (prior_role_id, implied_role_id) DO NOTHING
      """, priorID, impliedID)
  }

  /// - Returns: Whether the one role implied the other.
  package func endImplying(_ impliedID: String, by priorID: String) throws -> Bool {
    try execute(
      "DELETE FROM implied_roles WHERE prior_role_id = ? AND implied_role_id = ?", priorID, impliedID) > 0
  }
}

extension Role {
  init(row: Row, from column: Int = 0) {
    self.init(id: row.text(column), name: row.text(column + 1), description: row.optionalText(column + 2))
  }
}
