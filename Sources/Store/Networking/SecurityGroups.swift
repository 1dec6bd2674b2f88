package import Model
import SQLite

/// What security groups can be filtered by and sorted by.
package enum SecurityGroupField: String, CaseIterable, ListField {
  case id, name, description, stateful
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "security_groups.project_id"
    default: "security_groups.\(rawValue)"
    }
  }
}

extension Snapshot {
  /// The group with its rules.
  package func securityGroup(_ id: UUID) throws -> SecurityGroup? {
    let group = try first("\(SecurityGroup.selection) WHERE security_groups.id = ?", id) { row in
      try SecurityGroup(row: row)
    }
    guard var group else { return nil }
    group.rules = try rules(ofSecurityGroups: [id])
    return group
  }

  /// Those of the groups that there are, without their rules.
  package func securityGroups(_ ids: [UUID]) throws -> [SecurityGroup] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      "\(SecurityGroup.selection) WHERE security_groups.id IN (SELECT value FROM json_each(?))", ids.jsonArray
    ) { row in try SecurityGroup(row: row) }
  }

  /// The groups that `query` asks for: one statement for them and, if `withRules`, one for all their rules.
  package func securityGroups(
    _ query: ListQuery<SecurityGroupField>, withRules: Bool
  ) throws -> [SecurityGroup] {
    var statement = ListStatement()
    if let project = query.project { statement.require("security_groups.project_id = ?", project) }
    let text = statement.text(
      SecurityGroup.selection, id: "security_groups.id", marker: "FROM security_groups WHERE security_groups.id = ?",
      query: query)
    var groups = try rows(text, arguments: statement.arguments) { row in try SecurityGroup(row: row) }
    if query.isReversed { groups.reverse() }
    guard withRules else { return groups }
    let rules = Dictionary(grouping: try rules(ofSecurityGroups: groups.map(\.id)), by: \.securityGroupID)
    for index in groups.indices { groups[index].rules = rules[groups[index].id] ?? [] }
    return groups
  }

  /// The group that a project's ports get that name none; `nil` while there is none.
  package func defaultSecurityGroupID(ofProject id: String) throws -> UUID? {
    try first("SELECT id FROM security_groups WHERE project_id = ? AND is_default = 1", id) { row in try row.uuid(0) }
  }

  /// Whether a port has the group.
  package func isSecurityGroupInUse(_ id: UUID) throws -> Bool {
    try first("SELECT 1 FROM port_security_groups WHERE security_group_id = ? LIMIT 1", id) { _ in true } ?? false
  }
}

extension Transaction {
  /// The group of those of the project's ports that name none, which is made, with the rules of the templates, for a
  /// project that has none yet.
  package func defaultSecurityGroup(ofProject id: String) throws -> UUID {
    if let known = try defaultSecurityGroupID(ofProject: id) { return known }
    return try insert(
      SecurityGroup(
        id: UUID(), projectID: id, name: SecurityGroup.defaultName, description: "Default security group",
        isDefault: true, createdAt: now, updatedAt: now)
    ).id
  }

  /// Adds a group and fills it with the rules of the templates.
  ///
  /// - Returns: The group with its rules.
  /// - Throws: `ConstraintViolation` if it is a second default group of its project.
  @discardableResult
  package func insert(_ group: SecurityGroup) throws -> SecurityGroup {
    try execute(
      """
      INSERT INTO security_groups (id, project_id, name, description, stateful, is_default, created_at, updated_at,
        revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      group.id, group.projectID, group.name, group.description, group.isStateful, group.isDefault, group.createdAt,
      group.updatedAt, group.revision)
    var filled = group
    filled.rules = try templateRules(of: group)
    for index in filled.rules.indices {
      try insert(filled.rules[index])
      filled.rules[index].number = Int(lastInsertRowID)
    }
    return filled
  }

  /// Writes what a client can change of a group, and counts its revision up.
  package func update(_ group: SecurityGroup) throws {
    try execute(
      """
      UPDATE security_groups SET name = ?, description = ?, stateful = ?, updated_at = ?,
        revision_number = revision_number + 1
      WHERE id = ?
      """,
      group.name, group.description, group.isStateful, now, group.id)
  }

  /// Counts the revision of a group up whose rules have changed, as upstream does.
  package func touchSecurityGroup(_ id: UUID) throws {
    try execute(
      "UPDATE security_groups SET updated_at = ?, revision_number = revision_number + 1 WHERE id = ?", now, id)
  }

  /// Removes a group with its rules and those of other groups that refer to it, whose revisions are counted up.
  ///
  /// - Throws: `ConstraintViolation` while a port has it.
  package func deleteSecurityGroup(_ id: UUID) throws {
    try execute(
      """
      UPDATE security_groups SET updated_at = ?1, revision_number = revision_number + 1
      WHERE id <> ?2
        AND id IN (SELECT security_group_id FROM security_group_rules WHERE remote_group_id = ?2)
      """,
      now, id)
    try execute("DELETE FROM security_groups WHERE id = ?", id)
  }

  /// Gives the port exactly these groups.
  ///
  /// - Throws: `ConstraintViolation` if there is no such group.
  package func setSecurityGroups(_ ids: [UUID], ofPort portID: UUID) throws {
    try execute("DELETE FROM port_security_groups WHERE port_id = ?", portID)
    try addSecurityGroups(ids, toNewPort: portID)
  }

  /// Gives groups to a port that has none: the same without looking for old ones.
  package func addSecurityGroups(_ ids: [UUID], toNewPort portID: UUID) throws {
    for id in ids {
      try execute(
        """
        INSERT INTO port_security_groups (port_id, security_group_id) VALUES (?, ?)
        ON CONFLICT (port_id, security_group_id) DO NOTHING
        """,
        portID, id)
    }
  }
}

extension SecurityGroup {
  fileprivate static let selection = """
    SELECT security_groups.id, security_groups.project_id, security_groups.name, security_groups.description,
      security_groups.stateful, security_groups.is_default, security_groups.tags, security_groups.created_at,
      security_groups.updated_at, security_groups.revision_number
    FROM security_groups
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), projectID: row.text(1), name: row.text(2), description: row.text(3),
      isStateful: row.bool(4), isDefault: row.bool(5), tags: row.text(6), createdAt: try row.timestamp(7),
      updatedAt: try row.timestamp(8), revision: row.integer(9))
  }
}

extension [UUID] {
  /// The ids as a JSON array, which a statement takes as one argument however many they are.
  var jsonArray: String { "[\(map { "\"\($0)\"" }.joined(separator: ","))]" }
}
