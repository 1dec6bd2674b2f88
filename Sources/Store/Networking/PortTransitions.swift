package import Model
import SQLite

/// A row of a port's history.
package struct PortTransition: Hashable, Sendable {
  package var portID: UUID
  /// `nil` for a new port.
  package var from: PortStatus?
  package var to: PortStatus
  package var at: Timestamp
  /// What the change is put down to, for a person to read.
  package var reason: String
  /// The host that reported, if one did.
  package var host: String?
  /// When the host saw what it reported, by its own clock.
  package var observedAt: Timestamp?

  package init(
    portID: UUID, from: PortStatus?, to: PortStatus, at: Timestamp, reason: String, host: String? = nil,
    observedAt: Timestamp? = nil
  ) {
    self.portID = portID
    self.from = from
    self.to = to
    self.at = at
    self.reason = reason
    self.host = host
    self.observedAt = observedAt
  }
}

extension Snapshot {
  /// A port's history, oldest first. It outlives the port.
  package func transitions(ofPort id: UUID) throws -> [PortTransition] {
    try rows(
      """
      SELECT port_id, from_status, to_status, at, reason, host, observed_at FROM port_transitions
      WHERE port_id = ? ORDER BY id
      """,
      id
    ) { row in
      let from: PortStatus? = if row.isNull(1) { nil } else { try row.value(1) }
      return PortTransition(
        portID: try row.uuid(0), from: from, to: try row.value(2),
        at: try row.timestamp(3), reason: row.text(4), host: row.optionalText(5),
        observedAt: try row.optionalTimestamp(6))
    }
  }
}

extension Transaction {
  /// Adds a row to a port's history.
  package func insert(_ transition: PortTransition) throws {
    try execute(
      """
      INSERT INTO port_transitions (port_id, from_status, to_status, at, reason, host, observed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      transition.portID, transition.from?.rawValue, transition.to.rawValue, transition.at, transition.reason,
      transition.host, transition.observedAt)
  }

  /// Deletes up to `batch` of the oldest rows that are older than `time` or beyond the newest `limit`.
  ///
  /// - Returns: How many were deleted; fewer than `batch` when there are no more.
  package func deletePortTransitions(before time: Timestamp, keeping limit: Int, batch: Int) throws -> Int {
    try execute(
      """
      DELETE FROM port_transitions WHERE id IN (
        SELECT id FROM port_transitions ORDER BY id LIMIT ?3)
      AND (at < ?1 OR id <= (SELECT max(id) FROM port_transitions) - ?2)
      """,
      time, limit, batch)
  }
}
