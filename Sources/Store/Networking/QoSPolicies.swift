package import Model
import SQLite

/// What QoS policies can be filtered by and sorted by.
package enum QoSPolicyField: String, CaseIterable, ListField {
  case id, name, description, shared
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case isDefault = "is_default"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "qos_policies.project_id"
    default: "qos_policies.\(rawValue)"
    }
  }

  package static var isTaggable: Bool { true }
}

extension Snapshot {
  /// The policy with its rules.
  package func qosPolicy(_ id: UUID) throws -> QoSPolicy? {
    try first("\(QoSPolicy.selection) WHERE qos_policies.id = ?", id) { row in try QoSPolicy(row: row) }
  }

  /// The policy that a project's new networks get.
  package func defaultQoSPolicy(ofProject project: String) throws -> UUID? {
    try first("SELECT id FROM qos_policies WHERE project_id = ? AND is_default = 1", project) { try $0.uuid(0) }
  }

  /// The policies that `query` asks for, shared ones included.
  package func qosPolicies(_ query: ListQuery<QoSPolicyField>) throws -> [QoSPolicy] {
    var statement = ListStatement()
    if let project = query.project {
      statement.require("qos_policies.project_id = ? OR qos_policies.shared = 1", project)
    }
    let text = statement.text(
      QoSPolicy.selection, id: "qos_policies.id", marker: "FROM qos_policies WHERE qos_policies.id = ?", query: query)
    let policies = try rows(text, arguments: statement.arguments) { row in try QoSPolicy(row: row) }
    return query.isReversed ? policies.reversed() : policies
  }

  /// Somebody who has the policy: a port before a network.
  package func userOfQoSPolicy(_ id: UUID) throws -> QoSPolicyUser? {
    let port = try first("SELECT id FROM ports WHERE qos_policy_id = ? LIMIT 1", id) { try $0.uuid(0) }
    if let port {
      return .port(port)
    }
    return try first("SELECT id FROM networks WHERE qos_policy_id = ? LIMIT 1", id) { .network(try $0.uuid(0)) }
  }

  /// Whether a port or a network of another project than `project` has the policy.
  package func isQoSPolicyUsed(_ id: UUID, outsideProject project: String) throws -> Bool {
    try first(
      """
      SELECT 1 FROM ports WHERE qos_policy_id = ?1 AND project_id <> ?2
      UNION ALL SELECT 1 FROM networks WHERE qos_policy_id = ?1 AND project_id <> ?2 LIMIT 1
      """,
      id, project
    ) { _ in true } ?? false
  }

  /// A page of the ports on a host that have the policy, or whose networks have it for them, in the order of their ids.
  package func ports(withQoSPolicy id: UUID, onHost host: String, after last: UUID?, limit: Int) throws -> [UUID] {
    try rows(
      """
      SELECT id FROM (
        SELECT ports.id FROM ports WHERE ports.qos_policy_id = ?1
        UNION ALL
        SELECT ports.id FROM networks CROSS JOIN ports ON ports.network_id = networks.id
        WHERE networks.qos_policy_id = ?1 AND ports.qos_policy_id IS NULL) AS users
      WHERE id > ?3 AND EXISTS (SELECT 1 FROM port_bindings WHERE port_id = users.id AND host = ?2)
      ORDER BY id LIMIT ?4
      """,
      id, host, last?.description ?? "", limit
    ) { row in try row.uuid(0) }
  }
}

/// What has a policy.
package enum QoSPolicyUser: Hashable, Sendable {
  case port(UUID)
  case network(UUID)
}

extension Transaction {
  /// - Throws: `ConstraintViolation` if it is a default and the project has one.
  package func insert(_ policy: QoSPolicy) throws {
    try execute(
      """
      INSERT INTO qos_policies (id, project_id, name, description, shared, is_default, tags, created_at, updated_at,
        revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      policy.id, policy.projectID, policy.name, policy.description, policy.isShared, policy.isDefault, policy.tags,
      policy.createdAt, policy.updatedAt, policy.revision)
  }

  /// Writes what a client can change of a policy and counts its revision up.
  package func update(_ policy: QoSPolicy) throws {
    try execute(
      """
      UPDATE qos_policies SET name = ?, description = ?, shared = ?, is_default = ?, updated_at = ?,
        revision_number = revision_number + 1
      WHERE id = ?
      """,
      policy.name, policy.description, policy.isShared, policy.isDefault, now, policy.id)
  }

  /// Counts the revision of a policy up whose rules have changed, as upstream does.
  package func touchQoSPolicy(_ id: UUID) throws {
    try execute("UPDATE qos_policies SET updated_at = ?, revision_number = revision_number + 1 WHERE id = ?", now, id)
  }

  /// Removes a policy with its rules.
  ///
  /// - Throws: `ConstraintViolation` while a port or a network has it.
  package func deleteQoSPolicy(_ id: UUID) throws {
    try execute("DELETE FROM qos_policies WHERE id = ?", id)
  }
}

extension QoSPolicy {
  fileprivate static let selection = """
    SELECT id, project_id, name, description, shared, is_default, tags, created_at, updated_at, revision_number,
      (SELECT group_concat(id || ' ' || max_kbps || ' ' || max_burst_kbps || ' ' || direction) FROM (
         SELECT * FROM qos_bandwidth_limit_rules AS rules WHERE rules.qos_policy_id = qos_policies.id
         ORDER BY rules.rowid))
    FROM qos_policies
    """

  fileprivate init(row: Row) throws {
    let id = try row.uuid(0)
    let rules = try (row.optionalText(10) ?? "").split(separator: ",").map { text in
      try QoSBandwidthLimitRule(stored: text, policyID: id)
    }
    self.init(
      id: id, projectID: row.text(1), name: row.text(2), description: row.text(3), isShared: row.bool(4),
      isDefault: row.bool(5), tags: row.text(6), rules: rules, createdAt: try row.timestamp(7),
      updatedAt: try row.timestamp(8), revision: row.integer(9))
  }
}

extension QoSBandwidthLimitRule {
  /// Reads a rule that is part of a column: its id, rate, burst and direction with blanks between.
  fileprivate init(stored text: Substring, policyID: UUID) throws {
    let parts = text.split(separator: " ")
    guard parts.count == 4, let rate = Int(parts[1]), let burst = Int(parts[2]),
      let direction = TrafficDirection(rawValue: String(parts[3]))
    else { throw UnreadableColumn(name: "rules", text: String(text), expected: "a bandwidth limit") }
    self.init(
      id: try storedID(parts[0]), policyID: policyID, limit: BandwidthLimit(maxKbps: rate, maxBurstKbps: burst),
      direction: direction)
  }
}
