import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// The templates of rules: everybody sees them, administrators make and delete them.

extension NetworkService {
  func addDefaultSecurityGroupRuleRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("default-security-group-rules") { [self] request, context in try await listTemplates(request, context) }
    api.post("default-security-group-rules") { [self] request, context in try await createTemplates(request, context) }
    api.get("default-security-group-rules/:id") { [self] request, context in try await showTemplate(request, context) }
    api.delete("default-security-group-rules/:id") { [self] request, context in
      try await deleteTemplate(request, context)
    }
  }

  private func listTemplates(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    try caller.require("get_default_security_group_rule", PolicyTarget())
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(
      DefaultSecurityGroupRuleField.self, caller: caller, except: ["remote_address_group_id"])
    // No template has one.
    let isEmpty = parameters.values(of: "remote_address_group_id").map { !$0.contains("") } ?? false
    let rules = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.defaultSecurityGroupRule(marker) == nil {
        throw APIError.defaultSecurityGroupRuleNotFound(marker)
      }
      return isEmpty ? [] : try snapshot.defaultSecurityGroupRules(query)
    }
    let view = ResourceView(fields: parameters.fields, isAdmin: caller.isAdmin)
    return Response.list(
      rules, name: "default_security_group_rules", linksName: "default_security_group_rules_links",
      parameters: parameters, request: request, context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createTemplates(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .defaultSecurityGroupRule)
    let wanted = try body.objects.map { try DefaultSecurityGroupRuleRequest($0, caller: caller) }
    let rules = try await store.write { transaction in try wanted.map { try transaction.createTemplate($0) } }
    let view = ResourceView(isAdmin: caller.isAdmin)
    return Response.created(
      rules, body, name: "default_security_group_rule", collection: "default_security_group_rules"
    ) { $1.write(to: &$0, view) }
  }

  private func showTemplate(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    try caller.require("get_default_security_group_rule", PolicyTarget())
    guard let id = context.resourceID, let rule = try await store.read({ try $0.defaultSecurityGroupRule(id) }) else {
      throw APIError.defaultSecurityGroupRuleNotFound(context.resourceName)
    }
    return Response.one("default_security_group_rule") { rule.write(to: &$0, request.view(for: caller)) }
  }

  private func deleteTemplate(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    try ResourceKind.defaultSecurityGroupRule.checkDeletion(caller)
    guard let id = context.resourceID, try await store.write({ try $0.deleteDefaultSecurityGroupRule(id) }) else {
      throw APIError.defaultSecurityGroupRuleNotFound(context.resourceName)
    }
    return Response.empty(.noContent)
  }
}

extension Transaction {
  /// How many templates there may be: each new group is filled with them in one transaction.
  private static var templateLimit: Int { 500 }

  /// - Throws: `APIError` 400, 409.
  fileprivate func createTemplate(_ request: DefaultSecurityGroupRuleRequest) throws -> DefaultSecurityGroupRule {
    try request.rule.check()
    let rule = DefaultSecurityGroupRule(
      id: UUID(), traffic: request.rule.traffic, remoteGroup: request.rule.remoteGroup,
      description: request.rule.description, isUsedInDefault: request.isUsedInDefault,
      isUsedInOthers: request.isUsedInOthers)
    let known = try defaultSecurityGroupRules()
    if let same = known.first(where: { $0.says(theSameAs: rule) }) {
      throw APIError.defaultSecurityGroupRuleExists(same.id)
    }
    guard known.count < Self.templateLimit else {
      throw APIError.conflict("There are \(known.count) default rules for security groups, which is the limit.")
    }
    try insert(rule)
    return rule
  }
}
