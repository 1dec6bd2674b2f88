package import Model
import SQLite

/// What the rules of security groups can be filtered by and sorted by.
package enum SecurityGroupRuleField: String, CaseIterable, ListField {
  case id, direction, ethertype
  case ipProtocol = "protocol"
  case description
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case securityGroupID = "security_group_id"
  case remoteGroupID = "remote_group_id"
  case remoteIPPrefix = "remote_ip_prefix"
  case normalizedCIDR = "normalized_cidr"
  case portRangeMin = "port_range_min"
  case portRangeMax = "port_range_max"
  case belongsToDefaultGroup = "belongs_to_default_sg"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "security_group_rules.project_id"
    case .belongsToDefaultGroup: "security_groups.is_default"
    // Compared as text or numbers, so that a list can be sorted by what is null in some rows.
    case .ipProtocol, .description, .remoteGroupID, .remoteIPPrefix, .normalizedCIDR:
      "coalesce(security_group_rules.\(rawValue), '')"
    case .portRangeMin, .portRangeMax: "coalesce(security_group_rules.\(rawValue), -1)"
    default: "security_group_rules.\(rawValue)"
    }
  }
}

extension Snapshot {
  /// `nil` if there is no such rule.
  package func securityGroupRule(_ id: UUID) throws -> SecurityGroupRule? {
    try first("\(SecurityGroupRule.selection) WHERE security_group_rules.id = ?", id) { row in
      try SecurityGroupRule(row: row)
    }
  }

  /// The rules of the groups, group by group, in the order they were made.
  package func rules(ofSecurityGroups ids: [UUID]) throws -> [SecurityGroupRule] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      \(SecurityGroupRule.selection)
      WHERE security_group_rules.security_group_id IN (SELECT value FROM json_each(?))
      ORDER BY security_group_rules.security_group_id, security_group_rules.rowid
      """,
      ids.jsonArray
    ) { row in try SecurityGroupRule(row: row) }
  }

  /// The rules that `query` asks for. A project sees those of its groups.
  package func securityGroupRules(_ query: ListQuery<SecurityGroupRuleField>) throws -> [SecurityGroupRule] {
    var statement = ListStatement()
    if let project = query.project { statement.require("security_groups.project_id = ?", project) }
    let text = statement.text(
      SecurityGroupRule.selection, id: "security_group_rules.id",
      marker: """
        FROM security_group_rules JOIN security_groups ON security_groups.id = security_group_rules.security_group_id
        WHERE security_group_rules.id = ?
        """,
      query: query)
    let rules = try rows(text, arguments: statement.arguments) { row in try SecurityGroupRule(row: row) }
    return query.isReversed ? rules.reversed() : rules
  }

  /// The rule of the group that says the same; `nil` if there is none.
  package func sameRule(as rule: SecurityGroupRule) throws -> UUID? {
    let traffic = rule.traffic
    let prefix = traffic.remotePrefix.map { $0.isEverything ? "" : $0.text } ?? ""
    // The expressions are those of the unique index, so that it is used.
    return try first(
      """
      SELECT id FROM security_group_rules
      WHERE security_group_id = ? AND direction = ? AND ethertype = ? AND coalesce(protocol_name, '') = ?
        AND coalesce(port_range_min, -1) = ? AND coalesce(port_range_max, -1) = ? AND coalesce(remote_group_id, '') = ?
        AND CASE WHEN remote_ip_prefix IS NULL OR remote_ip_prefix IN ('0.0.0.0/0', '::/0') THEN ''
          ELSE remote_ip_prefix END = ?
      """,
      rule.securityGroupID, traffic.direction.rawValue, traffic.ethertype.rawValue, traffic.ipProtocol?.name ?? "",
      traffic.portRangeMin ?? -1, traffic.portRangeMax ?? -1, rule.remoteGroupID?.description ?? "",
      prefix
    ) { row in try row.uuid(0) }
  }
}

extension Transaction {
  /// Adds a rule. Its group's revision is the caller's to count up.
  ///
  /// - Throws: `ConstraintViolation` if the group has the same rule, or if one of the groups is not there.
  package func insert(_ rule: SecurityGroupRule) throws {
    let traffic = rule.traffic
    try execute(
      """
      INSERT INTO security_group_rules (id, project_id, security_group_id, direction, ethertype, protocol, protocol_name,
        port_range_min, port_range_max, remote_ip_prefix, normalized_cidr, remote_group_id, description, created_at,
        updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      rule.id, rule.projectID, rule.securityGroupID, traffic.direction.rawValue, traffic.ethertype.rawValue,
      traffic.ipProtocol?.text, traffic.ipProtocol?.name, traffic.portRangeMin, traffic.portRangeMax,
      traffic.remotePrefix?.text, traffic.remotePrefix?.network.description, rule.remoteGroupID, rule.description,
      rule.createdAt, rule.updatedAt, rule.revision)
  }

  /// Removes a rule. Its group's revision is the caller's to count up.
  package func deleteSecurityGroupRule(_ id: UUID) throws {
    try execute("DELETE FROM security_group_rules WHERE id = ?", id)
  }
}

extension SecurityGroupRule {
  fileprivate static let selection = """
    SELECT security_group_rules.id, security_group_rules.project_id, security_group_rules.security_group_id,
      security_group_rules.direction, security_group_rules.ethertype, security_group_rules.protocol,
      security_group_rules.port_range_min, security_group_rules.port_range_max, security_group_rules.remote_ip_prefix,
      security_group_rules.normalized_cidr, security_group_rules.remote_group_id, security_group_rules.description,
      security_groups.is_default, security_group_rules.rowid, security_group_rules.created_at,
      security_group_rules.updated_at, security_group_rules.revision_number
    FROM security_group_rules JOIN security_groups ON security_groups.id = security_group_rules.security_group_id
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), projectID: row.text(1), securityGroupID: try row.uuid(2),
      traffic: try SecurityGroupTraffic(row: row, firstColumn: 3), remoteGroupID: try row.optionalUUID(10),
      description: row.optionalText(11), belongsToDefaultGroup: row.bool(12), number: row.integer(13),
      createdAt: try row.timestamp(14), updatedAt: try row.timestamp(15), revision: row.integer(16))
  }
}

extension SecurityGroupTraffic {
  /// Reads seven columns in the order direction, ethertype, protocol, both ends of the ports, prefix as written,
  /// normalized prefix.
  init(row: Row, firstColumn first: Int) throws {
    self.init(
      direction: try row.value(first), ethertype: try row.value(first + 1),
      ipProtocol: try row.optionalText(first + 2).map { text in
        guard let known = IPProtocol(text) else {
          throw UnreadableColumn(name: row.name(first + 2), text: text, expected: "an IP protocol")
        }
        return known
      },
      portRangeMin: row.optionalInteger(first + 3), portRangeMax: row.optionalInteger(first + 4),
      remotePrefix: try row.optionalText(first + 5).map { text in
        let normalized = row.text(first + 6)
        guard let network = IPNetwork(normalized) else {
          throw UnreadableColumn(name: row.name(first + 6), text: normalized, expected: "a prefix")
        }
        return RemotePrefix(text: text, network: network)
      })
  }
}
