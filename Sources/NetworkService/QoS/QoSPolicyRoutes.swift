import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension QoSPolicyField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .qosPolicyNotFound(marker) }
}

extension NetworkService {
  func addQoSRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("qos/policies") { [self] request, context in try await listQoSPolicies(request, context) }
    api.post("qos/policies") { [self] request, context in try await createQoSPolicies(request, context) }
    api.get("qos/policies/:id") { [self] request, context in try await showQoSPolicy(request, context) }
    api.put("qos/policies/:id") { [self] request, context in try await updateQoSPolicy(request, context) }
    api.delete("qos/policies/:id") { [self] request, context in try await deleteQoSPolicy(request, context) }
    addQoSRuleRoutes(to: api)
    addQoSAliasRuleRoutes(to: api)
    addAbsentQoSRuleRoutes(to: api)
    addQoSRuleTypeRoutes(to: api)
  }

  private func listQoSPolicies(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(QoSPolicyField.self, caller: caller)
    let policies = try await store.read { snapshot in
      if let marker = query.marker { _ = try snapshot.visibleQoSPolicy(marker, to: caller) }
      return try snapshot.qosPolicies(query)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      policies, name: "policies", linksName: "policies_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createQoSPolicies(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .qosPolicy)
    let wanted = try body.objects.map { try QoSPolicyRequest(new: $0, caller: caller) }
    let policies = try await store.write { transaction in try wanted.map { try transaction.createQoSPolicy($0) } }
    let view = ResourceView(for: caller)
    return Response.created(policies, body, name: "policy", collection: "policies") { $1.write(to: &$0, view) }
  }

  private func showQoSPolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.qosPolicyNotFound(context.resourceName) }
    let policy = try await store.read { try $0.visibleQoSPolicy(id, to: caller) }
    return Response.one("policy") { policy.write(to: &$0, request.view(for: caller)) }
  }

  private func updateQoSPolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.qosPolicyNotFound(context.resourceName) }
    let change = try QoSPolicyRequest(change: try await context.updateBody(of: request, .qosPolicy), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let policy = try await store.write { transaction in
      let before = try transaction.ownQoSPolicy(id, of: caller, action: "update_policy")
      try transaction.check(wantedRevision, against: before.revision)
      try transaction.updateQoSPolicy(before, change)
      return try transaction.visibleQoSPolicy(id, to: caller)
    }
    return Response.one("policy") { policy.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deleteQoSPolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.qosPolicyNotFound(context.resourceName) }
    try ResourceKind.qosPolicy.checkDeletion(caller)
    let wantedRevision = try request.wantedRevision()
    try await store.write { transaction in
      let policy = try transaction.ownQoSPolicy(id, of: caller, action: "delete_policy")
      try transaction.check(wantedRevision, against: policy.revision)
      try transaction.deleteQoSPolicy(policy)
    }
    return Response.empty(.noContent)
  }
}
