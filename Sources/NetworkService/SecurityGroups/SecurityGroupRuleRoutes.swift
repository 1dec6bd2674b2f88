import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addSecurityGroupRuleRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("security-group-rules") { [self] request, context in try await listSecurityGroupRules(request, context) }
    api.post("security-group-rules") { [self] request, context in try await createSecurityGroupRules(request, context) }
    api.get("security-group-rules/:id") { [self] request, context in try await showSecurityGroupRule(request, context) }
    api.delete("security-group-rules/:id") { [self] request, context in
      try await deleteSecurityGroupRule(request, context)
    }
  }

  private func listSecurityGroupRules(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(SecurityGroupRuleField.self, caller: caller, except: ["remote_address_group_id"])
    // No rule has one.
    let isEmpty = parameters.values(of: "remote_address_group_id").map { !$0.contains("") } ?? false
    try await ensureDefaultSecurityGroup(for: caller, parameters)
    let rules = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.securityGroupRule(marker) == nil {
        throw APIError.securityGroupRuleNotFound(marker)
      }
      return isEmpty ? [] : try snapshot.securityGroupRules(query)
    }
    let view = ResourceView(fields: parameters.fields, isAdmin: caller.isAdmin)
    return Response.list(
      rules, name: "security_group_rules", linksName: "security_group_rules_links", parameters: parameters,
      request: request, context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createSecurityGroupRules(
    _ request: Request, _ context: OpenStackRequestContext
  ) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .securityGroupRule)
    let wanted = try body.objects.map { try SecurityGroupRuleRequest($0, caller: caller) }
    let configuration = configuration
    let rules = try await store.write { transaction in
      try transaction.createSecurityGroupRules(wanted, caller: caller, configuration: configuration)
    }
    securityGroupNotices.announce(rulesOf: rules.map(\.securityGroupID))
    let view = ResourceView(isAdmin: caller.isAdmin)
    return Response.created(rules, body, name: "security_group_rule", collection: "security_group_rules") {
      $1.write(to: &$0, view)
    }
  }

  private func showSecurityGroupRule(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.securityGroupRuleNotFound(context.resourceName) }
    let rule = try await store.read { try $0.visibleSecurityGroupRule(id, to: caller) }
    return Response.one("security_group_rule") { rule.write(to: &$0, request.view(for: caller)) }
  }

  private func deleteSecurityGroupRule(
    _ request: Request, _ context: OpenStackRequestContext
  ) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.securityGroupRuleNotFound(context.resourceName) }
    let wantedRevision = try request.wantedRevision()
    let rule = try await store.write { transaction in
      try transaction.removeSecurityGroupRule(id, caller: caller, wantedRevision: wantedRevision)
    }
    securityGroupNotices.announce(rulesOf: [rule.securityGroupID])
    return Response.empty(.noContent)
  }
}
