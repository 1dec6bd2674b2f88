package import Model
import SQLite

extension Snapshot {
  /// The user's key pairs by name.
  ///
  /// - Parameters:
  ///   - marker: The name of the last pair of the page before.
  ///   - limit: The most that are given.
  package func keypairs(ofUser userID: String, after marker: String? = nil, limit: Int) throws -> [Keypair] {
    try rows(
      """
      SELECT id, user_id, name, type, public_key, fingerprint, created_at FROM keypairs
      WHERE user_id = ?1 AND (?2 IS NULL OR name > ?2) ORDER BY name LIMIT ?3
      """,
      userID, marker, limit
    ) { row in try Keypair(row: row) }
  }

  /// The user's key pair of this name; `nil` if there is none.
  package func keypair(_ name: String, ofUser userID: String) throws -> Keypair? {
    try first(
      """
      SELECT id, user_id, name, type, public_key, fingerprint, created_at FROM keypairs
      WHERE user_id = ? AND name = ?
      """,
      userID, name
    ) { row in try Keypair(row: row) }
  }

  /// How many key pairs the user has.
  package func keypairCount(ofUser userID: String) throws -> Int {
    try first("SELECT count(*) FROM keypairs WHERE user_id = ?", userID) { row in row.integer(0) } ?? 0
  }

  /// What the guest has posted as its password; `nil` if it has not.
  package func guestPassword(ofInstance id: UUID) throws -> String? {
    try first("SELECT guest_password FROM instances WHERE id = ?", id) { row in row.optionalText(0) } ?? nil
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the user has a pair of that name.
  package func insert(_ pair: Keypair) throws {
    try execute(
      """
      INSERT INTO keypairs (user_id, name, type, public_key, fingerprint, created_at) VALUES (?, ?, ?, ?, ?, ?)
      """,
      pair.userID, pair.name, pair.type, pair.publicKey, pair.fingerprint, pair.createdAt)
  }

  /// - Returns: Whether there was such a pair. Instances keep what they took from it.
  package func deleteKeypair(_ name: String, ofUser userID: String) throws -> Bool {
    try execute("DELETE FROM keypairs WHERE user_id = ? AND name = ?", userID, name) > 0
  }

  /// Keeps what a guest has posted as its password, once.
  ///
  /// - Returns: Whether it was kept; `false` if there is one already.
  package func setGuestPassword(_ password: String, ofInstance id: UUID) throws -> Bool {
    try execute("UPDATE instances SET guest_password = ? WHERE id = ? AND guest_password IS NULL", password, id) > 0
  }

  /// Forgets what a guest has posted as its password; it may post another.
  package func clearGuestPassword(ofInstance id: UUID) throws {
    try execute("UPDATE instances SET guest_password = NULL WHERE id = ?", id)
  }

  /// Marks the instance as one that has a config drive.
  package func setConfigDrive(ofInstance id: UUID) throws {
    try execute("UPDATE instances SET config_drive = 1 WHERE id = ? AND config_drive = 0", id)
  }
}

extension Keypair {
  fileprivate init(row: Row) throws {
    self.init(
      number: row.integer(0), userID: row.text(1), name: row.text(2), type: row.text(3), publicKey: row.text(4),
      fingerprint: row.text(5), createdAt: try row.timestamp(6))
  }
}
