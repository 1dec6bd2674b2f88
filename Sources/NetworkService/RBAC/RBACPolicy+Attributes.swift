extension ResourceKind {
  static let rbacPolicy = ResourceKind(
    name: "rbac_policy", collection: "rbac_policies",
    attributes: [
      .readOnly("id"), .fixed("project_id"), .fixed("tenant_id"), .fixed("object_type"),
      .fixed("object_id", isRequired: true), AttributeRule(name: "target_tenant", isRequired: true),
      .fixed("action", isRequired: true),
    ])
}

extension APIExtension {
  static let rbacExtensions: [APIExtension] = [
    APIExtension(
      alias: "rbac-policies", name: "RBAC Policies",
      description: "Allows creation and modification of policies that control tenant access to resources.",
      updated: "2015-06-17T12:15:12-00:00")
  ]
}
