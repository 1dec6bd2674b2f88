import Model
import OpenStackHTTP
import Store

extension Snapshot {
  /// A policy that the caller may see, which is one that its project has made.
  ///
  /// - Throws: `APIError` 404.
  func visiblePolicy(_ id: UUID, to caller: NetworkCaller) throws -> RBACPolicy {
    guard let policy = try rbacPolicy(id), caller.owns(policy.projectID) else { throw APIError.rbacPolicyNotFound(id) }
    return policy
  }

  /// Whether a project that has ports on the network could not see it without this policy, for which another of the same
  /// kind may stand in for `target`.
  ///
  /// - Parameter others: Projects that need the network for something else.
  func isNeeded(
    _ policy: RBACPolicy, on network: Network, replacedBy target: String? = nil, besides others: Set<String> = []
  ) throws -> Bool {
    guard policy.action == .accessAsShared, target != RBACPolicy.everybody else { return false }
    guard policy.targetProject == RBACPolicy.everybody else {
      let hasOther = try rbacPolicy(.accessAsShared, network: network.id, target: RBACPolicy.everybody) != nil
      guard !hasOther, policy.targetProject != network.projectID else { return false }
      return try hasPorts(ofProject: policy.targetProject, onNetwork: network.id)
    }
    let targets = try targets(of: .accessAsShared, network: network.id) + (target.map { [$0] } ?? [])
    let allowed = RBACPolicy.projectsAllowed(
      owner: network.projectID, targets: targets, without: RBACPolicy.everybody)
    let users = try projectsWithPorts(onNetwork: network.id).union(others)
    return allowed.map { !users.isSubset(of: $0) } ?? false
  }

  /// - Throws: `APIError` 409 if the policy cannot go, or be for `target` instead.
  fileprivate func checkIsNotNeeded(_ policy: RBACPolicy, replacedBy target: String? = nil) throws {
    guard let network = try network(policy.objectID) else { return }
    if try isNeeded(policy, on: network, replacedBy: target) {
      let reason = APIError.invalidSharedSetting(network.id.description).message
      throw APIError.rbacPolicyInUse(network.id, reason)
    }
    if policy.action == .accessAsExternal, policy.targetProject == RBACPolicy.everybody, network.isDefault {
      throw APIError.rbacPolicyInUse(network.id, "Default external networks must be shared to everyone.")
    }
  }
}

extension Transaction {
  /// Makes a policy. One that lets a project use the network as external makes it external.
  ///
  /// - Throws: `APIError` 400 if the caller does not own the network, 409 if there is the same policy already or the quota
  ///   is used up.
  func createPolicy(_ request: RBACRequest, caller: NetworkCaller, configuration: NetworkConfiguration) throws
    -> RBACPolicy
  {
    guard let network = try network(request.objectID, seenBy: caller.projectID),
      caller.may("get_network", network.policyTarget)
    else {
      // Upstream finds this out in a callback, whose errors it takes for bad input.
      throw APIError.invalidInput(APIError.networkNotFound(request.objectID).message)
    }
    guard caller.isAdmin || caller.isOwn(network.projectID) else { throw APIError.foreignNetworkPolicy }
    try checkQuota(.rbacPolicy, ofProject: request.projectID, configuration: configuration)
    let policy = RBACPolicy(
      id: UUID(), projectID: request.projectID, objectID: network.id, targetProject: request.targetProject,
      action: request.action)
    guard try insert(policy) else { throw APIError.duplicateRBACPolicy }
    if policy.action == .accessAsExternal, !network.isExternal { try setExternal(true, network: network.id) }
    try touchNetwork(network.id)
    return policy
  }

  /// - Throws: `APIError` 404, or 409 if somebody needs the policy as it is, or there is the same already.
  func updatePolicy(_ id: UUID, _ change: RBACChange, caller: NetworkCaller) throws -> RBACPolicy {
    var policy = try visiblePolicy(id, to: caller)
    try caller.require("update_rbac_policy", PolicyTarget(project: policy.projectID))
    guard let target = change.targetProject, target != policy.targetProject else { return policy }
    try checkIsNotNeeded(policy, replacedBy: target)
    do {
      try setTarget(target, ofPolicy: id)
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.duplicateRBACPolicy
    }
    try touchNetwork(policy.objectID)
    policy.targetProject = target
    return policy
  }

  /// Deletes a policy. A network that nobody may use as external any more is none.
  ///
  /// - Throws: `APIError` 404, or 409 if somebody needs the policy.
  func deletePolicy(_ id: UUID, caller: NetworkCaller) throws {
    let policy = try visiblePolicy(id, to: caller)
    try caller.require("delete_rbac_policy", PolicyTarget(project: policy.projectID))
    try checkIsNotNeeded(policy)
    try deletePolicy(id)
    if policy.action == .accessAsExternal, try targets(of: .accessAsExternal, network: policy.objectID).isEmpty {
      guard try !hasGatewayPort(onNetwork: policy.objectID) else {
        throw APIError.externalNetworkInUse(policy.objectID)
      }
      try setExternal(false, network: policy.objectID)
    }
    try touchNetwork(policy.objectID)
  }
}
