import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addRoles(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/roles") { request, context in
      try Self.requireAdmin(context, "identity:list_roles")
      let name = QueryString(request.uri.query)["name"]
      let roles = try await store.read { try $0.roles() }
      return Self.list("roles", roles.filter { name == nil || $0.name == name }.map(Self.body), context)
    }
    router.get("/v3/roles/:id") { _, context in
      try Self.requireAdmin(context, "identity:get_role")
      let id = context.parameters.get("id") ?? ""
      guard let role = try await store.read({ try $0.role(id) }) else { throw Self.notFound("role", id) }
      return Response.json(["role": Self.body(role)])
    }
    router.get("/v3/role_assignments") { request, context in
      try Self.requireAdmin(context, "identity:list_role_assignments")
      return try await listAssignments(QueryString(request.uri.query), context)
    }
    router.put("/v3/projects/:id/users/:user_id/roles/:role_id") { _, context in
      try Self.requireAdmin(context, "identity:create_grant")
      let assignment = Self.assignment(context)
      do {
        try await store.write { try $0.grant(assignment) }
      } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
        throw APIError.notFound("Could not find the user, the project or the role.")
      }
      return Response.empty(.noContent)
    }
    router.delete("/v3/projects/:id/users/:user_id/roles/:role_id") { _, context in
      try Self.requireAdmin(context, "identity:revoke_grant")
      let assignment = Self.assignment(context)
      let time = try await store.write { transaction in
        guard try transaction.withdraw(assignment) else {
          throw Self.notFound("role assignment", assignment.roleID)
        }
        // The user's tokens may carry the role.
        try transaction.voidTokens(ofUser: assignment.userID)
        return transaction.now
      }
      validator.setTokens(of: assignment.userID, validFrom: time)
      return Response.empty(.noContent)
    }
  }

  private static func assignment(_ context: OpenStackRequestContext) -> RoleAssignment {
    RoleAssignment(
      userID: context.parameters.get("user_id") ?? "", projectID: context.parameters.get("id") ?? "",
      roleID: context.parameters.get("role_id") ?? "")
  }

  private static func body(_ role: Role) -> JSONValue {
    [
      "id": .string(role.id), "name": .string(role.name), "domain_id": .null, "description": .null, "options": [:],
    ]
  }

  private func listAssignments(
    _ query: QueryString, _ context: OpenStackRequestContext
  ) async throws -> Response {
    let (assignments, names) = try await store.read { snapshot in
      (try snapshot.roleAssignments(), try AssignmentNames(snapshot))
    }
    let wanted = assignments.filter { assignment in
      query["user.id"].map { $0 == assignment.userID } ?? true
        && query["scope.project.id"].map { $0 == assignment.projectID } ?? true
        && query["role.id"].map { $0 == assignment.roleID } ?? true
    }
    let withNames = query["include_names"].map { !["0", "false"].contains($0.lowercased()) } ?? false
    return Self.list(
      "role_assignments", wanted.map { Self.body($0, names: withNames ? names : AssignmentNames()) }, context)
  }

  private static func body(_ assignment: RoleAssignment, names: AssignmentNames) -> JSONValue {
    [
      "role": names.reference(assignment.roleID, isInDomain: false),
      "user": names.reference(assignment.userID, isInDomain: true),
      "scope": ["project": names.reference(assignment.projectID, isInDomain: true)],
    ]
  }
}

/// What the ids in a list of assignments stand for.
private struct AssignmentNames: Sendable {
  private var names: [String: String] = [:]

  /// No names at all: the ids say enough.
  init() {}

  init(_ snapshot: Snapshot) throws {
    for user in try snapshot.users() { names[user.id] = user.name }
    for project in try snapshot.projects() { names[project.id] = project.name }
    for role in try snapshot.roles() { names[role.id] = role.name }
  }

  func reference(_ id: String, isInDomain: Bool) -> JSONValue {
    guard let name = names[id] else { return ["id": .string(id)] }
    let named: JSONValue = ["id": .string(id), "name": .string(name)]
    return isInDomain ? ["id": .string(id), "name": .string(name), "domain": IdentityService.domain] : named
  }
}
