package import Model
import SQLite

extension Snapshot {
  /// By name. One query, whatever the filters.
  package func users(_ filter: IdentityFilter = IdentityFilter()) throws -> [User] {
    var conditions = Conditions()
    conditions.add(filter, on: "users")
    conditions.add(
      "users.id IN (SELECT user_id FROM user_group_membership WHERE group_id = ?)", ifAny: filter.groupID)
    return try rows(
      "SELECT \(User.columns) FROM users \(conditions.sql) ORDER BY name, id LIMIT ?",
      arguments: conditions.arguments + [filter.limit]
    ) { User(row: $0) }
  }

  package func user(_ id: String) throws -> User? {
    try first("SELECT \(User.columns) FROM users WHERE id = ?", id) { User(row: $0) }
  }

  package func user(named name: String, domainID: String = Domain.defaultID) throws -> User? {
    try first("SELECT \(User.columns) FROM users WHERE domain_id = ? AND name = ?", domainID, name) { User(row: $0) }
  }

  /// What a log-in with a password is checked against.
  package func passwordHash(ofUser id: String) throws -> String? {
    try first("SELECT password_hash FROM users WHERE id = ?", id) { $0.text(0) }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken, or there is no such domain or default project.
  package func insert(_ user: User, passwordHash: String) throws {
    try execute(
      """
      INSERT INTO users (id, domain_id, name, password_hash, default_project_id, enabled, extra, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, user.id, user.domainID, user.name, passwordHash, user.defaultProjectID, user.isEnabled, user.extra, now)
  }

  /// Changes everything but the domain and the password.
  ///
  /// - Throws: ``ConstraintViolation`` if the name is taken, or there is no such default project.
  package func update(_ user: User) throws {
    try execute(
      "UPDATE users SET name = ?, default_project_id = ?, enabled = ?, extra = ? WHERE id = ?",
      user.name, user.defaultProjectID, user.isEnabled, user.extra, user.id)
  }

  /// Sets a new password. The tokens that the user has are the caller's to void.
  package func setPasswordHash(_ hash: String, ofUser id: String) throws {
    try execute("UPDATE users SET password_hash = ? WHERE id = ?", hash, id)
  }

  package func deleteUser(_ id: String) throws {
    try execute("DELETE FROM users WHERE id = ?", id)
  }
}

extension User {
  fileprivate static let columns = "id, domain_id, name, default_project_id, enabled, extra"

  fileprivate init(row: Row) {
    self.init(
      id: row.text(0), domainID: row.text(1), name: row.text(2), defaultProjectID: row.optionalText(3),
      isEnabled: row.bool(4), extra: row.text(5))
  }
}
