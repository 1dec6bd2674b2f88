package import Model
import SQLite

/// An action with what has become of it.
package struct RecordedAction: Hashable, Sendable {
  package var number: Int
  package var action: InstanceAction
  /// When something was last recorded of it.
  package var updatedAt: Timestamp
  /// Why it failed.
  package var message: String?
}

/// Which actions of an instance a list shows.
package struct ActionListing: Sendable {
  package var changedSince: Timestamp?
  package var changedBefore: Timestamp?
  /// The request of the last action of the page before.
  package var marker: String?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }
}

extension Snapshot {
  /// What was done to an instance, newest first.
  package func actions(ofInstance id: UUID, _ listing: ActionListing) throws -> [RecordedAction] {
    try rows(
      """
      SELECT * FROM (SELECT \(Self.actionColumns) FROM instance_actions WHERE instance_id = ?1)
      WHERE (?2 IS NULL OR updated_at >= ?2) AND (?3 IS NULL OR updated_at <= ?3)
        AND (?4 IS NULL OR id < (SELECT max(id) FROM instance_actions WHERE instance_id = ?1 AND request_id = ?4))
      ORDER BY id DESC LIMIT ?5
      """,
      id, listing.changedSince, listing.changedBefore, listing.marker, listing.limit
    ) { row in try RecordedAction(row: row) }
  }

  /// The newest action that a request has begun; `nil` if it has begun none.
  package func action(ofInstance id: UUID, request: String) throws -> RecordedAction? {
    try first(
      """
      SELECT \(Self.actionColumns) FROM instance_actions WHERE instance_id = ? AND request_id = ?
      ORDER BY id DESC LIMIT 1
      """,
      id, request
    ) { row in try RecordedAction(row: row) }
  }

  /// The steps of an action, newest first.
  package func steps(ofAction number: Int) throws -> [ActionStep] {
    try rows(
      """
      SELECT event, started_at, finished_at, host, detail FROM instance_action_events WHERE action_id = ?
      ORDER BY id DESC
      """,
      number
    ) { row in
      ActionStep(
        event: row.text(0), startedAt: try row.timestamp(1), finishedAt: try row.optionalTimestamp(2),
        host: row.optionalText(3), detail: row.optionalText(4))
    }
  }

  private static let actionColumns = """
    id, action, request_id, user_id, project_id, started_at, message,
    coalesce(
      finished_at,
      (SELECT max(coalesce(event.finished_at, event.started_at)) FROM instance_action_events AS event
       WHERE event.action_id = instance_actions.id),
      started_at) AS updated_at
    """
}

extension RecordedAction {
  fileprivate init(row: Row) throws {
    number = row.integer(0)
    action = InstanceAction(
      action: row.text(1), requestID: row.text(2), userID: row.text(3), projectID: row.text(4),
      startedAt: try row.timestamp(5))
    message = row.optionalText(6)
    updatedAt = try row.timestamp(7)
  }
}
