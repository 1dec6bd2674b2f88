package import Model
import SQLite

/// One step of an action, for the timeline.
package struct ActionStep: Hashable, Sendable {
  package var event: String
  package var startedAt: Timestamp
  /// `nil` while the step lasts.
  package var finishedAt: Timestamp?
  package var host: String?
  package var detail: String?

  package init(
    event: String, startedAt: Timestamp, finishedAt: Timestamp?, host: String? = nil, detail: String? = nil
  ) {
    self.event = event
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.host = host
    self.detail = detail
  }
}

/// Who does what to an instance.
package struct InstanceAction: Hashable, Sendable {
  /// Upstream's name of it (`nova/compute/instance_actions.py`).
  package var action: String
  package var requestID: String
  package var userID: String
  package var projectID: String
  package var startedAt: Timestamp

  package init(action: String, requestID: String, userID: String, projectID: String, startedAt: Timestamp) {
    self.action = action
    self.requestID = requestID
    self.userID = userID
    self.projectID = projectID
    self.startedAt = startedAt
  }
}

extension Transaction {
  /// Begins an action; the steps that follow belong to it.
  package func begin(_ action: InstanceAction, ofInstance id: UUID) throws {
    try execute(
      """
      INSERT INTO instance_actions (instance_id, action, request_id, user_id, project_id, started_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      id, action.action, action.requestID, action.userID, action.projectID, action.startedAt)
  }

  /// Records an action that was done at once; it has no steps.
  package func recordDone(_ action: InstanceAction, ofInstance id: UUID) throws {
    try execute(
      """
      INSERT INTO instance_actions (instance_id, action, request_id, user_id, project_id, started_at, finished_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      id, action.action, action.requestID, action.userID, action.projectID, action.startedAt, now)
  }

  /// The newest action of `?1` that has not ended, or else the newest.
  private static let current = """
    (SELECT id FROM instance_actions WHERE instance_id = ?1 ORDER BY finished_at IS NOT NULL, id DESC LIMIT 1)
    """

  /// Records a step of the instance's newest action that goes on. The same step again (same name, same start) changes
  /// the row that is there, so that a host may report it when it begins and when it ends, or twice.
  package func record(_ step: ActionStep, ofInstance id: UUID) throws {
    let changed = try execute(
      """
      UPDATE instance_action_events SET finished_at = coalesce(?4, finished_at), detail = coalesce(?5, detail)
      WHERE action_id = \(Self.current) AND event = ?2 AND started_at = ?3
      """,
      id, step.event, step.startedAt, step.finishedAt, step.detail)
    guard changed == 0 else { return }
    try execute(
      """
      INSERT INTO instance_action_events (action_id, event, started_at, finished_at, host, detail)
      SELECT id, ?2, ?3, ?4, ?5, ?6 FROM instance_actions WHERE id = \(Self.current)
      """,
      id, step.event, step.startedAt, step.finishedAt, step.host, step.detail)
  }

  /// As ``record(_:ofInstance:)``, but not if the newest action has a step of that name already.
  package func recordOnce(_ step: ActionStep, ofInstance id: UUID) throws {
    let isThere = try first(
      """
      SELECT 1 FROM instance_action_events
      WHERE event = ?2 AND action_id = \(Self.current)
      """,
      id, step.event
    ) { _ in true }
    if isThere == nil { try record(step, ofInstance: id) }
  }

  /// Ends the instance's newest action.
  /// - Parameter message: why it failed, `nil` if it did not.
  package func endAction(ofInstance id: UUID, message: String? = nil) throws {
    try execute(
      """
      UPDATE instance_actions SET finished_at = ?2, message = ?3
      WHERE id = \(Self.current) AND finished_at IS NULL
      """,
      id, now, message)
  }
}
