import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension APIExtension {
  static let tagExtensions: [APIExtension] = [
    APIExtension(
      alias: "standard-attr-tag",
      name: "Tag support for resources with standard attribute: port, subnet, subnetpool, network, security_group, "
        + "router, floatingip, policy, trunk, network_segment_range",
      description: "Enables to set tag on resources with standard attribute.", updated: "2017-01-01T00:00:00-00:00"),
    APIExtension(
      alias: "tag-creation", name: "Tag creation extension",
      description: "Allow to create multiple tags for a resource", updated: "2024-23-07T10:00:00-00:00"),
  ]
}

extension NetworkService {
  func addTagRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    for table in TaggedTable.allCases {
      let path = "\(table.path)/:id/tags"
      api.get(RouterPath(path)) { [self] request, context in try await listTags(table, context) }
      api.post(RouterPath(path)) { [self] request, context in
        let added = try TagList(body: try await context.json(of: request))
        return try await changeTags(table, .create, request, context) { $0.union(added) }.listed
      }
      api.put(RouterPath(path)) { [self] request, context in
        let wanted = try TagList(body: try await context.json(of: request))
        return try await changeTags(table, .update, request, context) { _ in wanted }.listed
      }
      api.delete(RouterPath(path)) { [self] request, context in
        _ = try await changeTags(table, .delete, request, context) { _ in TagList([]) }
        return Response.empty(.noContent)
      }
      addTagRoutes(table, RouterPath(path + "/:tag"), to: api)
    }
  }

  /// One tag.
  private func addTagRoutes(_ table: TaggedTable, _ path: RouterPath, to api: RouterGroup<OpenStackRequestContext>) {
    api.get(path) { [self] _, context in
      let tag = try context.tag
      guard try await tags(table, context).contains(tag) else { throw APIError.tagNotFound(tag) }
      return Response.empty(.noContent)
    }
    api.put(path) { [self] request, context in
      let tag = try context.tag
      _ = try await changeTags(table, .update, request, context) { $0.union(TagList([tag])) }
      return Response.empty(.created)
    }
    api.delete(path) { [self] request, context in
      let tag = try context.tag
      _ = try await changeTags(table, .delete, request, context) { tags in
        guard tags.contains(tag) else { throw APIError.tagNotFound(tag) }
        return tags.removing(tag)
      }
      return Response.empty(.noContent)
    }
  }

  private func listTags(_ table: TaggedTable, _ context: OpenStackRequestContext) async throws -> Response {
    try await tags(table, context).listed
  }

  private func tags(_ table: TaggedTable, _ context: OpenStackRequestContext) async throws -> TagList {
    let caller = NetworkCaller(try context.caller)
    let name = context.resourceName
    // Who sees the resource sees its tags.
    return try await store.read { try $0.taggedResource(table, name, for: caller).tags }
  }

  /// Changes the tags of a resource; a change that changes nothing leaves its revision alone.
  private func changeTags(
    _ table: TaggedTable, _ action: PolicyAction, _ request: Request, _ context: OpenStackRequestContext,
    _ change: @escaping @Sendable (TagList) throws -> TagList
  ) async throws -> TagList {
    let caller = NetworkCaller(try context.caller)
    let name = context.resourceName
    let wantedRevision = try request.wantedRevision()
    return try await store.write { transaction in
      let resource = try transaction.taggedResource(table, name, for: caller)
      let rule = "\(action == .create ? PolicyAction.update : action)_\(table.resource):tags"
      guard caller.mayWrite, caller.may(rule, resource.target) else {
        throw APIError.policyNotAuthorized("rule:\(action)_\(table.resource):tags")
      }
      try transaction.check(wantedRevision, against: resource.revision)
      let tags = try change(resource.tags)
      try tags.checkCount(of: table.rawValue)
      if tags != resource.tags, let id = UUID(name) { try transaction.setTags(tags.stored, of: table, id) }
      return tags
    }
  }
}

extension TagList {
  fileprivate var listed: Response { Response.one("tags") { $0.value(json) } }
}

extension OpenStackRequestContext {
  fileprivate var tag: String {
    get throws { try TagList.checked(.string(pathText("tag"))) }
  }
}

extension APIError {
  fileprivate static func tagNotFound(_ tag: String) -> APIError {
    .notFound("Tag \(tag) could not be found.", type: "TagNotFound")
  }
}
