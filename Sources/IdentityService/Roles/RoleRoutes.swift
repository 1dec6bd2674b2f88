import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addRoles(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/roles") { request, context in
      try Self.requireReader(context, "identity:list_roles")
      let query = QueryString(request.uri.query)
      let filter = try IdentityFilter(query, hasDomain: false, hasEnabled: false)
      // Roles of one domain are not made here, so there are none to find.
      let wantsDomain = query["domain_id"].map { !$0.isEmpty } ?? false
      let roles = wantsDomain ? [] : try await store.read { try $0.roles(filter) }
      return Self.list("roles", roles.map { Self.resource($0, context) }, request, context, limit: filter.limit)
    }
    router.get("/v3/roles/:id") { _, context in
      try Self.requireReader(context, "identity:get_role")
      let id = context.path("id")
      guard let role = try await store.read({ try $0.role(id) }) else { throw APIError.unknown("role", id) }
      return Self.one("role", Self.resource(role, context))
    }
    router.post("/v3/roles") { request, context in
      try Self.requireAdmin(context, "identity:create_role")
      let body = try await ResourceBody("role", of: request, context)
      try body.refuse("options", "domain_id")
      let role = Role(name: try body.requiredName(255), description: try body.nullableText("description") ?? nil)
      do {
        try await store.write { try $0.insert(role) }
      } catch let violation as ConstraintViolation where violation.kind == .unique {
        throw APIError.storeConflict("role", "Duplicate entry found with name \(role.name)")
      }
      return Self.one("role", Self.resource(role, context), status: .created)
    }
    router.patch("/v3/roles/:id") { request, context in try await updateRole(request, context) }
    router.delete("/v3/roles/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_role")
      let id = context.path("id")
      try await write { transaction in
        guard let role = try transaction.role(id) else { throw APIError.unknown("role", id) }
        guard !Self.namesWithMeaning.contains(role.name) else { throw APIError.builtIn("role", role.name) }
        let credentials = try transaction.applicationCredentials(ofUsers: nil, withRole: id, inProject: nil)
        for credential in credentials { try transaction.deleteApplicationCredential(credential) }
        let implied = try transaction.rolesWithImplied([id]).map { TokenSubject(.role, $0.name) }
        try transaction.deleteRole(id)
        return implied + credentials.map { TokenSubject(.credential, $0) }
      }
      return Response.empty(.noContent)
    }
  }

  /// The roles that policies look for by name: without them nobody could administer anything any more.
  private static let namesWithMeaning: Set<String> = [
    RoleName.admin, RoleName.member, RoleName.reader, RoleName.service,
  ]

  private func updateRole(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_role")
    let id = context.path("id")
    let body = try await ResourceBody("role", of: request, context)
    try body.requireID(id)
    try body.refuse("options", "domain_id")
    let (name, description) = (try body.name(255), try body.nullableText("description"))
    do {
      let role = try await writeVoiding { transaction in
        guard var role = try transaction.role(id) else { throw APIError.unknown("role", id) }
        let earlier = role.name
        role.name = name ?? earlier
        guard role.name == earlier || !Self.namesWithMeaning.contains(earlier) else {
          throw APIError.builtIn("role", earlier)
        }
        if let description { role.description = description }
        try transaction.update(role)
        // Tokens carry the name.
        return (role, role.name == earlier ? [] : [TokenSubject(.role, earlier)])
      }
      return Self.one("role", Self.resource(role, context))
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.storeConflict("role", "Duplicate entry found with name \(name ?? "")")
    }
  }

  static func resource(_ role: Role, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(role.id), "name": .string(role.name), "domain_id": .null,
      "description": JSONValue(role.description), "options": [:], "links": selfLink("roles/\(role.id)", context),
    ]
  }

  /// A role as others speak of it.
  static func reference(_ role: Role) -> JSONValue {
    ["id": .string(role.id), "name": .string(role.name), "domain_id": .null]
  }
}
