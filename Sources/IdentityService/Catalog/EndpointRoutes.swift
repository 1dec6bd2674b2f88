import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addEndpoints(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/endpoints") { request, context in
      try Self.requireReader(context, "identity:list_endpoints")
      let query = QueryString(request.uri.query)
      let endpoints = try await store.read { catalog.ownEndpoints + (try $0.endpoints()) }.filter {
        (query["interface"] ?? $0.interface.rawValue) == $0.interface.rawValue
          && (query["service_id"] ?? $0.serviceID) == $0.serviceID
          && (query["region_id"] ?? query["region"] ?? $0.regionID) == $0.regionID
      }
      return Self.list("endpoints", endpoints.map { Self.resource($0, context) }, request, context)
    }
    router.get("/v3/endpoints/:id") { _, context in
      try Self.requireReader(context, "identity:get_endpoint")
      let id = context.path("id")
      let found = try await store.read { catalog.ownEndpoints + (try $0.endpoints()) }.first { $0.id == id }
      guard let found else { throw APIError.unknown("endpoint", id) }
      return Self.one("endpoint", Self.resource(found, context))
    }
    router.post("/v3/endpoints") { request, context in
      try Self.requireAdmin(context, "identity:create_endpoint")
      let body = try await ResourceBody("endpoint", of: request, context)
      guard let interface = try body.interface() else {
        throw APIError.badRequest("'interface' is a required property")
      }
      var endpoint = CatalogEndpoint(
        serviceID: try body.requiredText("service_id"), interface: interface, regionID: nil,
        url: try body.requiredText("url", length: 1...2048))
      try endpoint.apply(body)
      let made = try await save(endpoint) { try $0.insert($1) }
      return Self.one("endpoint", Self.resource(made, context), status: .created)
    }
    router.patch("/v3/endpoints/:id") { request, context in
      try Self.requireAdmin(context, "identity:update_endpoint")
      let id = context.path("id")
      let body = try await ResourceBody("endpoint", of: request, context)
      try body.requireID(id)
      guard !isOwn(endpoint: id) else { throw APIError.builtIn("endpoint", id) }
      guard var endpoint = try await store.read({ try $0.endpoints() }).first(where: { $0.id == id }) else {
        throw APIError.unknown("endpoint", id)
      }
      try endpoint.apply(body)
      let saved = try await save(endpoint) { try $0.update($1) }
      return Self.one("endpoint", Self.resource(saved, context))
    }
    router.delete("/v3/endpoints/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_endpoint")
      let id = context.path("id")
      guard !isOwn(endpoint: id) else { throw APIError.builtIn("endpoint", id) }
      try await store.write { transaction in
        guard try transaction.endpoints().contains(where: { $0.id == id }) else {
          throw APIError.unknown("endpoint", id)
        }
        try transaction.deleteEndpoint(id)
      }
      return Response.empty(.noContent)
    }
  }

  private func isOwn(endpoint id: String) -> Bool { catalog.ownEndpoints.contains { $0.id == id } }

  /// Writes an endpoint, with its region if there is none of that name yet, as Keystone does.
  private func save(
    _ endpoint: CatalogEndpoint, _ write: @escaping @Sendable (Transaction, CatalogEndpoint) throws -> Void
  ) async throws -> CatalogEndpoint {
    let serviceID = endpoint.serviceID
    guard !catalog.isOwn(service: serviceID) else { throw APIError.builtIn("service", serviceID) }
    let ownRegion = catalog.region
    do {
      try await store.write { transaction in
        if let id = endpoint.regionID, id != ownRegion, try !transaction.regions().contains(where: { $0.id == id }) {
          try transaction.insert(Region(id: id))
        }
        try write(transaction, endpoint)
      }
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw APIError.badRequest("Could not find service: \(serviceID).")
    }
    return endpoint
  }

  private static func resource(_ endpoint: CatalogEndpoint, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(endpoint.id), "interface": .string(endpoint.interface.rawValue),
      "region": JSONValue(endpoint.regionID), "region_id": JSONValue(endpoint.regionID),
      "service_id": .string(endpoint.serviceID), "url": .string(endpoint.url), "enabled": .bool(endpoint.isEnabled),
      "links": selfLink("endpoints/\(endpoint.id)", context),
    ]
  }
}

extension ResourceBody {
  fileprivate func interface() throws -> CatalogEndpoint.Interface? {
    guard let text = try text("interface") else { return nil }
    guard let interface = CatalogEndpoint.Interface(rawValue: text) else {
      throw APIError.invalid("interface", "'\(text)' is not one of ['admin', 'internal', 'public']")
    }
    return interface
  }
}

extension CatalogEndpoint {
  /// - Throws: `APIError` 400.
  fileprivate mutating func apply(_ body: ResourceBody) throws {
    interface = try body.interface() ?? interface
    serviceID = try body.text("service_id", length: 1...255) ?? serviceID
    if let region = try body.nullableText("region", length: 0...255) { regionID = region }
    if let region = try body.nullableText("region_id", length: 0...255) { regionID = region }
    if regionID?.isEmpty == true { regionID = nil }
    isEnabled = try body.boolean("enabled") ?? isEnabled
    url = try body.text("url", length: 1...2048) ?? url
    // What stands for a project or a user is tried with one, as it will be when the catalog is made.
    guard let filled = self.url(project: "p", user: "u"), filled.hasPrefix("http://") || filled.hasPrefix("https://"),
      filled.allSatisfy({ !$0.isWhitespace })
    else { throw APIError.badRequest("Cannot create an endpoint with an invalid URL: \(url).") }
  }
}
