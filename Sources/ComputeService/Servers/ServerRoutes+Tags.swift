import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `/servers/{id}/tags`, from microversion 2.26 on.
extension ServerRoutes {
  func addTags(to api: RouterGroup<OpenStackRequestContext>) {
    let path = "servers/:server_id/tags"
    api.get("\(path)") { try await listTags($0, $1) }
    api.put("\(path)") { try await replaceTags($0, $1) }
    api.delete("\(path)") { try await deleteTags($0, $1) }
    api.get("\(path)/:tag") { try await checkTag($0, $1) }
    api.put("\(path)/:tag") { try await addTag($0, $1) }
    api.delete("\(path)/:tag") { try await deleteTag($0, $1) }
  }

  private func listTags(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    let instance = try await instance(context)
    return .json { writer in writer.object { $0.member("tags") { $0.raw(instance.request.tags.utf8) } } }
  }

  private func checkTag(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    let instance = try await instance(context)
    let tag = tag(context)
    guard try ServerTags.read(instance.request.tags).contains(tag) else { throw APIError.noTag(tag, instance.id) }
    return .empty(.noContent)
  }

  private func replaceTags(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    let body = try await context.json(of: request)
    try Schema.object(
      [.init("tags", .list(of: .tag, atMost: ServerTags.limit))], required: ["tags"]
    ).check(body)
    let wanted = body["tags"]?.array?.compactMap(\.string) ?? []
    let tags = try await changeTags(context, "update_all", "update tags") { $0 = wanted }
    return .json(["tags": JSONValue(tags.new)])
  }

  private func addTag(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    let tag = tag(context)
    let changed = try await changeTags(context, "update", "update tag") { tags in
      var violations: [Violation] = []
      Schema.tag.collect(.string(tag), at: [], into: &violations)
      if let first = violations.first {
        throw APIError.badRequest(
          "Tag '\(tag)' is invalid. It must be a non empty string without characters '/' and ','. Validation error "
            + "message: \(first.message)")
      }
      guard tags.count < ServerTags.limit else {
        throw APIError.badRequest("The number of tags exceeded the per-server limit \(ServerTags.limit)")
      }
      if !tags.contains(tag) { tags.append(tag) }
    }
    guard changed.old != changed.new else { return .empty(.noContent) }
    var response = Response.empty(.created)
    response.headers[.location] =
      "\(context.baseURL)/v2.1/servers/\(try serverID(context))/tags/\(QueryString.encoded(tag))"
    return response
  }

  private func deleteTag(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    let tag = tag(context)
    let id = try serverID(context)
    _ = try await changeTags(context, "delete", "delete tag") { tags in
      guard tags.contains(tag) else { throw APIError.noTag(tag, id) }
      tags.removeAll { $0 == tag }
    }
    return .empty(.noContent)
  }

  private func deleteTags(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try requireTags(context)
    _ = try await changeTags(context, "delete_all", "delete tags") { $0 = [] }
    return .empty(.noContent)
  }

  private func requireTags(_ context: OpenStackRequestContext) throws {
    guard context.microversion >= Microversion(2, 26) else { throw APIError.unknownPath }
  }

  private func tag(_ context: OpenStackRequestContext) -> String {
    QueryString.unescaped(context.parameters.get("tag") ?? "")
  }

  private func changeTags(
    _ context: OpenStackRequestContext, _ verb: String, _ action: String,
    _ change: @Sendable @escaping (inout [String]) throws -> Void
  ) async throws -> (old: [String], new: [String]) {
    let id = try serverID(context)
    let caller = try context.caller
    return try await store.write { transaction in
      var instance = try transaction.instance(id, for: caller)
      try caller.mustBeMember(for: "os-server-tags:\(verb)")
      try instance.check(.tags, action, for: caller)
      let old = try ServerTags.read(instance.request.tags)
      var tags = old
      try change(&tags)
      instance.request.tags = ServerTags.json(of: tags)
      try transaction.updateDefinition(of: instance)
      return (old, try ServerTags.read(instance.request.tags))
    }
  }
}

/// The tags of a server as its row has them: a JSON list in the order of the alphabet, none twice.
enum ServerTags {
  /// `MAX_TAG_COUNT` of `nova/objects/instance.py`.
  static let limit = 50

  static func read(_ text: String) throws -> [String] {
    try JSONValue(parsing: text.utf8).array?.compactMap(\.string) ?? []
  }

  static func json(of tags: [String]) -> String { JSONValue(Set(tags).sorted()).description }
}

extension APIError {
  fileprivate static func noTag(_ tag: String, _ id: UUID) -> APIError {
    .notFound("Server \(id) has no tag '\(tag)'")
  }
}
