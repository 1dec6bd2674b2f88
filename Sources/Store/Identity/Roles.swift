package import Model
import SQLite

extension Snapshot {
  package func roles() throws -> [Role] {
    try rows("SELECT id, name FROM roles ORDER BY name") { Role(id: $0.text(0), name: $0.text(1)) }
  }

  package func role(_ id: String) throws -> Role? {
    try first("SELECT id, name FROM roles WHERE id = ?", id) { Role(id: $0.text(0), name: $0.text(1)) }
  }

  package func role(named name: String) throws -> Role? {
    try first("SELECT id, name FROM roles WHERE name = ?", name) { Role(id: $0.text(0), name: $0.text(1)) }
  }

  /// What a user is in a project; empty if it is nothing there.
  package func roles(ofUser userID: String, inProject projectID: String) throws -> [Role] {
    try rows(
      """
      SELECT roles.id, roles.name FROM role_assignments JOIN roles ON roles.id = role_assignments.role_id
      WHERE user_id = ? AND project_id = ? ORDER BY roles.name
      """, userID, projectID
    ) { Role(id: $0.text(0), name: $0.text(1)) }
  }

  /// The ids of the users who have any role in a project.
  package func members(ofProject projectID: String) throws -> [String] {
    try rows("SELECT DISTINCT user_id FROM role_assignments WHERE project_id = ?", projectID) { $0.text(0) }
  }

  /// Who has which role where, ordered by user, project and role.
  package func roleAssignments() throws -> [RoleAssignment] {
    try rows("SELECT user_id, project_id, role_id FROM role_assignments ORDER BY user_id, project_id, role_id") {
      RoleAssignment(userID: $0.text(0), projectID: $0.text(1), roleID: $0.text(2))
    }
  }
}

extension Transaction {
  package func insert(_ role: Role) throws {
    try execute("INSERT INTO roles (id, name) VALUES (?, ?)", role.id, role.name)
  }

  /// Gives a user a role in a project; having it already changes nothing.
  ///
  /// - Throws: ``ConstraintViolation`` if one of the three does not exist.
  package func grant(_ assignment: RoleAssignment) throws {
    try execute(
      """
      INSERT INTO role_assignments (user_id, project_id, role_id) VALUES (?, ?, ?)
      ON CONFLICT (user_id, project_id, role_id) DO NOTHING
      """, assignment.userID, assignment.projectID, assignment.roleID)
  }

  /// - Returns: Whether the user had the role.
  package func withdraw(_ assignment: RoleAssignment) throws -> Bool {
    try execute(
      "DELETE FROM role_assignments WHERE user_id = ? AND project_id = ? AND role_id = ?",
      assignment.userID, assignment.projectID, assignment.roleID) > 0
  }
}
