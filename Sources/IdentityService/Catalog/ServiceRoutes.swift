import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addServices(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/services") { request, context in
      try Self.requireReader(context, "identity:list_services")
      let query = QueryString(request.uri.query)
      let services = try await store.read { try allServices($0) }.filter {
        (query["type"] ?? $0.type) == $0.type && (query["name"] ?? $0.name) == $0.name
      }
      return Self.list("services", services.map { Self.resource($0, context) }, request, context)
    }
    router.get("/v3/services/:id") { _, context in
      try Self.requireReader(context, "identity:get_service")
      let id = context.path("id")
      let found = try await store.read { try allServices($0) }.first { $0.id == id }
      guard let found else { throw APIError.unknown("service", id) }
      return Self.one("service", Self.resource(found, context))
    }
    router.post("/v3/services") { request, context in
      try Self.requireAdmin(context, "identity:create_service")
      let body = try await ResourceBody("service", of: request, context)
      var service = CatalogService(type: try body.requiredText("type"))
      try service.apply(body)
      try await store.write { [service] in try $0.insert(service) }
      return Self.one("service", Self.resource(service, context), status: .created)
    }
    router.patch("/v3/services/:id") { request, context in
      try Self.requireAdmin(context, "identity:update_service")
      let id = context.path("id")
      let body = try await ResourceBody("service", of: request, context)
      try body.requireID(id)
      guard !catalog.isOwn(service: id) else { throw APIError.builtIn("service", id) }
      let service = try await store.write { transaction in
        guard var service = try transaction.services().first(where: { $0.id == id }) else {
          throw APIError.unknown("service", id)
        }
        try service.apply(body)
        try transaction.update(service)
        return service
      }
      return Self.one("service", Self.resource(service, context))
    }
    router.delete("/v3/services/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_service")
      let id = context.path("id")
      guard !catalog.isOwn(service: id) else { throw APIError.builtIn("service", id) }
      try await store.write { transaction in
        guard try transaction.services().contains(where: { $0.id == id }) else {
          throw APIError.unknown("service", id)
        }
        try transaction.deleteService(id)
      }
      return Response.empty(.noContent)
    }
  }

  /// The server's own services and those that an operator has added.
  func allServices(_ snapshot: Snapshot) throws -> [CatalogService] {
    catalog.ownServices + (try snapshot.services())
  }

  private static func resource(_ service: CatalogService, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(service.id), "type": .string(service.type), "name": .string(service.name),
      "description": .string(service.description), "enabled": .bool(service.isEnabled),
      "links": selfLink("services/\(service.id)", context),
    ]
  }
}

extension CatalogService {
  /// - Throws: `APIError` 400.
  fileprivate mutating func apply(_ body: ResourceBody) throws {
    type = try body.text("type", length: 1...255) ?? type
    if let text = try body.nullableText("name", length: 0...255) { name = text ?? "" }
    if let text = try body.nullableText("description") { description = text ?? "" }
    isEnabled = try body.boolean("enabled") ?? isEnabled
  }
}
