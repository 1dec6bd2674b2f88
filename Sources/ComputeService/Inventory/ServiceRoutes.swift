import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-services`: the programs on the hosts, of which an administrator takes some out of use.
struct ServiceRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-services") { try await list($0, $1) }
    api.put("os-services/:service_id") { try await update($0, $1) }
    api.delete("os-services/:service_id") { try await delete($0, $1) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    let version = context.microversion
    try query.check(["host", "binary"], from: 75, version)
    try context.requireAdmin("os_compute_api:os-services:list")
    let (nodes, zones) = try await store.read { (try $0.computeNodes(), try $0.zonesOfHosts()) }
    let wanted = nodes.sorted { $0.number < $1.number }.filter { node in
      query["host"].map { $0.isEmpty || $0 == node.host } ?? true
        && query["binary"].map { $0.isEmpty || $0 == ComputeService.hostBinary } ?? true
    }
    return .json(["services": .array(wanted.map { view(of: $0, zone: zones[$0.host], version) })])
  }

  private func view(of node: ComputeNode, zone: String?, _ version: Microversion) -> JSONValue {
    var service = JSONObject()
    service["id"] = node.shownID(version)
    service["binary"] = .string(ComputeService.hostBinary)
    service["host"] = .string(node.host)
    service["zone"] = .string(zone ?? options.availabilityZone)
    service["status"] = node.isEnabled ? "enabled" : "disabled"
    service["state"] = options.isUp(node) ? "up" : "down"
    service["updated_at"] = .string(node.heartbeatAt.iso8601WithoutZone)
    service["disabled_reason"] = JSONValue(node.disabledReason)
    if version >= Microversion(2, 11) { service["forced_down"] = .bool(node.isForcedDown) }
    return .object(service)
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let version = context.microversion
    let body = try await context.json(of: request)
    try Schema.serviceUpdate(version).check(body)
    let id = context.parameters.get("service_id") ?? ""
    guard version >= Microversion(2, 53) else { return try await act(id, body, context) }
    guard let uuid = UUID(id) else { throw APIError.badRequest("Invalid uuid \(id)") }
    try context.requireAdmin("os_compute_api:os-services:update")
    let change = try ServiceChange(body)
    let (node, zones) = try await store.write { transaction in
      guard let node = try transaction.computeNodes().first(where: { $0.id == uuid }) else {
        throw APIError.notFound("Service \(id) could not be found.")
      }
      try change.apply(to: node.host, in: transaction)
      return (try transaction.computeNode(host: node.host) ?? node, try transaction.zonesOfHosts())
    }
    return .json(["service": view(of: node, zone: zones[node.host], version)])
  }

  /// `PUT /os-services/disable` and its like, before 2.53.
  private func act(_ action: String, _ body: JSONValue, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-services:update")
    let change = try ServiceChange(action: action, body, context.microversion)
    let host = body["host"]?.string ?? ""
    let binary = body["binary"]?.string ?? ""
    guard binary == ComputeService.hostBinary else {
      throw APIError.badRequest(
        "Updating a \(binary) service is not supported. Only nova-compute services can be updated.")
    }
    try await store.write { transaction in
      guard try transaction.computeNode(host: host) != nil else { throw APIError.unmappedHost(host) }
      try change.apply(to: host, in: transaction)
    }
    var service = JSONObject()
    service["host"] = .string(host)
    service["binary"] = .string(binary)
    if let isEnabled = change.isEnabled { service["status"] = isEnabled ? "enabled" : "disabled" }
    if let reason = change.reason { service["disabled_reason"] = .string(reason) }
    if let isForcedDown = change.isForcedDown { service["forced_down"] = .bool(isForcedDown) }
    return .json(["service": .object(service)])
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-services:delete")
    let id = context.parameters.get("service_id") ?? ""
    let version = context.microversion
    if version >= Microversion(2, 53) {
      guard UUID(id) != nil else { throw APIError.badRequest("Invalid uuid \(id)") }
    } else {
      _ = try context.number("service_id", named: "id")
    }
    try await store.write { transaction in
      guard let node = try transaction.computeNodes().first(where: { $0.isKnown(as: id, version) }) else {
        throw APIError.notFound("Service \(id) not found.")
      }
      guard node.used.instances == 0 else {
        throw APIError.conflict(
          "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.")
      }
      guard try !transaction.haveInstances(hosts: [node.host]) else {
        throw APIError.conflict(
          "Unable to delete compute service that has in-progress migrations. Complete the migrations or delete the "
            + "instances first.")
      }
      try transaction.deleteComputeNode(node.host)
    }
    return .empty(.noContent)
  }
}

extension Schema {
  /// `nova/api/openstack/compute/schemas/services.py`
  fileprivate static func serviceUpdate(_ version: Microversion) -> Schema {
    let reason = Property("disabled_reason", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255))
    let forcedDown = Property("forced_down", .boolean)
    if version >= Microversion(2, 53) {
      let status = Property("status", Schema(kinds: [.string], choices: ["enabled", "disabled"]))
      return .object([status, reason, forcedDown])
    }
    let label = Schema(kinds: [.string], minimumCount: 1, maximumCount: 255)
    let properties = [Property("host", label), Property("binary", label), reason]
    return .object(
      properties + (version >= Microversion(2, 11) ? [forcedDown] : []), required: ["host", "binary"])
  }
}
