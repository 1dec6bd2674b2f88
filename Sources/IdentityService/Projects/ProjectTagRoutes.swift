import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addProjectTags(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/projects/:id/tags") { _, context in
      let project = try await taggedProject(context, "identity:list_project_tags")
      return Self.answer(Self.tags(project.tags), project.id, context)
    }
    router.put("/v3/projects/:id/tags") { request, context in
      try Self.requireAdmin(context, "identity:update_project_tags")
      let json = try await context.json(of: request, member: "tags", otherwise: "'tags' is a required property")
      let tags = try ResourceBody.stored(tags: json)
      let project = try await changeTags(context) { _ in tags }
      return Self.answer(Self.tags(project.tags), project.id, context)
    }
    router.delete("/v3/projects/:id/tags") { _, context in
      try Self.requireAdmin(context, "identity:delete_project_tags")
      _ = try await changeTags(context) { _ in "[]" }
      return Response.empty(.noContent)
    }
    router.get("/v3/projects/:id/tags/:value") { _, context in
      let project = try await taggedProject(context, "identity:get_project_tag")
      let tag = Self.tag(context)
      guard Self.tags(project.tags).array?.contains(.string(tag)) == true else {
        throw APIError.unknown("project tag", tag)
      }
      return Response.empty(.noContent)
    }
    router.put("/v3/projects/:id/tags/:value") { _, context in
      try Self.requireAdmin(context, "identity:create_project_tag")
      let tag = JSONValue.string(Self.tag(context))
      _ = try await changeTags(context) { stored in
        let tags = Self.tags(stored).array ?? []
        return try ResourceBody.stored(tags: .array(tags.filter { $0 != tag } + [tag]))
      }
      return Response.empty(.created)
    }
    router.delete("/v3/projects/:id/tags/:value") { _, context in
      try Self.requireAdmin(context, "identity:delete_project_tag")
      let tag = Self.tag(context)
      _ = try await changeTags(context) { stored in
        let tags = Self.tags(stored).array ?? []
        guard tags.contains(.string(tag)) else { throw APIError.unknown("project tag", tag) }
        return try ResourceBody.stored(tags: .array(tags.filter { $0 != .string(tag) }))
      }
      return Response.empty(.noContent)
    }
  }

  /// The router leaves a path's escapes as they are.
  private static func tag(_ context: OpenStackRequestContext) -> String {
    let escaped = context.path("value").split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B")
    return QueryString("tag=\(escaped)")["tag"] ?? ""
  }

  private func taggedProject(_ context: OpenStackRequestContext, _ rule: String) async throws -> Project {
    let id = context.path("id")
    if try context.caller.projectID != id { try Self.requireReader(context, rule) }
    guard let project = try await store.read({ try $0.project(id) }) else { throw APIError.unknown("project", id) }
    return project
  }

  private func changeTags(
    _ context: OpenStackRequestContext, _ change: @escaping @Sendable (String) throws -> String
  ) async throws -> Project {
    let id = context.path("id")
    return try await store.write { transaction in
      guard var project = try transaction.project(id) else { throw APIError.unknown("project", id) }
      project.tags = try change(project.tags)
      try transaction.update(project)
      return project
    }
  }

  private static func answer(_ tags: JSONValue, _ id: String, _ context: OpenStackRequestContext) -> Response {
    Response.json(["tags": tags, "links": selfLink("projects/\(id)/tags", context)])
  }
}
