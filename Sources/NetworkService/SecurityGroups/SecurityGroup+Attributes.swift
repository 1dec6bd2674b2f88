extension ResourceKind {
  static let securityGroup = ResourceKind(
    name: "security_group", collection: "security_groups",
    attributes: standard + [.plain("stateful"), .readOnly("shared"), .readOnly("security_group_rules")])

  static let securityGroupRule = ResourceKind(
    name: "security_group_rule", collection: "security_group_rules",
    attributes: ruleAttributes + [
      .fixed("security_group_id", isRequired: true), .readOnly("normalized_cidr"), .readOnly("belongs_to_default_sg"),
      .readOnly("created_at"), .readOnly("updated_at"), .readOnly("revision_number"),
    ])

  /// Templates belong to no project, but upstream's map has the attribute all the same.
  static let defaultSecurityGroupRule = ResourceKind(
    name: "default_security_group_rule", collection: "default_security_group_rules",
    attributes: ruleAttributes + [.fixed("used_in_default_sg"), .fixed("used_in_non_default_sg")])

  private static let ruleAttributes: [AttributeRule] = [
    .readOnly("id"), .fixed("project_id"), .fixed("tenant_id"), .fixed("direction", isRequired: true),
    .fixed("ethertype"), .fixed("protocol"), .fixed("port_range_min"), .fixed("port_range_max"),
    .fixed("remote_ip_prefix"), .fixed("remote_group_id"), .fixed("remote_address_group_id"), .fixed("description"),
  ]
}

extension APIExtension {
  static let securityGroupExtensions: [APIExtension] = [
    APIExtension(
      alias: "security-group", name: "security-group", description: "The security groups extension.",
      updated: "2012-10-05T10:00:00-00:00"),
    APIExtension(
      alias: "security-groups-default-rules", name: "Default rules for security groups",
      description: "Configure set of security group rules used as default rules for every new security group",
      updated: "2022-12-19T10:00:00-00:00"),
    APIExtension(
      alias: "security-groups-normalized-cidr", name: "Normalized CIDR field for security group rules",
      description: "Add new field with normalized remote_ip_prefix cidr in SG rule",
      updated: "2020-07-28T10:00:00-00:00"),
    APIExtension(
      alias: "security-groups-rules-belongs-to-default-sg",
      name: "Security group rule belongs to the project's default security group",
      description: "Flag to determine if the security group rule belongs to the project's default security group",
      updated: "2023-05-23T10:00:00-00:00"),
    APIExtension(
      alias: "stateful-security-group", name: "Stateful security group",
      description: "Indicates if the security group is stateful or not", updated: "2019-11-26T09:00:00-00:00"),
  ]
}
