import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `POST /os-aggregates/{id}/action`
extension AggregateRoutes {
  func act(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard let action = body.object?.names.first, body.object?.names.count == 1,
      let schema = Schema.aggregateActions[action]
    else { throw APIError.badRequest("There is no such action: \(body.object?.names.first ?? "")") }
    try schema.check(body)
    try context.requireAdmin("os_compute_api:os-aggregates:\(action)")
    let number = try context.number("aggregate_id", named: "id")
    let arguments = body[action] ?? [:]
    let host = arguments["host"]?.string ?? ""
    let aggregate = try await store.write { transaction in
      switch action {
      case "add_host": try add(host, to: number, in: transaction)
      case "remove_host": try remove(host, from: number, in: transaction)
      default: try setMetadata(arguments["metadata"] ?? [:], of: number, in: transaction)
      }
      return try transaction.found(number)
    }
    return answer(aggregate, context)
  }

  private func add(_ host: String, to number: Int, in transaction: Transaction) throws {
    guard try transaction.computeNode(host: host) != nil else { throw APIError.unmappedHost(host) }
    let aggregate = try transaction.found(number)
    guard !aggregate.hosts.contains(host) else {
      throw APIError.conflict("Aggregate \(number) already has host \(host).")
    }
    try AggregateRules(aggregate, in: transaction).checkAdding(host)
    try transaction.addHost(host, toAggregate: number)
    try transaction.touchAggregate(number)
  }

  private func remove(_ host: String, from number: Int, in transaction: Transaction) throws {
    guard let aggregate = try transaction.aggregate(number), aggregate.hosts.contains(host) else {
      throw APIError.notFound("Cannot remove host \(host) in aggregate \(number)")
    }
    try AggregateRules(aggregate, in: transaction).checkRemoving(host)
    _ = try transaction.removeHost(host, fromAggregate: number)
    try transaction.touchAggregate(number)
  }

  private func setMetadata(_ metadata: JSONValue, of number: Int, in transaction: Transaction) throws {
    let aggregate = try transaction.found(number)
    if let zone = metadata[Aggregate.zoneKey] {
      let rules = try AggregateRules(aggregate, in: transaction)
      try rules.checkZone(zone.string, refusal: "Cannot update metadata of aggregate")
    }
    var changes: [String: String?] = [:]
    for member in metadata.object?.members ?? [] { changes.updateValue(member.value.string, forKey: member.name) }
    try transaction.setMetadata(changes, ofAggregate: number)
    try transaction.touchAggregate(number)
  }
}

extension Schema {
  /// `nova/api/openstack/compute/schemas/aggregates.py`
  static let aggregateCreate = Schema.object(
    [Property("aggregate", .object([Property("name", .name), zone], required: ["name"]))], required: ["aggregate"])
  static let aggregateUpdate = Schema.object(
    [Property("aggregate", .object([Property("name", .name), zone]))], required: ["aggregate"])
  static let aggregateImages = Schema.object(
    [Property("cache", .list(of: .object([Property("id", .uuid)], required: ["id"]), atLeast: 1))],
    required: ["cache"])
  static let aggregateActions: [String: Schema] = [
    "add_host": action("add_host", .object([host], required: ["host"])),
    "remove_host": action("remove_host", .object([host], required: ["host"])),
    "set_metadata": action("set_metadata", .object([Property("metadata", values)], required: ["metadata"])),
  ]

  private static let zone = Property("availability_zone", Schema(alternatives: [.name, Schema(kinds: [.null])]))
  private static let host = Property("host", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255))
  private static let values = Schema(kinds: [.object], others: [Schema(kinds: [.string, .null], maximumCount: 255)])

  private static func action(_ name: String, _ arguments: Schema) -> Schema {
    .object([Property(name, arguments)], required: [name])
  }
}
