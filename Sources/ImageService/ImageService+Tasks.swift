import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// Imports as tasks: read only, since nothing else is a task here.
extension ImageService {
  private static let longestList = 1000

  func addTasks(to router: Router<OpenStackRequestContext>) {
    router.get("/v2/tasks") { _, context in
      try Self.requireAdmin(context)
      let tasks = try await store.read { try $0.imageTasks(ofProject: nil, limit: Self.longestList) }
      return Response.json {
        $0.object {
          $0.member("tasks") { $0.array(tasks) { Self.write($1, isWhole: false, to: &$0) } }
          $0.member("first", "/v2/tasks")
          $0.member("schema", "/v2/schemas/tasks")
        }
      }
    }
    router.get("/v2/tasks/:id") { _, context in
      try Self.requireAdmin(context)
      let text = context.parameters.get("id") ?? ""
      guard let id = UUID(text), let task = try await store.read({ try $0.imageTask(id) }) else {
        throw APIError.notFound("Task \(text) could not be found")
      }
      return Response.json { Self.write(task, isWhole: true, to: &$0) }
    }
    router.get("/v2/images/:id/tasks") { _, context in
      let (image, caller) = (try await image(context), try context.caller)
      let tasks = try await store.read { try $0.imageTasks(ofImage: image.id) }
        .filter { caller.isAdmin || $0.owner == caller.projectID }
      return Response.json {
        $0.object { $0.member("tasks") { $0.array(tasks) { Self.write($1, isWhole: true, to: &$0) } } }
      }
    }
  }

  /// Upstream's rule `tasks_api_access`.
  private static func requireAdmin(_ context: OpenStackRequestContext) throws {
    guard try context.caller.isAdmin else {
      throw APIError.forbidden("You are not authorized to complete tasks_api_access action.")
    }
  }

  private static func write(_ task: ImageTask, isWhole: Bool, to writer: inout JSONWriter) {
    let hasEnded = [.success, .failure].contains(task.status)
    writer.object {
      $0.member("id", "\(task.id)")
      $0.member("type", "api_image_import")
      $0.member("status", task.status.rawValue)
      $0.member("owner", task.owner)
      $0.member("created_at", task.createdAt.iso8601Seconds)
      $0.member("updated_at", task.updatedAt.iso8601Seconds)
      if hasEnded { $0.member("expires_at", task.expiresAt.iso8601Seconds) }
      $0.member("self", "/v2/tasks/\(task.id)")
      $0.member("schema", "/v2/schemas/task")
      guard isWhole else { return }
      $0.member("image_id", "\(task.imageID)")
      $0.member("user_id", task.userID)
      $0.member("request_id", task.requestID)
      $0.member("message", task.message)
      $0.member("input", (try? JSONValue(parsing: task.input.utf8)) ?? [:])
      $0.member("result", task.status == .success ? ["image_id": .string("\(task.imageID)")] : nil)
    }
  }
}
