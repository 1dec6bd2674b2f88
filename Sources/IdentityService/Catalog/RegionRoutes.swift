import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addRegions(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/regions") { request, context in
      let parent = QueryString(request.uri.query)["parent_region_id"]
      let regions = try await store.read { try allRegions($0) }.filter { parent == nil || $0.parentID == parent }
      return Self.list("regions", regions.map { Self.resource($0, context) }, request, context)
    }
    router.get("/v3/regions/:id") { _, context in
      let id = context.path("id")
      let found = try await store.read { try allRegions($0) }.first { $0.id == id }
      guard let found else { throw APIError.unknown("region", id) }
      return Self.one("region", Self.resource(found, context))
    }
    router.post("/v3/regions") { request, context in
      try await createRegion(try await ResourceBody("region", of: request, context), id: nil, context)
    }
    router.put("/v3/regions/:id") { request, context in
      try await createRegion(
        try await ResourceBody("region", of: request, context), id: context.path("id"), context)
    }
    router.patch("/v3/regions/:id") { request, context in try await updateRegion(request, context) }
    router.delete("/v3/regions/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_region")
      let id = context.path("id")
      guard id != catalog.region else { throw APIError.builtIn("region", id) }
      try await store.write { transaction in
        let regions = try transaction.regions()
        guard regions.contains(where: { $0.id == id }) else { throw APIError.unknown("region", id) }
        let doomed = regions.withDescendants(of: id)
        guard try !transaction.endpoints().contains(where: { doomed.contains($0.regionID ?? "") }) else {
          throw APIError.forbidden(
            "Unable to delete region \(id) because it or its child regions have associated endpoints.")
        }
        try transaction.deleteRegions(doomed.sorted())
      }
      return Response.empty(.noContent)
    }
  }

  /// The region of the server's own services and those that an operator has added.
  private func allRegions(_ snapshot: Snapshot) throws -> [Region] { [catalog.ownRegion] + (try snapshot.regions()) }

  private func createRegion(
    _ body: ResourceBody, id: String?, _ context: OpenStackRequestContext
  ) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_region")
    let sent = try body.text("id", length: 0...255)
    if let id, let sent, sent != id {
      throw APIError.badRequest("Conflicting region IDs specified: \"\(id)\" != \"\(sent)\"")
    }
    let given = id ?? sent ?? ""
    guard given.unicodeScalars.count <= 255 else { throw APIError.invalid("id", "it is too long") }
    let region = Region(
      id: given.isEmpty ? UUID().hex : given,
      description: (try body.nullableText("description") ?? nil) ?? "",
      parentID: try body.nullableText("parent_region_id", length: 0...255) ?? nil)
    guard region.id != catalog.region else { throw Self.idIsTaken(region.id) }
    do {
      try await store.write { transaction in
        if let parent = region.parentID, try !allRegions(transaction).contains(where: { $0.id == parent }) {
          throw APIError.unknown("region", parent)
        }
        try transaction.insert(region)
      }
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw Self.idIsTaken(region.id)
    }
    return Self.one("region", Self.resource(region, context), status: .created)
  }

  private func updateRegion(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_region")
    let id = context.path("id")
    let body = try await ResourceBody("region", of: request, context)
    try body.requireID(id)
    guard id != catalog.region else { throw APIError.builtIn("region", id) }
    let description = try body.nullableText("description")
    let parent = try body.nullableText("parent_region_id", length: 0...255)
    let region = try await store.write { transaction in
      let regions = try allRegions(transaction)
      guard var region = regions.first(where: { $0.id == id }) else { throw APIError.unknown("region", id) }
      if let description { region.description = description ?? "" }
      if let parent {
        region.parentID = parent
        if let parent {
          guard regions.contains(where: { $0.id == parent }) else { throw APIError.unknown("region", parent) }
          guard !regions.withDescendants(of: id).contains(parent) else {
            throw APIError.badRequest("The specified parent region \(parent) would create a circular region hierarchy.")
          }
        }
      }
      try transaction.update(region)
      return region
    }
    return Self.one("region", Self.resource(region, context))
  }

  private static func idIsTaken(_ id: String) -> APIError {
    .storeConflict("region", "Duplicate ID, \(id)")
  }

  private static func resource(_ region: Region, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(region.id), "description": .string(region.description),
      "parent_region_id": JSONValue(region.parentID), "links": selfLink("regions/\(region.id)", context),
    ]
  }
}

extension [Region] {
  /// The ids of a region and of all that lie below it.
  fileprivate func withDescendants(of id: String) -> Set<String> {
    let children = Dictionary(grouping: self, by: \.parentID)
    var found: Set<String> = [id]
    var next = [id]
    while let id = next.popLast() {
      for child in children[id] ?? [] where found.insert(child.id).inserted { next.append(child.id) }
    }
    return found
  }
}
