import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// Who may use a flavor that is not public: `/flavors/{id}/os-flavor-access` and the two actions.
extension FlavorRoutes {
  func listAccess(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-flavor-access")
    let flavor = try await found(context)
    guard !flavor.isPublic else { throw APIError.notFound("Access list not available for public flavors.") }
    return try await accessList(of: flavor)
  }

  func act(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard let action = body.object?.names.first, let schema = Schema.flavorActions[action] else {
      throw APIError.badRequest("There is no such action: \(body.object?.names.first ?? "")")
    }
    try schema.check(body)
    let isAddition = action == "addTenantAccess"
    try context.requireAdmin("os_compute_api:os-flavor-access:\(isAddition ? "add" : "remove")_tenant_access")
    let project = body[action]?["tenant"]?.string ?? ""
    let flavor = try await found(context)
    if isAddition {
      if flavor.isPublic, context.microversion >= Microversion(2, 7) {
        throw APIError.conflict("Can not add access to a public flavor.")
      }
      try await add(project, to: flavor)
    } else if !(try await store.write({ try $0.removeAccess(project, toFlavor: flavor.id) })) {
      throw APIError.notFound("Flavor access not found for \(flavor.id) / \(project) combination.")
    }
    return try await accessList(of: flavor)
  }

  private func add(_ project: String, to flavor: Flavor) async throws {
    do {
      try await store.write { try $0.addAccess(project, toFlavor: flavor.id) }
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw APIError.noFlavor(flavor.id)
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict(
        "Flavor access already exists for flavor \(flavor.id) and project \(project) combination.")
    }
  }

  private func accessList(of flavor: Flavor) async throws -> Response {
    let projects = try await store.read { try $0.projects(withAccessTo: flavor.id) }
    return .json([
      "flavor_access": .array(projects.map { ["flavor_id": .string(flavor.id), "tenant_id": .string($0)] })
    ])
  }
}

extension Schema {
  fileprivate static let flavorActions: [String: Schema] = [
    "addTenantAccess": action("addTenantAccess"), "removeTenantAccess": action("removeTenantAccess"),
  ]

  private static func action(_ name: String) -> Schema {
    let project = Property("tenant", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255))
    return .object([Property(name, .object([project], required: ["tenant"]))], required: [name])
  }
}
