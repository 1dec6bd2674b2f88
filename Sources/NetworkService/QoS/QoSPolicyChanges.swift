import Model
import OpenStackHTTP
import Store

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such policy, or the caller must not know.
  func visibleQoSPolicy(_ id: UUID, to caller: NetworkCaller) throws -> QoSPolicy {
    guard let policy = try qosPolicy(id), caller.sees(policy) else { throw APIError.qosPolicyNotFound(id) }
    return policy
  }

  /// - Throws: `APIError` 404, or 403 for a policy that the caller may only look at.
  func ownQoSPolicy(_ id: UUID, of caller: NetworkCaller, action: String) throws -> QoSPolicy {
    let policy = try visibleQoSPolicy(id, to: caller)
    try caller.require(action, PolicyTarget(project: policy.projectID))
    return policy
  }
}

extension NetworkCaller {
  func sees(_ policy: QoSPolicy) -> Bool { owns(policy.projectID) || policy.isShared }
}

extension Transaction {
  /// - Throws: `APIError` 409 if the project has a default policy and this is to be one.
  func createQoSPolicy(_ request: QoSPolicyRequest) throws -> QoSPolicy {
    let policy = request.policy(at: now)
    try checkIsOnlyDefault(policy)
    try insert(policy)
    return policy
  }

  /// Changes a policy; what changes nothing writes nothing.
  ///
  /// - Throws: `APIError` 409 for a second default, or if another project uses what is to be shared no more.
  func updateQoSPolicy(_ before: QoSPolicy, _ change: QoSPolicyRequest) throws {
    let after = change.applied(to: before)
    guard after != before else { return }
    if after.isDefault, !before.isDefault { try checkIsOnlyDefault(after) }
    if before.isShared, !after.isShared, try isQoSPolicyUsed(before.id, outsideProject: before.projectID) {
      throw APIError.qosPolicySharingInUse(before.id)
    }
    try update(after)
  }

  /// - Throws: `APIError` 409 while a port or a network has the policy.
  func deleteQoSPolicy(_ policy: QoSPolicy) throws {
    switch try userOfQoSPolicy(policy.id) {
    case .port(let id): throw APIError.qosPolicyInUse(policy.id, by: .init(kind: "port", id: id))
    case .network(let id): throw APIError.qosPolicyInUse(policy.id, by: .init(kind: "network", id: id))
    case nil: try deleteQoSPolicy(policy.id)
    }
  }

  private func checkIsOnlyDefault(_ policy: QoSPolicy) throws {
    guard policy.isDefault, let other = try defaultQoSPolicy(ofProject: policy.projectID), other != policy.id else {
      return
    }
    throw APIError.qosPolicyDefaultAlreadyExists(policy.projectID)
  }
}

// Rules

extension Transaction {
  /// - Throws: `APIError` 409 if the policy has a rule of the same direction.
  func createQoSRule(_ request: QoSRuleRequest, of policy: QoSPolicy) throws -> QoSBandwidthLimitRule {
    let rule = request.rule(ofPolicy: policy.id)
    try rule.checkConflicts(with: policy.rules)
    try insert(rule)
    try touchQoSPolicy(policy.id)
    return rule
  }

  /// - Returns: The rule as it is now, and whether it was another before.
  /// - Throws: `APIError` 404 if the rule is not the policy's, 409 if the policy has another of the same direction.
  func updateQoSRule(
    _ id: UUID, of policy: QoSPolicy, _ change: QoSRuleRequest
  ) throws -> (rule: QoSBandwidthLimitRule, isChanged: Bool) {
    let before = try policy.rule(id)
    let after = change.applied(to: before)
    guard after != before else { return (after, false) }
    try after.checkConflicts(with: policy.rules)
    try update(after)
    try touchQoSPolicy(policy.id)
    return (after, true)
  }

  /// - Throws: `APIError` 404 if the rule is not the policy's.
  func deleteQoSRule(_ id: UUID, of policy: QoSPolicy) throws {
    _ = try policy.rule(id)
    try deleteQoSRule(id)
    try touchQoSPolicy(policy.id)
  }
}

extension QoSPolicy {
  /// - Throws: `APIError` 404.
  func rule(_ id: UUID) throws -> QoSBandwidthLimitRule {
    guard let rule = rules.first(where: { $0.id == id }) else {
      throw APIError.qosRuleNotFound(id, ofPolicy: self.id)
    }
    return rule
  }
}

extension QoSBandwidthLimitRule {
  fileprivate func checkConflicts(with others: [QoSBandwidthLimitRule]) throws {
    if let other = others.first(where: conflicts) { throw APIError.qosRulesConflict(other) }
  }
}
