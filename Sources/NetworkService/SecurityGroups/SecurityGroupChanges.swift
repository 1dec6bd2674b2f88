import Model
import OpenStackHTTP
import Store

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such group, or the caller must not know.
  func visibleSecurityGroup(_ id: UUID, to caller: NetworkCaller) throws -> SecurityGroup {
    guard let group = try securityGroup(id), caller.sees(group) else { throw APIError.securityGroupNotFound(id) }
    return group
  }

  /// The same for an id as a client wrote it, and without the group's rules.
  func visibleSecurityGroup(named text: String, to caller: NetworkCaller) throws -> SecurityGroup {
    guard let id = UUID(text), let group = try securityGroups([id]).first, caller.sees(group) else {
      throw APIError.securityGroupNotFound(text)
    }
    return group
  }
}

extension Transaction {
  /// Makes a group, and before it the default group of a project that has none.
  ///
  /// - Throws: `APIError` 409 if the project may have no more groups or rules.
  func createSecurityGroup(
    _ request: SecurityGroupRequest, configuration: NetworkConfiguration
  ) throws -> SecurityGroup {
    if !request.projectID.isEmpty { _ = try defaultSecurityGroup(ofProject: request.projectID) }
    try checkQuota(.securityGroup, ofProject: request.projectID, configuration: configuration)
    let templates = try defaultSecurityGroupRules().count { $0.isUsedInOthers }
    if templates > 0 {
      try checkQuota(
        .securityGroupRule, ofProject: request.projectID, adding: templates, configuration: configuration)
    }
    return try insert(
      SecurityGroup(
        id: UUID(), projectID: request.projectID, name: request.name, description: request.description,
        isStateful: request.isStateful, createdAt: now, updatedAt: now))
  }

  /// - Throws: `APIError` 404, 409 or 412.
  func updateSecurityGroup(
    _ id: UUID, _ change: SecurityGroupChange, caller: NetworkCaller, wantedRevision: String?
  ) throws -> SecurityGroup {
    let before = try visibleSecurityGroup(id, to: caller)
    try caller.require("update_security_group", PolicyTarget(project: before.projectID))
    try check(wantedRevision, against: before.revision)
    let changed = change.applied(to: before)
    if changed.isStateful != before.isStateful, try isSecurityGroupInUse(id) { throw APIError.securityGroupInUse(id) }
    if before.isDefault, change.name != nil { throw APIError.securityGroupCannotUpdateDefault }
    guard changed != before else { return before }
    try update(changed)
    return try visibleSecurityGroup(id, to: caller)
  }

  /// Deletes a group, and the rules of others that refer to it.
  ///
  /// - Returns: Those others.
  /// - Throws: `APIError` 404, 409 or 412.
  func removeSecurityGroup(_ id: UUID, caller: NetworkCaller, wantedRevision: String?) throws -> [UUID] {
    try ResourceKind.securityGroup.checkDeletion(caller)
    let group = try visibleSecurityGroup(id, to: caller)
    try caller.require("delete_security_group", PolicyTarget(project: group.projectID))
    try check(wantedRevision, against: group.revision)
    guard try !isSecurityGroupInUse(id) else { throw APIError.securityGroupInUse(id) }
    if group.isDefault, !caller.isAdmin { throw APIError.securityGroupCannotRemoveDefault }
    let referring = try securityGroupIDs(referringTo: [id])
    try deleteSecurityGroup(id)
    return referring.filter { $0 != id }
  }

  /// Adds rules to one group, all or none.
  ///
  /// - Throws: `APIError` as upstream does.
  func createSecurityGroupRules(
    _ requests: [SecurityGroupRuleRequest], caller: NetworkCaller, configuration: NetworkConfiguration
  ) throws -> [SecurityGroupRule] {
    guard let first = requests.first else { return [] }
    guard requests.allSatisfy({ $0.securityGroup == first.securityGroup }) else {
      throw APIError.securityGroupNotSingleGroupRules
    }
    guard requests.allSatisfy({ $0.projectID == first.projectID }) else {
      throw APIError.securityGroupRulesNotSingleProject
    }
    let group = try visibleSecurityGroup(named: first.securityGroup, to: caller)
    try caller.require("create_security_group_rule", PolicyTarget(groupProject: group.projectID))
    let rules = try requests.map { request in
      try request.rule.check()
      return SecurityGroupRule(
        id: UUID(), projectID: request.projectID, securityGroupID: group.id, traffic: request.rule.traffic,
        remoteGroupID: try request.rule.remoteGroup.map { try visibleSecurityGroup(named: $0, to: caller).id },
        description: request.rule.description, belongsToDefaultGroup: group.isDefault, createdAt: now, updatedAt: now)
    }
    try checkQuota(
      .securityGroupRule, ofProject: first.projectID, adding: rules.count, configuration: configuration)
    guard Set(rules.map(\.meaning)).count == rules.count else { throw APIError.duplicateSecurityGroupRuleInPost }
    for rule in rules {
      if let known = try sameRule(as: rule) { throw APIError.securityGroupRuleExists(known) }
    }
    for rule in rules { try insert(rule) }
    try touchSecurityGroup(group.id)
    return rules
  }

  /// - Returns: The rule that was deleted.
  /// - Throws: `APIError` 404 or 412.
  func removeSecurityGroupRule(_ id: UUID, caller: NetworkCaller, wantedRevision: String?) throws -> SecurityGroupRule {
    try ResourceKind.securityGroupRule.checkDeletion(caller)
    let rule = try visibleSecurityGroupRule(id, to: caller)
    // Who sees the rule owns its group.
    try check(wantedRevision, against: rule.revision)
    try deleteSecurityGroupRule(id)
    try touchSecurityGroup(rule.securityGroupID)
    return rule
  }
}

extension Snapshot {
  /// A rule is seen by who owns its group.
  ///
  /// - Throws: `APIError` 404.
  func visibleSecurityGroupRule(_ id: UUID, to caller: NetworkCaller) throws -> SecurityGroupRule {
    guard let rule = try securityGroupRule(id), let group = try securityGroups([rule.securityGroupID]).first,
      caller.may("get_security_group_rule", PolicyTarget(groupProject: group.projectID))
    else { throw APIError.securityGroupRuleNotFound(id) }
    return rule
  }
}

extension NetworkCaller {
  fileprivate func sees(_ group: SecurityGroup) -> Bool {
    may("get_security_group", PolicyTarget(project: group.projectID))
  }
}
