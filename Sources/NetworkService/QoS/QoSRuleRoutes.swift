import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension QoSRuleField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .qosRuleNotFound(marker, ofPolicy: "") }
}

extension NetworkService {
  /// The rules of one policy. The path's parameter is `id` for the policy, as in its own routes: a router knows one name
  /// for one place.
  func addQoSRuleRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    let path = "qos/policies/:id/bandwidth_limit_rules"
    api.get(RouterPath(path)) { [self] request, context in try await listQoSRules(request, context) }
    api.post(RouterPath(path)) { [self] request, context in try await createQoSRules(request, context) }
    api.get("\(path)/:rule") { [self] request, context in try await showQoSRule(request, context) }
    api.put("\(path)/:rule") { [self] request, context in
      let body = try await context.updateBody(of: request, .qosRule)
      let caller = NetworkCaller(try context.caller)
      let change = try QoSRuleRequest(change: body, of: .qosRule, caller: caller)
      let (policy, rule) = (try context.qosPolicyID, try context.qosRuleID("rule"))
      let changed = try await changeQoSRule(rule, ofPolicy: policy, change, .qosRule, caller: caller)
      return Response.one("bandwidth_limit_rule") { changed.write(to: &$0, ResourceView(for: caller)) }
    }
    api.delete("\(path)/:rule") { [self] _, context in
      let caller = NetworkCaller(try context.caller)
      try ResourceKind.qosRule.checkDeletion(caller)
      let (policy, rule) = (try context.qosPolicyID, try context.qosRuleID("rule"))
      return try await deleteQoSRule(rule, ofPolicy: policy, .qosRule, caller: caller)
    }
  }

  /// The rules by their own ids.
  func addQoSAliasRuleRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    let path: RouterPath = "qos/alias-bandwidth-limit-rules/:id"
    api.get(path) { [self] request, context in
      let caller = NetworkCaller(try context.caller)
      let id = try context.qosRuleID("id")
      let rule = try await store.read { try $0.visibleQoSRule(id, ofPolicy: nil, to: caller) }
      return Response.one("alias_bandwidth_limit_rule") { rule.write(to: &$0, request.view(for: caller)) }
    }
    api.put(path) { [self] request, context in
      let caller = NetworkCaller(try context.caller)
      let body = try await context.updateBody(of: request, .qosAliasRule)
      let change = try QoSRuleRequest(change: body, of: .qosAliasRule, caller: caller)
      let rule = try await changeQoSRule(
        try context.qosRuleID("id"), ofPolicy: nil, change, .qosAliasRule, caller: caller)
      return Response.one("alias_bandwidth_limit_rule") { rule.write(to: &$0, ResourceView(for: caller)) }
    }
    api.delete(path) { [self] _, context in
      let caller = NetworkCaller(try context.caller)
      try ResourceKind.qosAliasRule.checkDeletion(caller)
      return try await deleteQoSRule(try context.qosRuleID("id"), ofPolicy: nil, .qosAliasRule, caller: caller)
    }
  }

  /// The other kinds of rules that upstream's extension `qos` has: no policy has any, and none can be made.
  func addAbsentQoSRuleRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    for kind in ["dscp_marking_rules", "minimum_bandwidth_rules"] {
      let path = "qos/policies/:id/\(kind)"
      api.get(RouterPath(path)) { [self] _, context in
        let (caller, id) = (NetworkCaller(try context.caller), try context.qosPolicyID)
        _ = try await store.read { try $0.visibleQoSPolicy(id, to: caller) }
        return Response.json { writer in writer.object { $0.member(named: kind, []) } }
      }
      api.post(RouterPath(path)) { _, _ -> Response in
        throw APIError.invalidInput("this service has no \(kind), only bandwidth_limit_rules")
      }
      for method in [HTTPRequest.Method.get, .put, .delete] {
        api.on("\(path)/:rule", method: method) { _, context -> Response in
          throw APIError.qosRuleNotFound(context.pathText("rule"), ofPolicy: context.resourceName)
        }
      }
    }
  }

  private func listQoSRules(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let policyID = try context.qosPolicyID
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(QoSRuleField.self, caller: caller)
    let rules = try await store.read { snapshot in
      let policy = try snapshot.visibleQoSPolicy(policyID, to: caller)
      if let marker = query.marker { _ = try policy.rule(marker) }
      // Who may use another project's policy sees its rules in it, and not here.
      guard caller.owns(policy.projectID) else { return [QoSBandwidthLimitRule]() }
      return try snapshot.qosRules(query, ofPolicy: policyID)
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.list(
      rules, name: "bandwidth_limit_rules", linksName: "bandwidth_limit_rules_links", parameters: parameters,
      request: request, context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createQoSRules(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let policyID = try context.qosPolicyID
    let body = try await context.creationBody(of: request, .qosRule)
    let wanted = try body.objects.map { try QoSRuleRequest(new: $0, caller: caller) }
    let rules = try await store.write { transaction in
      try wanted.map { request in
        let policy = try transaction.ownQoSPolicy(policyID, of: caller, action: "create_policy_bandwidth_limit_rule")
        return try transaction.createQoSRule(request, of: policy)
      }
    }
    qosNotices.announce(rulesOf: policyID)
    let view = ResourceView(for: caller)
    return Response.created(rules, body, name: "bandwidth_limit_rule", collection: "bandwidth_limit_rules") {
      $1.write(to: &$0, view)
    }
  }

  private func showQoSRule(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let (policy, rule) = (try context.qosPolicyID, try context.qosRuleID("rule"))
    let found = try await store.read { try $0.visibleQoSRule(rule, ofPolicy: policy, to: caller) }
    return Response.one("bandwidth_limit_rule") { found.write(to: &$0, request.view(for: caller)) }
  }

  /// - Parameter policyID: `nil` for the policy that the rule is of.
  private func changeQoSRule(
    _ id: UUID, ofPolicy policyID: UUID?, _ change: QoSRuleRequest, _ kind: ResourceKind, caller: NetworkCaller
  ) async throws -> QoSBandwidthLimitRule {
    let (rule, isChanged) = try await store.write { transaction in
      let policy = try transaction.ownQoSPolicy(
        try policyID ?? transaction.policyID(ofQoSRule: id), of: caller, action: "update_\(kind.policyName)")
      return try transaction.updateQoSRule(id, of: policy, change)
    }
    if isChanged { qosNotices.announce(rulesOf: rule.policyID) }
    return rule
  }

  private func deleteQoSRule(
    _ id: UUID, ofPolicy policyID: UUID?, _ kind: ResourceKind, caller: NetworkCaller
  ) async throws -> Response {
    let policyID = try await store.write { transaction in
      let policy = try transaction.ownQoSPolicy(
        try policyID ?? transaction.policyID(ofQoSRule: id), of: caller, action: "delete_\(kind.policyName)")
      try transaction.deleteQoSRule(id, of: policy)
      return policy.id
    }
    qosNotices.announce(rulesOf: policyID)
    return Response.empty(.noContent)
  }
}

extension Snapshot {
  /// - Throws: `APIError` 404.
  fileprivate func policyID(ofQoSRule id: UUID) throws -> UUID {
    guard let rule = try qosRule(id) else { throw APIError.qosRuleNotFound(id, ofPolicy: "") }
    return rule.policyID
  }

  /// - Parameter policyID: `nil` for the policy that the rule is of.
  /// - Throws: `APIError` 404, also for a rule of a policy that is another project's.
  fileprivate func visibleQoSRule(
    _ id: UUID, ofPolicy policyID: UUID?, to caller: NetworkCaller
  ) throws -> QoSBandwidthLimitRule {
    let policy = try visibleQoSPolicy(try policyID ?? self.policyID(ofQoSRule: id), to: caller)
    let rule = try policy.rule(id)
    guard caller.owns(policy.projectID) else { throw APIError.qosRuleNotFound(id, ofPolicy: policy.id) }
    return rule
  }
}

extension OpenStackRequestContext {
  /// - Throws: `APIError` 404 for what is no id.
  fileprivate var qosPolicyID: UUID {
    get throws {
      guard let id = resourceID else { throw APIError.qosPolicyNotFound(resourceName) }
      return id
    }
  }

  /// - Throws: `APIError` 404 for what is no id.
  fileprivate func qosRuleID(_ parameter: String) throws -> UUID {
    guard let id = UUID(pathText(parameter)) else {
      throw APIError.qosRuleNotFound(pathText(parameter), ofPolicy: parameter == "id" ? "" : resourceName)
    }
    return id
  }
}
