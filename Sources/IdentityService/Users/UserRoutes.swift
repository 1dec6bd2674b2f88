import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addUsers(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/users") { request, context in
      try Self.requireReader(context, "identity:list_users")
      let filter = try IdentityFilter(QueryString(request.uri.query))
      let users = try await store.read { try $0.users(filter) }
      return Self.list("users", users.map { Self.resource($0, context) }, request, context, limit: filter.limit)
    }
    router.get("/v3/users/:id") { _, context in
      let id = context.path("id")
      try Self.requireReader(context, "identity:get_user", orUser: id)
      guard let user = try await store.read({ try $0.user(id) }) else { throw APIError.unknown("user", id) }
      return Self.one("user", Self.resource(user, context))
    }
    router.post("/v3/users") { request, context in try await createUser(request, context) }
    router.patch("/v3/users/:id") { request, context in try await updateUser(request, context) }
    router.delete("/v3/users/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_user")
      let id = context.path("id")
      try await write { transaction in
        guard try transaction.user(id) != nil else { throw APIError.unknown("user", id) }
        try transaction.deleteUser(id)
        return [TokenSubject(.user, id)]
      }
      return Response.empty(.noContent)
    }
    router.get("/v3/users/:id/projects") { request, context in
      let id = context.path("id")
      try Self.requireReader(context, "identity:list_user_projects", orUser: id)
      var filter = try IdentityFilter(QueryString(request.uri.query))
      filter.userID = id
      let projects = try await store.read { [filter] snapshot in
        guard try snapshot.user(id) != nil else { throw APIError.unknown("user", id) }
        return try snapshot.projects(filter)
      }
      return Self.list(
        "projects", projects.map { Self.resource($0, context) }, path: "users/\(id)/projects", request, context,
        limit: filter.limit)
    }
    router.get("/v3/users/:id/groups") { request, context in
      let id = context.path("id")
      try Self.requireReader(context, "identity:list_groups_for_user", orUser: id)
      var filter = try IdentityFilter(QueryString(request.uri.query), hasEnabled: false)
      filter.userID = id
      let groups = try await store.read { [filter] snapshot in
        guard try snapshot.user(id) != nil else { throw APIError.unknown("user", id) }
        return try snapshot.groups(filter)
      }
      return Self.list(
        "groups", groups.map { Self.resource($0, context) }, path: "users/\(id)/groups", request, context,
        limit: filter.limit)
    }
  }

  private func createUser(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_user")
    let body = try await ResourceBody("user", of: request, context)
    try body.refuse("options", "federated")
    let user = User(
      domainID: try body.text("domain_id") ?? Self.domainOf(try context.caller), name: try body.requiredName(255),
      defaultProjectID: try body.nullableText("default_project_id") ?? nil,
      isEnabled: try body.boolean("enabled") ?? true, extra: try body.extra(Self.userAttributes))
    // Keystone lets a user be without a password; ours then has one that nobody knows.
    let hash = try await hasher.hash(try body.password() ?? SecretFile.randomSecret())
    do {
      try await store.write { try $0.insert(user, passwordHash: hash) }
    } catch let violation as ConstraintViolation {
      throw Self.refusal(violation, of: user)
    }
    return Self.one("user", Self.resource(user, context), status: .created)
  }

  private func updateUser(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_user")
    let id = context.path("id")
    let body = try await ResourceBody("user", of: request, context)
    guard var user = try await store.read({ try $0.user(id) }) else { throw APIError.unknown("user", id) }
    try user.apply(body)
    var hash: String?
    if let password = try body.password() { hash = try await hasher.hash(password) }
    do {
      let updated = try await update(body, of: id, passwordHash: hash)
      return Self.one("user", Self.resource(updated, context))
    } catch let violation as ConstraintViolation {
      throw Self.refusal(violation, of: user)
    }
  }

  /// Changes what the body says of the row as it is now, whatever it was when the body was judged.
  private func update(_ body: ResourceBody, of id: String, passwordHash hash: String?) async throws -> User {
    try await writeVoiding { transaction in
      guard var user = try transaction.user(id) else { throw APIError.unknown("user", id) }
      let wasEnabled = user.isEnabled
      try user.apply(body)
      try transaction.update(user)
      if let hash { try transaction.setPasswordHash(hash, ofUser: id) }
      let isVoid = hash != nil || (wasEnabled && !user.isEnabled)
      return (user, isVoid ? [TokenSubject(.user, id)] : [])
    }
  }

  fileprivate static let userAttributes: Set<String> = [
    "id", "name", "password", "enabled", "domain_id", "default_project_id", "options", "federated", "links",
    "password_expires_at",
  ]

  /// The domain of a new user, group or project that names none: the caller's (`_normalize_domain_id`).
  static func domainOf(_ caller: AuthToken) -> String {
    caller.domainID ?? caller.projectDomainID ?? Domain.defaultID
  }

  private static func refusal(_ violation: ConstraintViolation, of user: User) -> any Error {
    violation.apiError(
      conflict: .storeConflict(
        "user", "Duplicate entry found with name \(user.name) at domain ID \(user.domainID)"),
      missing: .badRequest("Could not find the domain or the default project of the user."))
  }

  static func resource(_ user: User, _ context: OpenStackRequestContext) -> JSONValue {
    var object = JSONObject(members: [
      .init(name: "id", value: .string(user.id)), .init(name: "name", value: .string(user.name)),
      .init(name: "domain_id", value: .string(user.domainID)), .init(name: "enabled", value: .bool(user.isEnabled)),
      .init(name: "default_project_id", value: JSONValue(user.defaultProjectID)),
      .init(name: "password_expires_at", value: .null), .init(name: "options", value: [:]),
      .init(name: "links", value: selfLink("users/\(user.id)", context)),
    ])
    object.append(stored: user.extra)
    return .object(object)
  }
}

extension User {
  /// - Throws: `APIError` 400.
  fileprivate mutating func apply(_ body: ResourceBody) throws {
    try body.requireID(id)
    try body.refuse("options", "federated")
    try body.refuseChange(of: "domain_id", from: .string(domainID))
    name = try body.name(255) ?? name
    isEnabled = try body.boolean("enabled") ?? isEnabled
    if let projectID = try body.nullableText("default_project_id") { defaultProjectID = projectID }
    extra = try body.extra(IdentityService.userAttributes, on: extra)
  }
}

extension ResourceBody {
  /// A new password; `nil` if there is none.
  func password(_ name: String = "password") throws -> String? {
    try nullableText(name, length: 1...4096) ?? nil
  }
}
