package import Model
import SQLite

extension Transaction {
  /// Writes an event into the outbox, in the transaction of the change that it announces.
  ///
  /// Older events of the port that the Compute service has refused, and that this one makes pointless, leave the outbox
  /// here, so that the new one does not wait behind them.
  /// - Parameter portID: the port within which the order is kept, `nil` for an event about no port.
  package func queue(_ event: InstanceEvent, portID: UUID?) throws {
    try execute(
      """
      INSERT INTO pending_events (port_id, instance_id, name, status, tag, created_at) VALUES (?, ?, ?, ?, ?, ?)
      """,
      portID, event.instanceID, event.name.rawValue, event.status.rawValue, event.tag, now)
    guard let portID else { return }
    let queuedID = lastInsertRowID
    for older in try refusedEvents(of: portID) where event.name.supersedes(older.event.name) {
      try settle(
        older.id, as: .superseded(code: nil, detail: "superseded by event \(queuedID) (\(event.name.rawValue))"))
    }
  }

  /// Records what became of an event after an attempt: it leaves the outbox with a row of `event_deliveries`, or stays
  /// with the time of the next attempt. An event that is not in the outbox any more is left alone.
  /// - Parameter sentAt: when the attempt left, `nil` if the event was not sent this time.
  package func settle(_ eventID: Int, as disposition: EventDisposition, sentAt: Timestamp? = nil) throws {
    switch disposition {
    case .delivered(let code):
      try finish(eventID, outcome: "delivered", code: code, detail: nil, sentAt: sentAt)
    case .givenUp(let code, let detail):
      try finish(eventID, outcome: "given_up", code: code, detail: detail, sentAt: sentAt)
    case .superseded(let code, let detail):
      try finish(eventID, outcome: "superseded", code: code, detail: detail, sentAt: sentAt)
    case .retry(let time, let code, let error):
      try execute(
        """
        UPDATE pending_events
        SET attempts = attempts + 1, sent_at = ?1, next_attempt_at = ?2, last_code = ?3, last_error = ?4,
          refused_since = CASE WHEN ?3 IN (404, 422) THEN coalesce(refused_since, ?5) ELSE refused_since END
        WHERE id = ?6
        """,
        sentAt ?? now, time, code, error, now, eventID)
      try supersede(refused: eventID)
    }
  }

  /// An event may have been queued while this one was on its way to be refused.
  private func supersede(refused eventID: Int) throws {
    let newer = try rows(
      """
      SELECT newer.id, newer.name, refused.name, refused.last_code
      FROM pending_events AS refused JOIN pending_events AS newer
        ON newer.port_id = refused.port_id AND newer.id > refused.id
      WHERE refused.id = ? AND refused.last_code IN (404, 422) ORDER BY newer.id
      """,
      eventID
    ) { row in
      (
        id: row.integer(0), name: try row.value(1, as: InstanceEventName.self),
        refusedName: try row.value(2, as: InstanceEventName.self), code: row.integer(3)
      )
    }
    guard let event = newer.first(where: { $0.name.supersedes($0.refusedName) }) else { return }
    try settle(
      eventID,
      as: .superseded(code: event.code, detail: "superseded by event \(event.id) (\(event.name.rawValue))"))
  }

  private func finish(_ eventID: Int, outcome: String, code: Int?, detail: String?, sentAt: Timestamp?) throws {
    try execute(
      """
      INSERT INTO event_deliveries (event_id, port_id, instance_id, name, status, tag, outcome, code, detail, attempts,
                                    created_at, sent_at, finished_at)
      SELECT id, port_id, instance_id, name, status, tag, ?, coalesce(?, last_code), ?, attempts + ?, created_at,
             coalesce(?, sent_at), ?
      FROM pending_events WHERE id = ?
      """,
      outcome, code, detail, sentAt == nil ? 0 : 1, sentAt, now, eventID)
    try execute("DELETE FROM pending_events WHERE id = ?", eventID)
  }

  /// Forgets what became of events before `time`.
  package func forgetDeliveries(before time: Timestamp) throws {
    try execute("DELETE FROM event_deliveries WHERE finished_at < ?", time)
  }

  private func refusedEvents(of portID: UUID) throws -> [PendingEvent] {
    try rows(
      """
      SELECT id, port_id, instance_id, name, status, tag, created_at, attempts, refused_since
      FROM pending_events WHERE port_id = ? AND last_code IN (404, 422) ORDER BY id
      """,
      portID
    ) { row in try PendingEvent(row: row) }
  }
}

extension Snapshot {
  /// The events that may be sent at `time`, oldest first: not waiting for a later attempt, and not behind an event of
  /// the same port that is. What is said about a port's plugging never waits behind a change of its data.
  package func sendableEvents(at time: Timestamp, limit: Int) throws -> [PendingEvent] {
    try rows(
      """
      SELECT id, port_id, instance_id, name, status, tag, created_at, attempts, refused_since
      FROM pending_events AS event
      WHERE (next_attempt_at IS NULL OR next_attempt_at <= ?1)
        AND NOT EXISTS (SELECT 1 FROM pending_events AS earlier
                        WHERE earlier.port_id = event.port_id AND earlier.id < event.id
                          AND earlier.next_attempt_at > ?1
                          AND (earlier.name <> 'network-changed'
                               OR event.name NOT IN ('network-vif-plugged', 'network-vif-unplugged')))
      ORDER BY id LIMIT ?2
      """,
      time, limit
    ) { row in try PendingEvent(row: row) }
  }

  /// When the next of the events that wait for another attempt after `time` is due; `nil` when none waits.
  package func nextEventAttempt(after time: Timestamp) throws -> Timestamp? {
    try first("SELECT min(next_attempt_at) FROM pending_events WHERE next_attempt_at > ?", time) { row in
      try row.optionalTimestamp(0)
    }.flatMap(\.self)
  }
}

extension PendingEvent {
  fileprivate init(row: Row) throws {
    self.init(
      id: row.integer(0),
      portID: try row.optionalUUID(1),
      event: InstanceEvent(
        name: try row.value(3), instanceID: try row.uuid(2), tag: row.optionalText(5), status: try row.value(4)),
      createdAt: try row.timestamp(6),
      attempts: row.integer(7), refusedSince: try row.optionalTimestamp(8))
  }
}
