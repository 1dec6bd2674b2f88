package import Model
import SQLite

extension Snapshot {
  /// Everything that makes tokens void which have not expired yet.
  package func tokenCutoffs(at time: Timestamp) throws -> TokenCutoffs {
    var cutoffs = TokenCutoffs()
    let revoked = try rows("SELECT audit_id, expires_at FROM revoked_tokens WHERE expires_at > ?", time) {
      ($0.text(0), try $0.timestamp(1))
    }
    for (auditID, expiresAt) in revoked { cutoffs.revoke(auditID: auditID, expiresAt: expiresAt) }
    let cuts = try rows(
      "SELECT kind, subject, issued_before, expires_at FROM token_cutoffs WHERE expires_at > ?", time
    ) { row in
      (
        TokenSubject(try row.value(0), row.text(1)), issuedBefore: try row.timestamp(2),
        expiresAt: try row.timestamp(3)
      )
    }
    for (subject, issuedBefore, expiresAt) in cuts {
      cutoffs.cut(subject, issuedBefore: issuedBefore, expiresAt: expiresAt)
    }
    return cutoffs
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

  /// Notes that the tokens about these subjects that were issued until now are void.
  ///
  /// - Parameter lifetime: how long a token may live; after that the note goes away.
  package func voidTokens(_ subjects: [TokenSubject], lifetime: Duration) throws {
    guard !subjects.isEmpty else { return }
    try execute("DELETE FROM token_cutoffs WHERE expires_at <= ?", now)
    for subject in subjects {
      try execute(
        """
        INSERT INTO token_cutoffs (kind, subject, issued_before, expires_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (kind, subject) DO UPDATE SET issued_before = excluded.issued_before,
          expires_at = max(expires_at, excluded.expires_at)
        """, subject.kind.rawValue, subject.id, now, now + lifetime)
    }
  }
}
