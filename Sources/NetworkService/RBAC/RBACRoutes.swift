import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addRBACRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("rbac-policies") { [self] request, context in try await listPolicies(request, context) }
    api.post("rbac-policies") { [self] request, context in try await createPolicies(request, context) }
    api.get("rbac-policies/:id") { [self] request, context in try await showPolicy(request, context) }
    api.put("rbac-policies/:id") { [self] request, context in try await updatePolicy(request, context) }
    api.delete("rbac-policies/:id") { [self] request, context in try await deletePolicy(request, context) }
  }

  private func listPolicies(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(RBACField.self, caller: caller)
    let policies = try await store.read { snapshot in
      if let marker = query.marker { _ = try snapshot.visiblePolicy(marker, to: caller) }
      return try snapshot.rbacPolicies(query)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      policies, name: "rbac_policies", linksName: "rbac_policies_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createPolicies(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .rbacPolicy)
    let wanted = try body.objects.map { try RBACRequest($0, caller: caller) }
    let configuration = configuration
    let policies = try await store.write { transaction in
      try wanted.map { try transaction.createPolicy($0, caller: caller, configuration: configuration) }
    }
    let view = ResourceView(for: caller)
    return Response.created(policies, body, name: "rbac_policy", collection: "rbac_policies") {
      $1.write(to: &$0, view)
    }
  }

  private func showPolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.rbacPolicyNotFound(context.resourceName) }
    let policy = try await store.read { try $0.visiblePolicy(id, to: caller) }
    return Response.one("rbac_policy") { policy.write(to: &$0, request.view(for: caller)) }
  }

  private func updatePolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.rbacPolicyNotFound(context.resourceName) }
    let change = try RBACChange(try await context.updateBody(of: request, .rbacPolicy), caller: caller)
    let policy = try await store.write { try $0.updatePolicy(id, change, caller: caller) }
    return Response.one("rbac_policy") { policy.write(to: &$0, ResourceView(for: caller)) }
  }

  private func deletePolicy(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.rbacPolicyNotFound(context.resourceName) }
    try ResourceKind.rbacPolicy.checkDeletion(caller)
    try await store.write { try $0.deletePolicy(id, caller: caller) }
    return Response.empty(.noContent)
  }
}
