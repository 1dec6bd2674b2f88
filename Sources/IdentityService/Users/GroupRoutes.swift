import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addGroups(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/groups") { request, context in
      try Self.requireReader(context, "identity:list_groups")
      let filter = try IdentityFilter(QueryString(request.uri.query), hasEnabled: false)
      let groups = try await store.read { try $0.groups(filter) }
      return Self.list("groups", groups.map { Self.resource($0, context) }, request, context, limit: filter.limit)
    }
    router.get("/v3/groups/:id") { _, context in
      try Self.requireReader(context, "identity:get_group")
      let id = context.path("id")
      guard let group = try await store.read({ try $0.group(id) }) else { throw APIError.unknown("group", id) }
      return Self.one("group", Self.resource(group, context))
    }
    router.post("/v3/groups") { request, context in try await createGroup(request, context) }
    router.patch("/v3/groups/:id") { request, context in try await updateGroup(request, context) }
    router.delete("/v3/groups/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_group")
      let id = context.path("id")
      try await write { transaction in
        guard try transaction.group(id) != nil else { throw APIError.unknown("group", id) }
        let members = try transaction.members(ofGroup: id)
        try transaction.deleteGroup(id)
        return members.map { TokenSubject(.user, $0) }
      }
      return Response.empty(.noContent)
    }
    addMembers(to: router)
  }

  private func addMembers(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/groups/:id/users") { request, context in
      try Self.requireReader(context, "identity:list_users_in_group")
      let id = context.path("id")
      var filter = try IdentityFilter(QueryString(request.uri.query))
      filter.groupID = id
      let users = try await store.read { [filter] snapshot in
        guard try snapshot.group(id) != nil else { throw APIError.unknown("group", id) }
        return try snapshot.users(filter)
      }
      return Self.list(
        "users", users.map { Self.resource($0, context) }, path: "groups/\(id)/users", request, context,
        limit: filter.limit)
    }
    router.get("/v3/groups/:id/users/:user_id") { _, context in
      try Self.requireReader(context, "identity:check_user_in_group")
      let (group, user) = (context.path("id"), context.path("user_id"))
      guard try await store.read({ try $0.isMember(user, ofGroup: group) }) else {
        throw APIError.notFound("User '\(user)' not found in group '\(group)'")
      }
      return Response.empty(.noContent)
    }
    router.put("/v3/groups/:id/users/:user_id") { _, context in
      try Self.requireAdmin(context, "identity:add_user_to_group")
      let (group, user) = (context.path("id"), context.path("user_id"))
      try await store.write { transaction in
        guard try transaction.group(group) != nil else { throw APIError.unknown("group", group) }
        guard try transaction.user(user) != nil else { throw APIError.unknown("user", user) }
        try transaction.addMember(user, toGroup: group)
      }
      return Response.empty(.noContent)
    }
    router.delete("/v3/groups/:id/users/:user_id") { _, context in
      try Self.requireAdmin(context, "identity:remove_user_from_group")
      let (group, user) = (context.path("id"), context.path("user_id"))
      try await write { transaction in
        guard try transaction.removeMember(user, fromGroup: group) else {
          throw APIError.notFound("User '\(user)' not found in group '\(group)'")
        }
        return [TokenSubject(.user, user)]
      }
      return Response.empty(.noContent)
    }
  }

  private func createGroup(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_group")
    let body = try await ResourceBody("group", of: request, context)
    let group = Group(
      domainID: try body.text("domain_id") ?? Self.domainOf(try context.caller), name: try body.requiredName(64),
      description: (try body.nullableText("description") ?? nil) ?? "")
    do {
      try await store.write { try $0.insert(group) }
    } catch let violation as ConstraintViolation {
      throw Self.refusal(violation, of: group)
    }
    return Self.one("group", Self.resource(group, context), status: .created)
  }

  private func updateGroup(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_group")
    let id = context.path("id")
    let body = try await ResourceBody("group", of: request, context)
    try body.requireID(id)
    let name = try body.name(64)
    let description = try body.nullableText("description")
    let group: Group
    do {
      group = try await store.write { transaction in
        guard var group = try transaction.group(id) else { throw APIError.unknown("group", id) }
        try body.refuseChange(of: "domain_id", from: .string(group.domainID))
        group.name = name ?? group.name
        if let description { group.description = description ?? "" }
        try transaction.update(group)
        return group
      }
    } catch let violation as ConstraintViolation {
      throw Self.refusal(violation, of: Group(id: id, name: name ?? ""))
    }
    return Self.one("group", Self.resource(group, context))
  }

  private static func refusal(_ violation: ConstraintViolation, of group: Group) -> any Error {
    violation.apiError(
      conflict: .storeConflict(
        "group", "Duplicate entry found with name \(group.name) at domain ID \(group.domainID)"),
      missing: .unknown("domain", group.domainID))
  }

  static func resource(_ group: Group, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(group.id), "name": .string(group.name), "domain_id": .string(group.domainID),
      "description": .string(group.description), "links": selfLink("groups/\(group.id)", context),
    ]
  }
}
