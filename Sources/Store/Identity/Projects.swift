package import Model
import SQLite

extension Snapshot {
  package func projects() throws -> [Project] {
    try rows("SELECT id, name, description, enabled FROM projects ORDER BY name") { Project(row: $0) }
  }

  package func project(_ id: String) throws -> Project? {
    try first("SELECT id, name, description, enabled FROM projects WHERE id = ?", id) { Project(row: $0) }
  }

  package func project(named name: String) throws -> Project? {
    try first("SELECT id, name, description, enabled FROM projects WHERE name = ?", name) { Project(row: $0) }
  }

  /// The projects in which a user has any role.
  package func projects(ofUser userID: String) throws -> [Project] {
    try rows(
      """
      SELECT id, name, description, enabled FROM projects
      WHERE id IN (SELECT project_id FROM role_assignments WHERE user_id = ?) ORDER BY name
      """, userID
    ) { Project(row: $0) }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func insert(_ project: Project) throws {
    try execute(
      "INSERT INTO projects (id, name, description, enabled, created_at) VALUES (?, ?, ?, ?, ?)",
      project.id, project.name, project.description, project.isEnabled, now)
  }

  /// Changes name, description and whether it is enabled.
  package func update(_ project: Project) throws {
    try execute(
      "UPDATE projects SET name = ?, description = ?, enabled = ? WHERE id = ?",
      project.name, project.description, project.isEnabled, project.id)
  }

  package func deleteProject(_ id: String) throws {
    try execute("DELETE FROM projects WHERE id = ?", id)
  }
}

extension Project {
  fileprivate init(row: Row) {
    self.init(id: row.text(0), name: row.text(1), description: row.text(2), isEnabled: row.bool(3))
  }
}
