package import Model
import SQLite

extension Snapshot {
  package func users() throws -> [User] {
    try rows("SELECT id, name, default_project_id, enabled FROM users ORDER BY name") { User(row: $0) }
  }

  package func user(_ id: String) throws -> User? {
    try first("SELECT id, name, default_project_id, enabled FROM users WHERE id = ?", id) { User(row: $0) }
  }

  package func user(named name: String) throws -> User? {
    try first("SELECT id, name, default_project_id, enabled FROM users WHERE name = ?", name) { User(row: $0) }
  }

  /// What a log-in with a password is checked against.
  package func passwordHash(ofUser id: String) throws -> String? {
    try first("SELECT password_hash FROM users WHERE id = ?", id) { $0.text(0) }
  }

  /// Tokens of a user that were issued before this time are void.
  package func tokensValidFrom() throws -> [String: Timestamp] {
    let pairs = try rows("SELECT id, tokens_valid_from FROM users") { ($0.text(0), try $0.timestamp(1)) }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func insert(_ user: User, passwordHash: String) throws {
    try execute(
      """
      INSERT INTO users (id, name, password_hash, default_project_id, enabled, created_at, tokens_valid_from)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, user.id, user.name, passwordHash, user.defaultProjectID, user.isEnabled, now, now)
  }

  /// Sets a new password; the tokens that the user has are void from now on.
  package func setPasswordHash(_ hash: String, ofUser id: String) throws {
    try execute("UPDATE users SET password_hash = ?, tokens_valid_from = ? WHERE id = ?", hash, now, id)
  }

  /// Enables or disables a user; the tokens that the user has are void from now on.
  package func setEnabled(_ isEnabled: Bool, ofUser id: String) throws {
    try execute("UPDATE users SET enabled = ?, tokens_valid_from = ? WHERE id = ?", isEnabled, now, id)
  }

  /// The tokens that the user has are void from now on.
  package func voidTokens(ofUser id: String) throws {
    try execute("UPDATE users SET tokens_valid_from = ? WHERE id = ?", now, id)
  }

  package func deleteUser(_ id: String) throws {
    try execute("DELETE FROM users WHERE id = ?", id)
  }
}

extension User {
  fileprivate init(row: Row) {
    self.init(id: row.text(0), name: row.text(1), defaultProjectID: row.optionalText(2), isEnabled: row.bool(3))
  }
}
