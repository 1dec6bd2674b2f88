/// A security group: what may reach the ports that have it, and what may leave them. What no rule allows is dropped.
package struct SecurityGroup: Hashable, Sendable {
  package var id: UUID
  package var projectID: String
  package var name: String
  package var description: String
  /// Whether answers to what was let through are let through as well. A port's groups agree on it.
  package var isStateful: Bool
  /// Whether it is the group of those of its project's ports that name none.
  package var isDefault: Bool
  /// In the order they were made. Empty where a function says that it leaves them out.
  package var rules: [SecurityGroupRule]
  /// A sorted JSON array of strings, as it is stored and shown.
  package var tags: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  /// Grows with each change of the group and of its rules; clients compare it in `If-Match`.
  package var revision: Int

  package init(
    id: UUID, projectID: String, name: String, description: String = "", isStateful: Bool = true,
    isDefault: Bool = false, rules: [SecurityGroupRule] = [], tags: String = "[]", createdAt: Timestamp,
    updatedAt: Timestamp, revision: Int = 1
  ) {
    self.id = id
    self.projectID = projectID
    self.name = name
    self.description = description
    self.isStateful = isStateful
    self.isDefault = isDefault
    self.rules = rules
    self.tags = tags
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

extension SecurityGroup {
  /// The name that every default group has and no other group may have, however it is written.
  package static let defaultName = "default"
}

/// One rule of a security group. It never changes, but for being deleted.
package struct SecurityGroupRule: Hashable, Sendable {
  package var id: UUID
  /// The project of who made it, which an administrator can make another than the group's.
  package var projectID: String
  package var securityGroupID: UUID
  package var traffic: SecurityGroupTraffic
  /// The group whose ports are at the other end; `nil` for any, or for what the prefix says.
  package var remoteGroupID: UUID?
  /// `nil` for the rules that a group was filled with when it was made.
  package var description: String?
  /// Whether its group is its project's default group.
  package var belongsToDefaultGroup: Bool
  /// What upstream's `standard_attr_id` is: the row's number.
  package var number: Int
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var revision: Int

  package init(
    id: UUID, projectID: String, securityGroupID: UUID, traffic: SecurityGroupTraffic, remoteGroupID: UUID? = nil,
    description: String? = nil, belongsToDefaultGroup: Bool = false, number: Int = 0, createdAt: Timestamp,
    updatedAt: Timestamp, revision: Int = 0
  ) {
    self.id = id
    self.projectID = projectID
    self.securityGroupID = securityGroupID
    self.traffic = traffic
    self.remoteGroupID = remoteGroupID
    self.description = description
    self.belongsToDefaultGroup = belongsToDefaultGroup
    self.number = number
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.revision = revision
  }
}

/// A rule that new groups are filled with.
package struct DefaultSecurityGroupRule: Hashable, Sendable {
  package var id: UUID
  package var traffic: SecurityGroupTraffic
  /// A group's id, or ``parent`` for the new group itself; a client's text, which may be neither.
  package var remoteGroup: String?
  package var description: String
  /// Whether default groups get the rule.
  package var isUsedInDefault: Bool
  /// Whether all other groups get the rule.
  package var isUsedInOthers: Bool

  package init(
    id: UUID, traffic: SecurityGroupTraffic, remoteGroup: String? = nil, description: String = "",
    isUsedInDefault: Bool, isUsedInOthers: Bool
  ) {
    self.id = id
    self.traffic = traffic
    self.remoteGroup = remoteGroup
    self.description = description
    self.isUsedInDefault = isUsedInDefault
    self.isUsedInOthers = isUsedInOthers
  }

  /// What stands for the group that is being made (`neutron/extensions/security_groups_default_rules.py`).
  package static let parent = "PARENT"
}

extension SecurityGroupRule {
  /// What two rules have in common that say the same. "From anywhere" is the same however it is written, and a protocol
  /// is the same by name and by number (`_rule_to_key` of `neutron/db/securitygroups_db.py`).
  package struct Meaning: Hashable, Sendable {
    let securityGroupID: UUID
    let traffic: SecurityGroupTraffic.Meaning
    let remoteGroupID: UUID?
  }

  package var meaning: Meaning {
    Meaning(securityGroupID: securityGroupID, traffic: traffic.meaning, remoteGroupID: remoteGroupID)
  }
}

extension DefaultSecurityGroupRule {
  /// Whether both fill the same kind of group with the same rule.
  package func says(theSameAs other: DefaultSecurityGroupRule) -> Bool {
    let meetsOther =
      (isUsedInDefault && other.isUsedInDefault) || (isUsedInOthers && other.isUsedInOthers)
    return meetsOther && traffic.meaning == other.traffic.meaning && remoteGroup == other.remoteGroup
  }
}
