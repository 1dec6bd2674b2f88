import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addDomains(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/domains") { request, context in
      try Self.requireReader(context, "identity:list_domains")
      let filter = try IdentityFilter(QueryString(request.uri.query), hasDomain: false)
      let domains = try await store.read { try $0.domains(filter) }
      return Self.list("domains", domains.map { Self.resource($0, context) }, request, context, limit: filter.limit)
    }
    router.get("/v3/domains/:id") { _, context in
      let id = context.path("id")
      guard try context.caller.maySee(domain: id) else { throw APIError.notAuthorized("identity:get_domain") }
      guard let domain = try await store.read({ try $0.domain(id) }) else { throw APIError.unknown("domain", id) }
      return Self.one("domain", Self.resource(domain, context))
    }
    router.post("/v3/domains") { request, context in
      try Self.requireAdmin(context, "identity:create_domain")
      let body = try await ResourceBody("domain", of: request, context)
      try body.refuse("options")
      let domain = Domain(
        name: try body.requiredName(64), description: (try body.nullableText("description") ?? nil) ?? "",
        isEnabled: try body.boolean("enabled") ?? true, tags: try body.tags() ?? "[]")
      do {
        try await store.write { try $0.insert(domain) }
      } catch let violation as ConstraintViolation where violation.kind == .unique {
        throw Self.nameIsTaken(domain.name)
      }
      return Self.one("domain", Self.resource(domain, context), status: .created)
    }
    router.patch("/v3/domains/:id") { request, context in try await updateDomain(request, context) }
    router.delete("/v3/domains/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_domain")
      let id = context.path("id")
      guard id != Domain.defaultID else { throw APIError.builtIn("domain", id) }
      try await write { transaction in
        guard let domain = try transaction.domain(id) else { throw APIError.unknown("domain", id) }
        guard !domain.isEnabled else {
          throw APIError.forbidden("Cannot delete a domain that is enabled, please disable it first.")
        }
        try transaction.deleteDomain(id)
        return [TokenSubject(.domain, id)]
      }
      return Response.empty(.noContent)
    }
  }

  private func updateDomain(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_domain")
    let id = context.path("id")
    let body = try await ResourceBody("domain", of: request, context)
    try body.requireID(id)
    try body.refuse("options")
    let (name, description) = (try body.name(64), try body.nullableText("description"))
    let (isEnabled, tags) = (try body.boolean("enabled"), try body.tags())
    if id == Domain.defaultID, isEnabled == false {
      // Nobody could log in to enable it again.
      throw APIError.forbidden("The default domain cannot be disabled: the administrator and the services are in it.")
    }
    do {
      let domain = try await writeVoiding { transaction in
        guard var domain = try transaction.domain(id) else { throw APIError.unknown("domain", id) }
        let wasEnabled = domain.isEnabled
        domain.name = name ?? domain.name
        if let description { domain.description = description ?? "" }
        domain.isEnabled = isEnabled ?? domain.isEnabled
        domain.tags = tags ?? domain.tags
        try transaction.update(domain)
        return (domain, wasEnabled && !domain.isEnabled ? [TokenSubject(.domain, id)] : [])
      }
      return Self.one("domain", Self.resource(domain, context))
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw Self.nameIsTaken(name ?? "")
    }
  }

  private static func nameIsTaken(_ name: String) -> APIError {
    .storeConflict("domain", "Duplicate entry found with name \(name)")
  }

  static func resource(_ domain: Domain, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(domain.id), "name": .string(domain.name), "description": .string(domain.description),
      "enabled": .bool(domain.isEnabled), "tags": tags(domain.tags), "options": [:],
      "links": selfLink("domains/\(domain.id)", context),
    ]
  }

  /// Tags as they are stored are JSON already.
  static func tags(_ stored: String) -> JSONValue { (try? JSONValue(parsing: stored.utf8)) ?? [] }
}
