package import Model
import SQLite

extension Snapshot {
  /// The audit ids of the tokens that were revoked and have not expired yet.
  package func revokedTokens(at time: Timestamp) throws -> Set<String> {
    Set(try rows("SELECT audit_id FROM revoked_tokens WHERE expires_at > ?", time) { $0.text(0) })
  }
}

extension Transaction {
  /// Notes that a token is void before its time. Entries of tokens that have expired meanwhile go away.
  package func revokeToken(auditID: String, expiresAt: Timestamp) throws {
    try execute("DELETE FROM revoked_tokens WHERE expires_at <= ?", now)
    try execute(
      """
      INSERT INTO revoked_tokens (audit_id, expires_at, revoked_at) VALUES (?, ?, ?)
      ON CONFLICT (audit_id) DO NOTHING
      """, auditID, expiresAt, now)
  }
}
