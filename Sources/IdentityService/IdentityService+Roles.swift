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
    router.get("/v3/role_assignments") { _, context in
      try Self.requireAdmin(context, "identity:list_role_assignments")
      let assignments = try await store.read { try $0.roleAssignments() }
      return Self.list("role_assignments", assignments.map(Self.body), context)
    }
    router.put("/v3/projects/:project_id/users/:user_id/roles/:role_id") { _, context in
      try Self.requireAdmin(context, "identity:create_grant")
      let assignment = Self.assignment(context)
      do {
        try await store.write { try $0.grant(assignment) }
      } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
        throw APIError.notFound("Could not find the user, the project or the role.")
      }
      return Response.empty(.noContent)
    }
    router.delete("/v3/projects/:project_id/users/:user_id/roles/:role_id") { _, context in
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
      userID: context.parameters.get("user_id") ?? "", projectID: context.parameters.get("project_id") ?? "",
      roleID: context.parameters.get("role_id") ?? "")
  }

  private static func body(_ role: Role) -> JSONValue {
    [
      "id": .string(role.id), "name": .string(role.name), "domain_id": .null, "description": .null, "options": [:],
    ]
  }

  private static func body(_ assignment: RoleAssignment) -> JSONValue {
    [
      "role": ["id": .string(assignment.roleID)], "user": ["id": .string(assignment.userID)],
      "scope": ["project": ["id": .string(assignment.projectID)]],
    ]
  }
}
