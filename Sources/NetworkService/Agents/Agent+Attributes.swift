extension APIExtension {
  static let agentExtensions: [APIExtension] = [
    APIExtension(
      alias: "agent", name: "agent", description: "The agent management extension.",
      updated: "2013-02-03T10:00:00-00:00"),
  ]
}
