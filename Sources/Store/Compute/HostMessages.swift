package import Model
import SQLite

extension Transaction {
  /// Puts a message into a host's inbox.
  /// - Parameters:
  ///   - arguments: JSON text.
  ///   - instanceID: the instance that it is about.
  package func enqueue(
    _ method: String, version: String, arguments: String, host: String, binary: String, instanceID: UUID? = nil
  ) throws {
    try execute(
      """
      INSERT INTO host_messages (host, binary, method, version, args, instance_id, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      host, binary, method, version, arguments, instanceID, now)
  }

  /// The host has dealt with these messages. One that is not there any more, or is another host's, is left alone.
  package func acknowledge(_ ids: [Int64], host: String, binary: String) throws {
    for id in ids {
      try execute("DELETE FROM host_messages WHERE id = ? AND host = ? AND binary = ?", id, host, binary)
    }
  }

  /// Takes back what has not been acknowledged of an instance's messages, such as a build that is not wanted any more.
  package func withdrawMessages(
    ofInstance id: UUID, exceptMethod kept: String? = nil, and alsoKept: String? = nil
  ) throws {
    try execute(
      "DELETE FROM host_messages WHERE instance_id = ? AND method IS NOT ? AND method IS NOT ?", id, kept, alsoKept)
  }

  /// Takes back what has not been acknowledged of one method's messages about an instance.
  package func withdrawMessages(ofInstance id: UUID, method: String) throws {
    try execute("DELETE FROM host_messages WHERE instance_id = ? AND method = ?", id, method)
  }

  /// Forgets messages of a method that have waited since before `time`.
  package func forgetMessages(_ method: String, before time: Timestamp) throws {
    try execute("DELETE FROM host_messages WHERE method = ? AND created_at < ?", method, time)
  }
}

extension Snapshot {
  /// What one program of a host has not acknowledged, oldest first.
  /// - Parameters:
  ///   - after: only messages after this one; 0 for all.
  ///   - through: only messages up to this one.
  package func inbox(
    host: String, binary: String, after: Int64, through: Int64, limit: Int
  ) throws -> [InboxMessage] {
    try rows(
      """
      SELECT id, host, binary, method, version, args FROM host_messages
      WHERE host = ? AND binary = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?
      """,
      host, binary, after, through, limit
    ) { row in InboxMessage(row: row) }
  }

  /// The messages of all hosts after one, oldest first.
  package func messages(after id: Int64, limit: Int) throws -> [InboxMessage] {
    try rows(
      "SELECT id, host, binary, method, version, args FROM host_messages WHERE id > ? ORDER BY id LIMIT ?", id, limit
    ) { row in InboxMessage(row: row) }
  }

  /// The newest message there is or has been; 0 if there has been none.
  package func lastMessageID() throws -> Int64 {
    try first("SELECT seq FROM sqlite_sequence WHERE name = 'host_messages'") { row in Int64(row.integer(0)) } ?? 0
  }
}

extension InboxMessage {
  fileprivate init(row: Row) {
    self.init(
      id: Int64(row.integer(0)), host: row.text(1), binary: row.text(2), method: row.text(3), version: row.text(4),
      arguments: row.text(5))
  }
}
