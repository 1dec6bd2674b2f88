import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addImpliedRoles(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/role_inferences") { _, context in
      try Self.requireReader(context, "identity:list_role_inference_rules")
      let inferences = try await store.read { try $0.inferences() }
      let byPrior = Dictionary(grouping: inferences, by: \.prior).sorted { $0.key.name < $1.key.name }
      return Response.json([
        "role_inferences": .array(byPrior.map { Self.inferences(of: $0.key, $0.value, context) }),
        "links": Self.selfLink("role_inferences", context),
      ])
    }
    router.get("/v3/roles/:id/implies") { _, context in
      try Self.requireReader(context, "identity:list_implied_roles")
      let id = context.path("id")
      let (role, inferences) = try await store.read { snapshot in
        guard let role = try snapshot.role(id) else { throw APIError.unknown("role", id) }
        return (role, try snapshot.inferences(ofRole: id))
      }
      return Response.json([
        "role_inference": Self.inferences(of: role, inferences, context),
        "links": Self.selfLink("roles/\(id)/implies", context),
      ])
    }
    let path: RouterPath = "/v3/roles/:id/implies/:implied_id"
    router.get(path) { _, context in
      try Self.requireReader(context, "identity:get_implied_role")
      let (id, implied) = (context.path("id"), context.path("implied_id"))
      let found = try await store.read { try $0.inferences(ofRole: id) }.first { $0.implied.id == implied }
      guard let found else { throw APIError.notFound("\(id) does not imply \(implied).") }
      return Self.answer(found, context)
    }
    router.put(path) { _, context in
      try Self.requireAdmin(context, "identity:create_implied_role")
      let (id, implied) = (context.path("id"), context.path("implied_id"))
      let inference = try await store.write { try $0.imply(implied, by: id) }
      return Self.answer(inference, context, status: .created)
    }
    router.delete(path) { _, context in
      try Self.requireAdmin(context, "identity:delete_implied_role")
      let (id, implied) = (context.path("id"), context.path("implied_id"))
      try await write { transaction in
        let lost = try transaction.rolesWithImplied([implied]).map { TokenSubject(.role, $0.name) }
        guard try transaction.endImplying(implied, by: id) else {
          throw APIError.notFound("\(id) does not imply \(implied).")
        }
        return lost
      }
      return Response.empty(.noContent)
    }
  }

  private static func answer(
    _ inference: RoleInference, _ context: OpenStackRequestContext, status: HTTPResponse.Status = .ok
  ) -> Response {
    Response.json(
      [
        "role_inference": [
          "prior_role": named(inference.prior, context), "implies": named(inference.implied, context),
        ],
        "links": selfLink("roles/\(inference.prior.id)/implies/\(inference.implied.id)", context),
      ], status: status)
  }

  private static func inferences(
    of prior: Role, _ inferences: [RoleInference], _ context: OpenStackRequestContext
  ) -> JSONValue {
    ["prior_role": named(prior, context), "implies": .array(inferences.map { named($0.implied, context) })]
  }

  static func named(_ role: Role, _ context: OpenStackRequestContext) -> JSONValue {
    ["id": .string(role.id), "name": .string(role.name), "links": selfLink("roles/\(role.id)", context)]
  }
}

extension Transaction {
  /// - Throws: `APIError` 404 if there is no such role, 403 if the one may not be implied.
  fileprivate func imply(_ implied: String, by prior: String) throws -> RoleInference {
    guard let priorRole = try role(prior) else { throw APIError.unknown("role", prior) }
    guard let impliedRole = try role(implied) else { throw APIError.unknown("role", implied) }
    // Nobody becomes an administrator sideways (`[assignment] prohibited_implied_role`), and no role implies itself.
    guard impliedRole.name != RoleName.admin, prior != implied else {
      throw APIError.forbidden("\(implied) cannot be an implied roles.")
    }
    try imply(implied, byPriorRole: prior)
    return RoleInference(prior: priorRole, implied: impliedRole)
  }
}
