extension ResourceKind {
  static let qosPolicy = ResourceKind(
    name: "policy", collection: "policies",
    attributes: standard + [.plain("shared"), .plain("is_default"), .readOnly("rules")])

  static let qosRule = ResourceKind(
    name: "bandwidth_limit_rule", collection: "bandwidth_limit_rules", policyName: "policy_bandwidth_limit_rule",
    attributes: [
      .readOnly("id"), AttributeRule(name: "max_kbps", isRequired: true), .plain("max_burst_kbps"), .plain("direction"),
    ])

  /// The same rule without its policy's id in the path; it can be changed there, and not made.
  static let qosAliasRule = ResourceKind(
    name: "alias_bandwidth_limit_rule", collection: "alias_bandwidth_limit_rules",
    attributes: [
      .readOnly("id"), .readOnly("tenant_id"), .updateOnly("max_kbps"), .updateOnly("max_burst_kbps"),
      .updateOnly("direction"),
    ])
}

extension AttributeRule {
  fileprivate static func updateOnly(_ name: String) -> AttributeRule {
    AttributeRule(name: name, isSetAtCreation: false)
  }
}

extension APIExtension {
  static let qosExtensions: [APIExtension] = [
    APIExtension(
      alias: "qos", name: "Quality of Service", description: "The Quality of Service extension.",
      updated: "2015-06-08T10:00:00-00:00"),
    APIExtension(
      alias: "qos-bw-limit-direction", name: "Direction for QoS bandwidth limit rule",
      description: "Allow to configure QoS bandwidth limit rule with specific direction: ingress or egress",
      updated: "2017-04-10T10:00:00-00:00"),
    APIExtension(
      alias: "qos-default", name: "QoS default policy", description: "Expose the QoS default policy per project",
      updated: "2017-041-06T10:00:00-00:00"),
    APIExtension(
      alias: "qos-port-network-policy", name: "QoS port network policy ID",
      description: "Adds a the QoS network ID to the port definition", updated: "2019-11-01T10:00:00-00:00"),
    APIExtension(
      alias: "qos-rule-type-details", name: "Details of QoS rule types",
      description: "Expose details about QoS rule types supported by loaded backend drivers",
      updated: "2017-06-22T10:00:00-00:00"),
    APIExtension(
      alias: "qos-rule-type-filter", name: "Allow to filter the list of QoS rule types",
      description: "Allows to filter the QoS rule type list adding two new flags. \"all_rules\" prints all implemented "
        + "QoS rule types.\"all_supported\" prints all supported QoS rule types by the loaded mechanism drivers",
      updated: "2022-02-02T10:00:00-00:00"),
    APIExtension(
      alias: "qos-rules-alias", name: "Quality of Service rules alias API",
      description: "API to enable GET, PUT and DELETE operations on QoS policy rules without specifying policy ID",
      updated: "2018-10-07T10:00:00-00:00"),
  ]
}

extension PolicyTable {
  /// `neutron/conf/policies/qos.py`, of the rules that there are here.
  static let qosRules: [String: PolicyRule] = [
    "get_policy": [.admin, .reader, .shared],
    "get_policy:tags": [.admin, .reader, .shared],
    "create_policy": [.admin, .manager],
    "create_policy:tags": [.admin, .manager],
    "update_policy": [.admin, .manager],
    "update_policy:tags": [.admin, .manager],
    "delete_policy": [.admin, .manager],
    "delete_policy:tags": [.admin, .manager],
    "get_rule_type": [.anyReader],
    // The target's project is the policy's.
    "get_policy_bandwidth_limit_rule": [.admin, .reader],
    "create_policy_bandwidth_limit_rule": [.admin, .manager],
    "update_policy_bandwidth_limit_rule": [.admin, .manager],
    "delete_policy_bandwidth_limit_rule": [.admin, .manager],
    "get_alias_bandwidth_limit_rule": [.admin, .reader],
    "update_alias_bandwidth_limit_rule": [.admin, .manager],
    "delete_alias_bandwidth_limit_rule": [.admin, .manager],
  ]
}
