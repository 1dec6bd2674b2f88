package import Model
import SQLite

/// What the templates of rules can be filtered by and sorted by.
package enum DefaultSecurityGroupRuleField: String, CaseIterable, ListField {
  case id, direction, ethertype, description
  case ipProtocol = "protocol"
  case remoteGroupID = "remote_group_id"
  case remoteIPPrefix = "remote_ip_prefix"
  case portRangeMin = "port_range_min"
  case portRangeMax = "port_range_max"
  case isUsedInDefault = "used_in_default_sg"
  case isUsedInOthers = "used_in_non_default_sg"

  package var expression: String {
    switch self {
    case .ipProtocol, .remoteGroupID, .remoteIPPrefix: "coalesce(default_security_group_rules.\(rawValue), '')"
    case .portRangeMin, .portRangeMax: "coalesce(default_security_group_rules.\(rawValue), -1)"
    default: "default_security_group_rules.\(rawValue)"
    }
  }
}

extension Snapshot {
  /// `nil` if there is no such template.
  package func defaultSecurityGroupRule(_ id: UUID) throws -> DefaultSecurityGroupRule? {
    try first("\(DefaultSecurityGroupRule.selection) WHERE id = ?", id) { row in
      try DefaultSecurityGroupRule(row: row)
    }
  }

  /// All templates in the order they were made. There are only a handful.
  package func defaultSecurityGroupRules() throws -> [DefaultSecurityGroupRule] {
    try rows("\(DefaultSecurityGroupRule.selection) ORDER BY rowid") { row in try DefaultSecurityGroupRule(row: row) }
  }

  /// The templates that `query` asks for; every project sees all of them.
  package func defaultSecurityGroupRules(
    _ query: ListQuery<DefaultSecurityGroupRuleField>
  ) throws -> [DefaultSecurityGroupRule] {
    var statement = ListStatement()
    let text = statement.text(
      DefaultSecurityGroupRule.selection, id: "default_security_group_rules.id",
      marker: "FROM default_security_group_rules WHERE id = ?", query: query)
    let rules = try rows(text, arguments: statement.arguments) { row in try DefaultSecurityGroupRule(row: row) }
    return query.isReversed ? rules.reversed() : rules
  }
}

extension Transaction {
  /// Adds a template. Whether another says the same is the caller's to look.
  package func insert(_ rule: DefaultSecurityGroupRule) throws {
    let traffic = rule.traffic
    try execute(
      """
      INSERT INTO default_security_group_rules (id, direction, ethertype, protocol, protocol_name, port_range_min,
        port_range_max, remote_ip_prefix, normalized_cidr, remote_group_id, description, used_in_default_sg,
        used_in_non_default_sg)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      rule.id, traffic.direction.rawValue, traffic.ethertype.rawValue, traffic.ipProtocol?.text,
      traffic.ipProtocol?.name, traffic.portRangeMin, traffic.portRangeMax, traffic.remotePrefix?.text,
      traffic.remotePrefix?.network.description, rule.remoteGroup, rule.description, rule.isUsedInDefault,
      rule.isUsedInOthers)
  }

  /// - Returns: Whether there was such a template.
  package func deleteDefaultSecurityGroupRule(_ id: UUID) throws -> Bool {
    try execute("DELETE FROM default_security_group_rules WHERE id = ?", id) > 0
  }

  /// What a new group is filled with. A template that refers to a group that is not there gives no rule.
  func templateRules(of group: SecurityGroup) throws -> [SecurityGroupRule] {
    let templates = try defaultSecurityGroupRules().filter { group.isDefault ? $0.isUsedInDefault : $0.isUsedInOthers }
    let others = Set(try securityGroups(templates.compactMap { $0.remoteGroup.flatMap { UUID($0) } }).map(\.id))
    return templates.compactMap { template in
      var remote: UUID?
      if let text = template.remoteGroup {
        remote =
          text == DefaultSecurityGroupRule.parent ? group.id : UUID(text).flatMap { others.contains($0) ? $0 : nil }
        // Without the group, the rule would let everybody in.
        if remote == nil { return nil }
      }
      return SecurityGroupRule(
        id: UUID(), projectID: group.projectID, securityGroupID: group.id, traffic: template.traffic,
        remoteGroupID: remote, belongsToDefaultGroup: group.isDefault, createdAt: now, updatedAt: now)
    }
  }
}

extension DefaultSecurityGroupRule {
  fileprivate static let selection = """
    SELECT id, direction, ethertype, protocol, port_range_min, port_range_max, remote_ip_prefix, normalized_cidr,
      remote_group_id, description, used_in_default_sg, used_in_non_default_sg
    FROM default_security_group_rules
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), traffic: try SecurityGroupTraffic(row: row, firstColumn: 1),
      remoteGroup: row.optionalText(8), description: row.text(9), isUsedInDefault: row.bool(10),
      isUsedInOthers: row.bool(11))
  }
}
