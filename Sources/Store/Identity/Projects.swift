package import Model
import SQLite

extension Snapshot {
  /// By name. One query, whatever the filters.
  package func projects(_ filter: IdentityFilter = IdentityFilter()) throws -> [Project] {
    var conditions = Conditions()
    conditions.add(filter, on: "projects")
    conditions.addTags(filter, on: "projects")
    if let parent = filter.parentID {
      conditions.add("(parent_id = ? OR (parent_id IS NULL AND domain_id = ?))", parent, parent)
    }
    if let userID = filter.userID {
      conditions.add(
        """
        projects.id IN (SELECT project_id FROM role_assignments WHERE project_id IS NOT NULL AND (user_id = ? OR group_id
          IN (SELECT group_id FROM user_group_membership WHERE user_id = ?)))
        """, userID, userID)
    }
    return try rows(
      "SELECT \(Project.columns) FROM projects \(conditions.sql) ORDER BY name, id LIMIT ?",
      arguments: conditions.arguments + [filter.limit]
    ) { Project(row: $0) }
  }

  package func project(_ id: String) throws -> Project? {
    try first("SELECT \(Project.columns) FROM projects WHERE id = ?", id) { Project(row: $0) }
  }

  /// The project of that name in a domain, in the default one unless another is named.
  package func project(named name: String, domainID: String = Domain.defaultID) throws -> Project? {
    try first("SELECT \(Project.columns) FROM projects WHERE domain_id = ? AND name = ?", domainID, name) {
      Project(row: $0)
    }
  }

  /// The projects above one, from its parent up.
  package func ancestors(ofProject id: String) throws -> [Project] {
    try rows(
      """
      WITH RECURSIVE above (id, level) AS (
        SELECT parent_id, 1 FROM projects WHERE id = ?
        UNION ALL
        SELECT projects.parent_id, level + 1 FROM projects JOIN above ON projects.id = above.id WHERE level < 64)
      SELECT \(Project.columns("projects")) FROM above JOIN projects ON projects.id = above.id ORDER BY level
      """, id
    ) { Project(row: $0) }
  }

  /// The projects below one, at any depth.
  package func descendants(ofProject id: String, limit: Int = IdentityFilter.longestList) throws -> [Project] {
    try rows(
      """
      WITH RECURSIVE below (id) AS (
        SELECT id FROM projects WHERE parent_id = ?
        UNION
        SELECT projects.id FROM projects JOIN below ON projects.parent_id = below.id)
      SELECT \(Project.columns("projects")) FROM below JOIN projects ON projects.id = below.id
      ORDER BY projects.name, projects.id LIMIT ?
      """, id, limit
    ) { Project(row: $0) }
  }

  package func hasChildren(project id: String) throws -> Bool {
    try first("SELECT 1 FROM projects WHERE parent_id = ?", id) { _ in true } ?? false
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken, or there is no such domain or parent.
  package func insert(_ project: Project) throws {
    try execute(
      """
      INSERT INTO projects (id, domain_id, parent_id, name, description, enabled, tags, extra, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, project.id, project.domainID, project.parentID, project.name, project.description, project.isEnabled,
      project.tags, project.extra, now)
  }

  /// Changes everything but domain and parent, which stay for ever.
  ///
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func update(_ project: Project) throws {
    try execute(
      "UPDATE projects SET name = ?, description = ?, enabled = ?, tags = ?, extra = ? WHERE id = ?",
      project.name, project.description, project.isEnabled, project.tags, project.extra, project.id)
  }

  /// - Throws: ``ConstraintViolation`` if there are projects below it.
  package func deleteProject(_ id: String) throws {
    try execute("DELETE FROM projects WHERE id = ?", id)
  }
}

extension Project {
  fileprivate static let columns = "id, domain_id, parent_id, name, description, enabled, tags, extra"

  fileprivate static func columns(_ table: String) -> String {
    columns.split(separator: " ").map { "\(table).\($0)" }.joined(separator: " ")
  }

  fileprivate init(row: Row) {
    self.init(
      id: row.text(0), domainID: row.text(1), parentID: row.optionalText(2), name: row.text(3),
      description: row.text(4), isEnabled: row.bool(5), tags: row.text(6), extra: row.text(7))
  }
}
