extension ResourceKind {
  static let agent = ResourceKind(
    name: "agent", collection: "agents",
    attributes: [
      .readOnly("id"), .readOnly("agent_type"), .readOnly("binary"), .readOnly("topic"), .readOnly("host"),
      AttributeRule(name: "admin_state_up", isSetAtCreation: false), .readOnly("created_at"), .readOnly("started_at"),
      .readOnly("heartbeat_timestamp"), .readOnly("alive"), .readOnly("configurations"),
      AttributeRule(name: "description", isSetAtCreation: false), .readOnly("resources_synced"),
      .readOnly("availability_zone"),
    ])
}

extension APIExtension {
  static let agentExtensions: [APIExtension] = [
    APIExtension(
      alias: "agent", name: "agent", description: "The agent management extension.",
      updated: "2013-02-03T10:00:00-00:00")
  ]
}
