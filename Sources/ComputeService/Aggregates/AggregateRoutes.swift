import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-aggregates`: hosts that administrators put together, and what they say of them.
struct AggregateRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-aggregates") { try await list($0, $1) }
    api.post("os-aggregates") { try await create($0, $1) }
    api.get("os-aggregates/:aggregate_id") { try await show($0, $1) }
    api.put("os-aggregates/:aggregate_id") { try await update($0, $1) }
    api.delete("os-aggregates/:aggregate_id") { try await delete($0, $1) }
    api.post("os-aggregates/:aggregate_id/action") { try await act($0, $1) }
    api.post("os-aggregates/:aggregate_id/images") { try await cacheImages($0, $1) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-aggregates:index")
    let aggregates = try await store.read { try $0.aggregates() }
    return .json(["aggregates": .array(aggregates.map { .object($0.view(context.microversion)) })])
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.aggregateCreate.check(body)
    try context.requireAdmin("os_compute_api:os-aggregates:create")
    let name = body["aggregate"]?["name"]?.string ?? ""
    let zone = body["aggregate"]?["availability_zone"]?.string
    let aggregate = try await named(name) { transaction in
      var aggregate = Aggregate(id: UUID(), name: name, createdAt: transaction.now)
      if let zone { aggregate.metadata[Aggregate.zoneKey] = zone }
      aggregate.number = try transaction.insert(aggregate)
      return aggregate
    }
    var view = aggregate.view(context.microversion)
    view["hosts"] = nil
    view["metadata"] = nil
    return .json(["aggregate": .object(view)])
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-aggregates:show")
    let number = try context.number("aggregate_id", named: "id")
    return answer(try await store.read { try $0.found(number) }, context)
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.aggregateUpdate.check(body)
    try context.requireAdmin("os_compute_api:os-aggregates:update")
    let changes = body["aggregate"] ?? [:]
    guard changes["name"] != nil || changes["availability_zone"] != nil else {
      throw APIError.badRequest(
        "Invalid input for field/attribute aggregate. Value: {}. {} is not valid under any of the given schemas")
    }
    let number = try context.number("aggregate_id", named: "id")
    let aggregate = try await named(changes["name"]?.string ?? "") { transaction in
      let aggregate = try transaction.found(number)
      if let name = changes["name"]?.string { try transaction.renameAggregate(number, to: name) }
      if let zone = changes["availability_zone"] {
        let rules = try AggregateRules(aggregate, in: transaction)
        try rules.checkZone(zone.string, refusal: "Cannot update aggregate")
        try transaction.setMetadata([Aggregate.zoneKey: zone.string], ofAggregate: number)
        try transaction.touchAggregate(number)
      }
      return try transaction.found(number)
    }
    return answer(aggregate, context)
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-aggregates:delete")
    let number = try context.number("aggregate_id", named: "id")
    try await store.write { transaction in
      guard try transaction.found(number).hosts.isEmpty else {
        throw APIError.badRequest(
          "Cannot remove host from aggregate \(number). Reason: Host aggregate is not empty.")
      }
      _ = try transaction.deleteAggregate(number)
    }
    return .empty(.ok)
  }

  func answer(_ aggregate: Aggregate, _ context: OpenStackRequestContext) -> Response {
    .json(["aggregate": .object(aggregate.view(context.microversion))])
  }

  /// Writes, and tells if the name is taken.
  private func named(
    _ name: String, _ body: @Sendable @escaping (Transaction) throws -> Aggregate
  ) async throws -> Aggregate {
    do {
      return try await store.write(body)
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict("Aggregate \(name) already exists.")
    }
  }

  /// `POST /os-aggregates/{id}/images`, from 2.81. A host fetches an image when it first needs it, and not before.
  private func cacheImages(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 81) else { throw APIError.unknownPath }
    let body = try await context.json(of: request)
    try Schema.aggregateImages.check(body)
    try context.requireAdmin("compute:aggregates:images")
    let number = try context.number("aggregate_id", named: "id")
    let ids = body["cache"]?.array?.compactMap { $0["id"]?.string } ?? []
    guard Set(ids).count == ids.count else { throw APIError.badRequest("Duplicate images in request") }
    _ = try await store.read { try $0.found(number) }
    throw APIError.badRequest("Images cannot be cached ahead of their first use.")
  }
}

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such aggregate.
  func found(_ number: Int) throws -> Aggregate {
    guard let aggregate = try aggregate(number) else {
      throw APIError.notFound("Aggregate \(number) could not be found.")
    }
    return aggregate
  }
}

extension Aggregate {
  fileprivate func view(_ version: Microversion) -> JSONObject {
    var view = JSONObject()
    view["id"] = JSONValue(number)
    if version >= Microversion(2, 41) { view["uuid"] = .string(id.description) }
    view["name"] = .string(name)
    view["availability_zone"] = JSONValue(availabilityZone)
    view["hosts"] = JSONValue(hosts)
    let members = metadata.sorted { $0.key < $1.key }.map { JSONObject.Member(name: $0.key, value: .string($0.value)) }
    view["metadata"] = .object(JSONObject(members: members))
    view["created_at"] = .string(createdAt.iso8601WithoutZone)
    view["updated_at"] = JSONValue(updatedAt?.iso8601WithoutZone)
    view["deleted"] = false
    view["deleted_at"] = .null
    return view
  }
}
