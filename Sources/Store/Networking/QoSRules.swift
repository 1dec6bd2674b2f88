package import Model
import SQLite

/// What bandwidth limit rules can be filtered by and sorted by.
package enum QoSRuleField: String, CaseIterable, ListField {
  case id, direction
  case maxKbps = "max_kbps"
  case maxBurstKbps = "max_burst_kbps"

  package var expression: String { "qos_bandwidth_limit_rules.\(rawValue)" }
}

extension Snapshot {
  package func qosRule(_ id: UUID) throws -> QoSBandwidthLimitRule? {
    try first("\(QoSBandwidthLimitRule.selection) WHERE id = ?", id) { row in try QoSBandwidthLimitRule(row: row) }
  }

  /// The rules of a policy that `query` asks for; whose they are is the caller's affair.
  package func qosRules(
    _ query: ListQuery<QoSRuleField>, ofPolicy policyID: UUID
  ) throws -> [QoSBandwidthLimitRule] {
    var statement = ListStatement()
    statement.require("qos_bandwidth_limit_rules.qos_policy_id = ?", policyID)
    let text = statement.text(
      QoSBandwidthLimitRule.selection, id: "qos_bandwidth_limit_rules.id",
      marker: "FROM qos_bandwidth_limit_rules WHERE qos_bandwidth_limit_rules.id = ?", query: query)
    let rules = try rows(text, arguments: statement.arguments) { row in try QoSBandwidthLimitRule(row: row) }
    return query.isReversed ? rules.reversed() : rules
  }

  /// What a policy's rules come to for a port.
  package func bandwidth(ofQoSPolicy policyID: UUID) throws -> PortBandwidth {
    PortBandwidth(
      try rows("\(QoSBandwidthLimitRule.selection) WHERE qos_policy_id = ?", policyID) { row in
        try QoSBandwidthLimitRule(row: row)
      })
  }
}

extension Transaction {
  /// - Throws: `ConstraintViolation` if the policy has a rule of this direction.
  package func insert(_ rule: QoSBandwidthLimitRule) throws {
    try execute(
      """
      INSERT INTO qos_bandwidth_limit_rules (id, qos_policy_id, max_kbps, max_burst_kbps, direction)
      VALUES (?, ?, ?, ?, ?)
      """,
      rule.id, rule.policyID, rule.limit.maxKbps, rule.limit.maxBurstKbps, rule.direction.rawValue)
  }

  /// - Throws: `ConstraintViolation` if the policy has another rule of this direction.
  package func update(_ rule: QoSBandwidthLimitRule) throws {
    try execute(
      "UPDATE qos_bandwidth_limit_rules SET max_kbps = ?, max_burst_kbps = ?, direction = ? WHERE id = ?",
      rule.limit.maxKbps, rule.limit.maxBurstKbps, rule.direction.rawValue, rule.id)
  }

  package func deleteQoSRule(_ id: UUID) throws {
    try execute("DELETE FROM qos_bandwidth_limit_rules WHERE id = ?", id)
  }
}

extension QoSBandwidthLimitRule {
  fileprivate static let selection = """
    SELECT id, qos_policy_id, max_kbps, max_burst_kbps, direction FROM qos_bandwidth_limit_rules
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), policyID: try row.uuid(1),
      limit: BandwidthLimit(maxKbps: row.integer(2), maxBurstKbps: row.integer(3)), direction: try row.value(4))
  }
}
