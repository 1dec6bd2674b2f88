import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/flavors`, and for administrators what changes them.
struct FlavorRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("flavors") { try await list($0, $1, isDetailed: false) }
    api.get("flavors/detail") { try await list($0, $1, isDetailed: true) }
    api.post("flavors") { try await create($0, $1) }
    api.get("flavors/:flavor_id") { try await show($0, $1) }
    api.put("flavors/:flavor_id") { try await update($0, $1) }
    api.delete("flavors/:flavor_id") { try await delete($0, $1) }
    api.get("flavors/:flavor_id/os-flavor-access") { try await listAccess($0, $1) }
    api.post("flavors/:flavor_id/action") { try await act($0, $1) }
    api.get("flavors/:flavor_id/os-extra_specs") { try await listSpecs($0, $1) }
    api.post("flavors/:flavor_id/os-extra_specs") { try await setSpecs($0, $1) }
    api.get("flavors/:flavor_id/os-extra_specs/:key") { try await showSpec($0, $1) }
    api.put("flavors/:flavor_id/os-extra_specs/:key") { try await setSpec($0, $1) }
    api.delete("flavors/:flavor_id/os-extra_specs/:key") { try await deleteSpec($0, $1) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool) async throws -> Response {
    let query = QueryString(request.uri.query)
    let listing = try FlavorListing(query, context, maxLimit: options.maxLimit)
    let flavors = try await store.read { snapshot in
      if let marker = listing.marker, try snapshot.flavor(marker) == nil {
        throw APIError.badRequest("marker [\(marker)] not found")
      }
      return try snapshot.flavors(listing)
    }
    let view = FlavorView(context)
    let isFull = flavors.count == listing.limit && listing.limit > 0
    let url = "\(context.baseURL)/v2.1/flavors\(isDetailed ? "/detail" : "")"
    return .json { writer in
      writer.object { body in
        body.member("flavors") { $0.array(flavors) { view.write($1, isDetailed: isDetailed, to: &$0) } }
        if isFull, let last = flavors.last {
          body.member(
            "flavors_links", [["rel": "next", "href": .string(query.nextPage(url, marker: last.id))]])
        }
      }
    }
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    answer(try await found(context), context)
  }

  private func answer(_ flavor: Flavor, _ context: OpenStackRequestContext) -> Response {
    .json { writer in
      writer.object { $0.member("flavor") { FlavorView(context).write(flavor, isDetailed: true, to: &$0) } }
    }
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.flavorCreate(context.microversion).check(body)
    try context.requireAdmin("os_compute_api:os-flavor-manage:create")
    let flavor = Flavor(creating: body["flavor"] ?? [:])
    do {
      try await store.write { try $0.insert(flavor) }
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw violation.concerns("flavors.name")
        ? APIError.conflict("Flavor with name \(flavor.name) already exists.")
        : APIError.conflict("Flavor with ID \(flavor.id) already exists.")
    }
    return answer(flavor, context)
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 55) else { throw APIError.methodNotAllowed }
    let body = try await context.json(of: request)
    try Schema.flavorUpdate.check(body)
    try context.requireAdmin("os_compute_api:os-flavor-manage:update")
    let id = context.flavorID
    let description = body["flavor"]?["description"]?.string
    let flavor = try await store.write { transaction in
      _ = try transaction.setDescription(description, ofFlavor: id)
      return try transaction.flavor(id)
    }
    guard let flavor else { throw APIError.noFlavor(id) }
    return answer(flavor, context)
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-flavor-manage:delete")
    let id = context.flavorID
    guard try await store.write({ try $0.deleteFlavor(id) }) else { throw APIError.noFlavor(id) }
    return .empty(.accepted)
  }

  /// A flavor that is not public does not exist for a project without access.
  func found(_ context: OpenStackRequestContext) async throws -> Flavor {
    let id = context.flavorID
    let caller = try context.caller
    let projectID = caller.isAdmin ? nil : caller.projectID ?? ""
    guard let flavor = try await store.read({ try $0.flavor(id, visibleTo: projectID) }) else {
      throw APIError.noFlavor(id)
    }
    return flavor
  }
}

extension APIError {
  static func noFlavor(_ id: String) -> APIError { .notFound("Flavor \(id) could not be found.") }
}

extension OpenStackRequestContext {
  fileprivate var flavorID: String { QueryString.unescaped(parameters.get("flavor_id") ?? "") }

  /// - Throws: `APIError` 403 with upstream's wording if the caller is no administrator.
  func requireAdmin(_ rule: String) throws {
    guard try caller.isAdmin else { throw APIError.forbidden("Policy doesn't allow \(rule) to be performed.") }
  }
}

extension Flavor {
  /// The flavor of a request's body, which the schema has checked.
  fileprivate init(creating body: JSONValue) {
    let id = body["id"]?.pythonString
    self.init(
      id: id.flatMap { $0 == "None" || $0 == "auto" ? nil : $0 } ?? UUID().description,
      name: body["name"]?.string ?? "", vcpus: body["vcpus"]?.looseInteger ?? 1,
      memoryMB: body["ram"]?.looseInteger ?? 1, rootGB: body["disk"]?.looseInteger ?? 0,
      ephemeralGB: body["OS-FLV-EXT-DATA:ephemeral"]?.looseInteger ?? 0, swapMB: body["swap"]?.looseInteger ?? 0,
      isPublic: body["os-flavor-access:is_public"]?.looseBool ?? true, description: body["description"]?.string)
  }
}

extension Schema {
  fileprivate static let flavorUpdate = Schema.object(
    [
      Property(
        "flavor",
        .object([Property("description", .text(upTo: 65535, isNullable: true))], required: ["description"]))
    ], required: ["flavor"])

  /// `nova/api/openstack/compute/schemas/flavors.py`
  static func flavorCreate(_ version: Microversion) -> Schema {
    var properties = [
      Property("name", .name),
      Property("id", Schema(kinds: [.string, .integer, .null], minimumCount: 1, maximumCount: 255)),
      Property("ram", .positiveInteger), Property("vcpus", .positiveInteger), Property("disk", .nonNegativeInteger),
      Property("OS-FLV-EXT-DATA:ephemeral", .nonNegativeInteger), Property("swap", .nonNegativeInteger),
      Property("rxtx_factor", Schema(kinds: [.number, .string])), Property("os-flavor-access:is_public", .boolean),
    ]
    if version >= Microversion(2, 55) {
      properties.append(Property("description", .text(upTo: 65535, isNullable: true)))
    }
    return .object(
      [Property("flavor", .object(properties, required: ["name", "ram", "vcpus", "disk"]))], required: ["flavor"])
  }
}
