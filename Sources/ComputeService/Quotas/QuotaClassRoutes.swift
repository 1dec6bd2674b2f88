import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-quota-class-sets/{class}`: limits of a class. The class `default` holds for every project of which nothing else
/// is said; what others say nobody reads, as upstream.
struct QuotaClassRoutes: Sendable {
  let store: Store
  let quotas: Quotas

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-quota-class-sets/:class_name") { try await show($0, $1) }
    api.put("os-quota-class-sets/:class_name") { try await update($0, $1) }
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.requireAdmin("os_compute_api:os-quota-class-sets:show")
    let name = QueryString.unescaped(context.parameters.get("class_name") ?? "")
    let limits = try await store.read { try quotas.defaults(in: $0, ofClass: name) }
    return answer(name, limits, context)
  }

  private func update(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    let hidden = ComputeResource.hidden(context.microversion, networkingFrom: 50)
    try Schema.quotas("quota_class_set", without: hidden).check(body)
    try context.requireAdmin("os_compute_api:os-quota-class-sets:update")
    let name = QueryString.unescaped(context.parameters.get("class_name") ?? "")
    guard name.unicodeScalars.count <= 255 else {
      throw APIError.badRequest("Invalid input received: quota_class_name has more than 255 characters.")
    }
    let change = QuotaSetChange(body["quota_class_set"] ?? [:])
    let limits = try await store.write { transaction in
      for (resource, limit) in change.limits {
        try transaction.setQuotaLimit(resource.rawValue, to: limit, ofClass: name)
      }
      return try quotas.defaults(in: transaction, ofClass: name)
    }
    return answer(nil, limits, context)
  }

  /// The limits of server groups are shown from 2.50 on, when those of networks went.
  private func answer(_ name: String?, _ limits: QuotaLimits, _ context: OpenStackRequestContext) -> Response {
    var hidden = ComputeResource.hidden(context.microversion, networkingFrom: 50)
    if context.microversion < Microversion(2, 50) { hidden.formUnion([.serverGroups, .serverGroupMembers]) }
    var set = JSONObject()
    set["id"] = name.map(JSONValue.string)
    for resource in ComputeResource.allCases where !hidden.contains(resource) {
      set[resource.rawValue] = JSONValue(limits[resource])
    }
    return .json(["quota_class_set": .object(set)])
  }
}
