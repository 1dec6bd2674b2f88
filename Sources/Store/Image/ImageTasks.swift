package import Model
import SQLite

extension Snapshot {
  /// The tasks of a project, the newest first; of all projects if it is `nil`.
  package func imageTasks(ofProject project: String?, limit: Int) throws -> [ImageTask] {
    try rows(
      "\(ImageTask.selection) WHERE ? IS NULL OR owner = ? ORDER BY created_at DESC, id DESC LIMIT ?", project, project,
      limit
    ) { try ImageTask(row: $0) }
  }

  package func imageTask(_ id: UUID) throws -> ImageTask? {
    try first("\(ImageTask.selection) WHERE id = ?", id) { try ImageTask(row: $0) }
  }

  package func imageTasks(ofImage id: UUID) throws -> [ImageTask] {
    try rows("\(ImageTask.selection) WHERE image_id = ? ORDER BY created_at DESC, id DESC", id) {
      try ImageTask(row: $0)
    }
  }
}

extension Transaction {
  /// Writes a new task, and removes those whose time is over.
  ///
  /// - Throws: ``ConstraintViolation`` if another task of the image has not ended.
  package func insert(_ task: ImageTask) throws {
    try execute(
      "DELETE FROM image_tasks WHERE status IN ('success', 'failure') AND created_at < ?", now - ImageTask.lifetime)
    try execute(
      """
      INSERT INTO image_tasks (id, image_id, status, owner, user_id, request_id, input, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, task.id, task.imageID, task.status.rawValue, task.owner, task.userID, task.requestID, task.input,
      task.createdAt, task.updatedAt)
  }

  /// Takes the oldest task that waits, if there is one.
  package func beginImageTask() throws -> ImageTask? {
    let found = try first("\(ImageTask.selection) WHERE status = 'pending' ORDER BY created_at, id LIMIT 1") {
      try ImageTask(row: $0)
    }
    guard var task = found else { return nil }
    task.status = .processing
    try execute("UPDATE image_tasks SET status = 'processing', updated_at = ? WHERE id = ?", now, task.id)
    return task
  }

  /// - Parameter message: why it failed; `nil` if it did not.
  package func endImageTask(_ id: UUID, failure message: String?) throws {
    try execute(
      "UPDATE image_tasks SET status = ?, message = ?, updated_at = ? WHERE id = ?",
      message == nil ? "success" : "failure", message ?? "", now, id)
  }
}

extension ImageTask {
  fileprivate static let selection = """
    SELECT id, image_id, status, owner, user_id, request_id, input, message, created_at, updated_at FROM image_tasks
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), imageID: try row.uuid(1), owner: row.text(3), userID: row.text(4), requestID: row.text(5),
      input: row.text(6), createdAt: try row.timestamp(8))
    status = try row.value(2)
    message = row.text(7)
    updatedAt = try row.timestamp(9)
  }
}
