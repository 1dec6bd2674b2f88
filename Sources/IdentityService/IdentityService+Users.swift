import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addUsers(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/users") { request, context in
      try Self.requireAdmin(context, "identity:list_users")
      let query = QueryString(request.uri.query)
      let users = try await store.read { try $0.users() }
      return Self.list(
        "users", users.filter { query.matches(id: $0.id, name: $0.name, isEnabled: $0.isEnabled) }.map(Self.body),
        context)
    }
    router.get("/v3/users/:id") { _, context in
      let id = context.parameters.get("id") ?? ""
      if try context.caller.userID != id { try Self.requireAdmin(context, "identity:get_user") }
      guard let user = try await store.read({ try $0.user(id) }) else { throw Self.notFound("user", id) }
      return Response.json(["user": Self.body(user)])
    }
    router.get("/v3/users/:id/projects") { _, context in
      let id = context.parameters.get("id") ?? ""
      if try context.caller.userID != id { try Self.requireAdmin(context, "identity:list_user_projects") }
      let projects = try await store.read { try $0.projects(ofUser: id) }
      return Self.list("projects", projects.map { ["id": .string($0.id), "name": .string($0.name)] }, context)
    }
    router.post("/v3/users") { request, context in try await createUser(request, context) }
    router.delete("/v3/users/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_user")
      let id = context.parameters.get("id") ?? ""
      try await store.write { transaction in
        guard try transaction.user(id) != nil else { throw Self.notFound("user", id) }
        try transaction.deleteUser(id)
      }
      validator.setTokens(of: id, validFrom: nil)
      return Response.empty(.noContent)
    }
  }

  private func createUser(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_user")
    let json = try await context.json(of: request, member: "user", otherwise: "'user' is a required property")
    guard let name = json["name"]?.string, (1...255).contains(name.count) else {
      throw APIError.badRequest("'name' is a required property")
    }
    // Keystone lets a user be without a password; ours then has one that nobody knows.
    let hash = try await hasher.hash(json["password"]?.string ?? SecretFile.randomSecret())
    let user = User(
      name: name, defaultProjectID: json["default_project_id"]?.string, isEnabled: json["enabled"]?.bool ?? true)
    do {
      let createdAt = try await store.write { transaction in
        try transaction.insert(user, passwordHash: hash)
        return transaction.now
      }
      validator.setTokens(of: user.id, validFrom: createdAt)
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict(
        "Conflict occurred attempting to store user - Duplicate entry found with name \(name) at domain ID default.")
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw Self.notFound("project", user.defaultProjectID ?? "")
    }
    return Response.json(["user": Self.body(user)], status: .created)
  }

  private static func body(_ user: User) -> JSONValue {
    [
      "id": .string(user.id), "name": .string(user.name), "enabled": .bool(user.isEnabled),
      "domain_id": .string(Domain.defaultID), "default_project_id": JSONValue(user.defaultProjectID),
      "password_expires_at": .null, "options": [:],
    ]
  }
}
