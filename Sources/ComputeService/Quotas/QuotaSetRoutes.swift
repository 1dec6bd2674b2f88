import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-quota-sets/{project}`: what a project may have, and with `user_id` one of its users.
struct QuotaSetRoutes: Sendable {
  let store: Store
  let quotas: Quotas

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-quota-sets/:project_id") { try await show($0, $1) }
    api.get("os-quota-sets/:project_id/detail") { try await detail($0, $1) }
    api.get("os-quota-sets/:project_id/defaults") { try await defaults($0, $1) }
    api.put("os-quota-sets/:project_id") { try await update($0, $1) }
    api.delete("os-quota-sets/:project_id") { try await delete($0, $1) }
  }

  /// Whose quotas are meant: a project's own members may read them.
  private func target(
    _ request: Request, _ context: OpenStackRequestContext, _ rule: String, isForAdmins: Bool = false
  ) throws -> (projectID: String, userID: String?) {
    let query = QueryString(request.uri.query)
    try query.check(["user_id"], from: 75, context.microversion)
    let projectID = QueryString.unescaped(context.parameters.get("project_id") ?? "")
    let own = try context.caller.projectID
    if isForAdmins || projectID != own {
      try context.requireAdmin("os_compute_api:os-quota-sets:\(rule)")
    }
    return (projectID, query["user_id"])
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (projectID, userID) = try target(request, context, "show")
    let limits = try await store.read { try quotas.limits(ofProject: projectID, user: userID, in: $0) }
    return answer(projectID, context) { JSONValue(limits[$0]) }
  }

  private func detail(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (projectID, userID) = try target(request, context, "detail")
    let (limits, usage) = try await store.read { snapshot in
      (
        try quotas.limits(ofProject: projectID, user: userID, in: snapshot),
        try ResourceUsage(ofProject: projectID, user: userID, in: snapshot)
      )
    }
    return answer(projectID, context) { resource in
      ["in_use": JSONValue(usage[resource]), "limit": JSONValue(limits[resource]), "reserved": 0]
    }
  }

  private func defaults(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let projectID = QueryString.unescaped(context.parameters.get("project_id") ?? "")
    let limits = try await store.read { try quotas.defaults(in: $0) }
    return answer(projectID, context) { JSONValue(limits[$0]) }
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    let hidden = ComputeResource.hidden(context.microversion, networkingFrom: 36)
    try Schema.quotas("quota_set", without: hidden, Schema.Property("force", .boolean)).check(body)
    let (projectID, userID) = try target(request, context, "update", isForAdmins: true)
    let change = QuotaSetChange(body["quota_set"] ?? [:])
    let limits = try await store.write { transaction in
      try change.apply(toProject: projectID, user: userID, quotas, in: transaction)
      return try quotas.limits(ofProject: projectID, user: userID, in: transaction)
    }
    return answer(nil, context) { JSONValue(limits[$0]) }
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (projectID, userID) = try target(request, context, "delete", isForAdmins: true)
    try await store.write { try $0.deleteQuotaLimits(ofProject: projectID, user: userID) }
    return .empty(.accepted)
  }

  private func answer(
    _ projectID: String?, _ context: OpenStackRequestContext, value: (ComputeResource) -> JSONValue
  ) -> Response {
    var set = JSONObject()
    set["id"] = projectID.map(JSONValue.string)
    let hidden = ComputeResource.hidden(context.microversion, networkingFrom: 36)
    for resource in ComputeResource.allCases where !hidden.contains(resource) {
      set[resource.rawValue] = value(resource)
    }
    return .json(["quota_set": .object(set)])
  }
}

extension Schema {
  /// A body with limits (`nova/api/openstack/compute/schemas/quota_sets.py`).
  static func quotas(_ name: String, without hidden: Set<ComputeResource>, _ others: Property...) -> Schema {
    let limits = ComputeResource.allCases.filter { !hidden.contains($0) }.map { Property($0.rawValue, .quotaLimit) }
    return .object([Property(name, .object(limits + others))], required: [name])
  }

  private static let quotaLimit = Schema(
    kinds: [.integer, .string], minimum: -1, maximum: 0x7FFF_FFFF,
    pattern: Pattern(text: "^-?[0-9]+$") { text in Int(text).map { (-1...0x7FFF_FFFF).contains($0) } ?? false })
}
