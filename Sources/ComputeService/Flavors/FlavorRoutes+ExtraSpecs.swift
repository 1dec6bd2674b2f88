import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `/flavors/{id}/os-extra_specs`
extension FlavorRoutes {
  func listSpecs(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let flavor = try await found(context)
    return .json { writer in writer.object { $0.member("extra_specs") { $0.raw(flavor.extraSpecs.utf8) } } }
  }

  func setSpecs(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.object([Schema.Property("extra_specs", .extraSpecs)], required: ["extra_specs"]).check(body)
    try context.requireAdmin("os_compute_api:os-flavor-extra-specs:create")
    let specs = body["extra_specs"] ?? [:]
    try Self.check(specs, context.microversion)
    try await set(specs, of: try await found(context))
    return .json(["extra_specs": specs])
  }

  func showSpec(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let flavor = try await found(context)
    let key = context.specKey
    guard let value = try JSONValue(parsing: flavor.extraSpecs.utf8)[key] else {
      throw APIError.noSpec(key, flavor)
    }
    return .json(.object(JSONObject(members: [JSONObject.Member(name: key, value: value)])))
  }

  func setSpec(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.extraSpecs.check(body)
    try context.requireAdmin("os_compute_api:os-flavor-extra-specs:update")
    try Self.check(body, context.microversion)
    let key = context.specKey
    guard body.object?.names == [key] else { throw APIError.badRequest("Request body and URI mismatch") }
    try await set(body, of: try await found(context))
    return .json(body)
  }

  func deleteSpec(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-flavor-extra-specs:delete")
    let flavor = try await found(context)
    let key = context.specKey
    guard try await store.write({ try $0.deleteExtraSpec(key, ofFlavor: flavor.id) }) else {
      throw APIError.noSpec(key, flavor)
    }
    return .empty(.ok)
  }

  private static func check(_ specs: JSONValue, _ version: Microversion) throws(APIError) {
    guard version >= Microversion(2, 86) else { return }
    for member in specs.object?.members ?? [] {
      try ExtraSpecRule.check(member.name, member.value.pythonString)
    }
  }

  private func set(_ specs: JSONValue, of flavor: Flavor) async throws {
    do {
      try await store.write { transaction in
        for member in specs.object?.members ?? [] {
          try transaction.setExtraSpec(member.name, to: member.value.pythonString, ofFlavor: flavor.id)
        }
      }
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw APIError.noFlavor(flavor.id)
    } catch let violation as ConstraintViolation where violation.kind == .check {
      throw APIError.badRequest("The key of an extra spec has 1 to 255 characters.")
    }
  }
}

extension OpenStackRequestContext {
  fileprivate var specKey: String { QueryString.unescaped(parameters.get("key") ?? "") }
}

extension APIError {
  fileprivate static func noSpec(_ key: String, _ flavor: Flavor) -> APIError {
    .notFound("Flavor \(flavor.id) has no extra specs with key \(key).")
  }
}

extension Schema {
  static let extraSpecs = Schema(
    kinds: [.object], others: [Schema(kinds: [.string, .number, .integer], maximumCount: 255)])
}
