package import JSON

// What the server tells agents of security groups. As with the other hints, an agent that misses one finds out by
// comparing.

/// `security_groups_rule_updated`: the rules of some groups have changed.
package enum SecurityGroupsRuleUpdated: RPCMethod {
  package typealias Arguments = SecurityGroupsHint
  package typealias Result = NoResult
  package static let name = "security_groups_rule_updated"
  package static let version = "1.1"
}

/// `security_groups_member_updated`: ports of some groups, to which rules of other groups refer, have come, gone or
/// changed their addresses.
package enum SecurityGroupsMemberUpdated: RPCMethod {
  package typealias Arguments = SecurityGroupsHint
  package typealias Result = NoResult
  package static let name = "security_groups_member_updated"
  package static let version = "1.1"
}

/// The security groups that have changed.
package struct SecurityGroupsHint: JSONConvertible, Hashable, Sendable {
  /// Their ids.
  package var securityGroups: [String]

  package init(securityGroups: [String]) {
    self.securityGroups = securityGroups
  }

  package init(json: JSONValue) throws {
    securityGroups = try Members(json).strings("security_groups")
  }

  package var json: JSONValue { ["security_groups": JSONValue(securityGroups)] }
}
