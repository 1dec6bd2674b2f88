import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addQuotaRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("quotas") { [self] _, context in try await listQuotas(context) }
    api.post("quotas") { _, _ -> Response in
      throw APIError(.notImplemented, "POST requests are not supported on this resource.")
    }
    // Clients ask by these two which project their token is for.
    api.get("quotas/tenant") { _, context in try Self.ownProject("tenant", "tenant_id", context) }
    api.get("quotas/project") { _, context in try Self.ownProject("project", "project_id", context) }
    api.get("quotas/:id") { [self] _, context in try await showQuotas(context) }
    api.get("quotas/:id/default") { [self] _, context in try showDefaultQuotas(context) }
    api.get("quotas/:id/details") { [self] _, context in try await showQuotaDetails(context) }
    api.put("quotas/:id") { [self] request, context in try await updateQuotas(request, context) }
    api.delete("quotas/:id") { [self] _, context in try await deleteQuotas(context) }
  }

  private func listQuotas(_ context: OpenStackRequestContext) async throws -> Response {
    try NetworkCaller(try context.caller).requireAdmin("get_quota")
    let changed = try await store.read { try $0.changedQuotas() }
    return Response.json { writer in
      writer.object {
        $0.member("quotas") {
          $0.array(changed) { list, quota in
            list.object {
              configuration.quotas.write(quota.limits, to: &$0)
              $0.member("project_id", quota.project)
              $0.member("tenant_id", quota.project)
            }
          }
        }
      }
    }
  }

  private func showQuotas(_ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let project = context.resourceName
    try caller.requireQuotas(of: project)
    let quotas = try await store.read { try $0.quotas(ofProject: project) }
    return quotaResponse(quotas)
  }

  private func showDefaultQuotas(_ context: OpenStackRequestContext) throws -> Response {
    try NetworkCaller(try context.caller).requireQuotas(of: context.resourceName)
    return quotaResponse([:])
  }

  private func showQuotaDetails(_ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let project = context.resourceName
    guard caller.isAdmin || (!project.isEmpty && project == caller.projectID) else {
      throw APIError.adminRequired("Only admin is authorized to access quotas for another project")
    }
    let quotas = try await store.read { try $0.quotas(ofProject: project) }
    return Response.one("quota") { writer in
      writer.object { configuration.quotas.writeDetails(quotas, to: &$0) }
    }
  }

  private func updateQuotas(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try NetworkCaller(try context.caller).requireAdmin("update_quota")
    let project = context.resourceName
    let change = try QuotaChange(try await context.updateBody(of: request, .quota))
    let quotas = try await store.write { transaction in
      try change.apply(toProject: project, transaction)
      return try transaction.quotas(ofProject: project)
    }
    return quotaResponse(quotas)
  }

  private func deleteQuotas(_ context: OpenStackRequestContext) async throws -> Response {
    try NetworkCaller(try context.caller).requireAdmin("delete_quota")
    let project = context.resourceName
    guard try await store.write({ try $0.deleteQuotas(ofProject: project) }) else {
      throw APIError.quotaNotFound(project)
    }
    return Response.empty(.noContent)
  }

  private func quotaResponse(_ quotas: [String: QuotaRow]) -> Response {
    Response.one("quota") { writer in
      writer.object { configuration.quotas.write(quotas.compactMapValues(\.limit), to: &$0) }
    }
  }

  private static func ownProject(
    _ member: StaticString, _ name: StaticString, _ context: OpenStackRequestContext
  ) throws -> Response {
    guard let project = try context.caller.projectID else {
      throw APIError.badRequest("Tenant-id was missing from quota request.", type: "QuotaMissingTenant")
    }
    return Response.one(member) { writer in writer.object { $0.member(name, project) } }
  }
}

extension NetworkCaller {
  fileprivate func requireAdmin(_ rule: String) throws {
    guard isAdmin else { throw APIError.policyNotAuthorized("rule:\(rule)") }
  }

  /// Everybody may see the own project's quotas, whatever the policy says (`neutron/extensions/quotasv2.py`).
  fileprivate func requireQuotas(of project: String) throws {
    guard isAdmin || (!project.isEmpty && project == projectID) else {
      throw APIError.policyNotAuthorized("rule:get_quota")
    }
  }
}

extension QuotaConfiguration {
  /// Writes the limits, with the defaults where none is set.
  fileprivate func write(_ limits: [String: Int], to quota: inout JSONWriter) {
    for resource in QuotaResource.allCases {
      quota.member(named: resource.rawValue, .integer(Int64(limits[resource.rawValue] ?? self[resource])))
    }
  }

  /// Nothing is ever reserved here: whoever checks a quota uses it in the same transaction.
  fileprivate func writeDetails(_ quotas: [String: QuotaRow], to quota: inout JSONWriter) {
    for resource in QuotaResource.allCases {
      let row = quotas[resource.rawValue] ?? QuotaRow()
      quota.member(
        named: resource.rawValue,
        ["limit": .integer(Int64(row.limit ?? self[resource])), "used": .integer(Int64(row.inUse)), "reserved": 0])
    }
  }
}
