package import Model
import SQLite

extension Snapshot {
  /// By name. One query, whatever the filters.
  package func domains(_ filter: IdentityFilter) throws -> [Domain] {
    var conditions = Conditions()
    conditions.add(filter, on: "domains")
    if let userID = filter.userID {
      conditions.add(
        """
        domains.id IN (SELECT domain_id FROM role_assignments WHERE domain_id IS NOT NULL AND (user_id = ? OR group_id IN
          (SELECT group_id FROM user_group_membership WHERE user_id = ?)))
        """, userID, userID)
    }
    return try rows(
      "SELECT id, name, description, enabled, tags FROM domains \(conditions.sql) ORDER BY name, id LIMIT ?",
      arguments: conditions.arguments + [filter.limit]
    ) { Domain(row: $0) }
  }

  package func domain(_ id: String) throws -> Domain? {
    try first("SELECT id, name, description, enabled, tags FROM domains WHERE id = ?", id) { Domain(row: $0) }
  }

  /// The first domain also goes by its id, since clients mix the two up.
  package func domain(named name: String) throws -> Domain? {
    try first(
      """
      SELECT id, name, description, enabled, tags FROM domains
      WHERE name = ? OR (id = 'default' AND ? = 'default') ORDER BY id = 'default' LIMIT 1
      """, name, name
    ) { Domain(row: $0) }
  }

  /// What the domains are called.
  package func domainNames(_ ids: Set<String>) throws -> [String: String] {
    let marks = ids.map { _ in "?" }.joined(separator: ", ")
    let pairs = try rows("SELECT id, name FROM domains WHERE id IN (\(marks))", arguments: ids.sorted()) {
      ($0.text(0), $0.text(1))
    }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func insert(_ domain: Domain) throws {
    try execute(
      "INSERT INTO domains (id, name, description, enabled, tags, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      domain.id, domain.name, domain.description, domain.isEnabled, domain.tags, now)
  }

  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func update(_ domain: Domain) throws {
    try execute(
      "UPDATE domains SET name = ?, description = ?, enabled = ?, tags = ? WHERE id = ?",
      domain.name, domain.description, domain.isEnabled, domain.tags, domain.id)
  }

  /// Deletes a domain with all its users, groups and projects.
  package func deleteDomain(_ id: String) throws {
    // Projects refer to each other, so the children's references go first.
    try execute("UPDATE projects SET parent_id = NULL WHERE domain_id = ?", id)
    try execute("DELETE FROM domains WHERE id = ?", id)
  }
}

extension Domain {
  fileprivate init(row: Row) {
    self.init(
      id: row.text(0), name: row.text(1), description: row.text(2), isEnabled: row.bool(3), tags: row.text(4))
  }
}
