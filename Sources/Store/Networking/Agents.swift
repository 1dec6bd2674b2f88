package import Model
import SQLite

/// What agents can be filtered by and sorted by.
package enum AgentField: String, CaseIterable, ListField {
  case id, binary, host, topic, description
  case type = "agent_type"
  case adminStateUp = "admin_state_up"
  case availabilityZone = "availability_zone"

  package var expression: String { "agents.\(rawValue)" }
}

extension Snapshot {
  package func agent(_ id: UUID) throws -> Agent? {
    try first("\(Agent.selection) WHERE id = ?", id) { row in try Agent(row: row) }
  }

  package func agent(type: String, host: String) throws -> Agent? {
    try first("\(Agent.selection) WHERE agent_type = ? AND host = ?", type, host) { row in try Agent(row: row) }
  }

  /// The agents that `query` asks for.
  package func agents(_ query: ListQuery<AgentField>) throws -> [Agent] {
    var statement = ListStatement()
    let text = statement.text(Agent.selection, id: "agents.id", marker: "FROM agents WHERE id = ?", query: query)
    let agents = try rows(text, arguments: statement.arguments) { row in try Agent(row: row) }
    return query.isReversed ? agents.reversed() : agents
  }
}

extension Snapshot {
  /// Every zone that an agent reports which makes one, in the order of their names.
  package func availabilityZones() throws -> [AvailabilityZone] {
    try rows(
      """
      SELECT agent_type, availability_zone, max(admin_state_up) FROM agents WHERE availability_zone <> ''
      GROUP BY agent_type, availability_zone ORDER BY availability_zone, agent_type
      """
    ) { row in (type: row.text(0), name: row.text(1), isAvailable: row.bool(2)) }
    .compactMap { zone in
      AvailabilityZone.Resource.allCases.first { $0.agentType == zone.type }
        .map { AvailabilityZone(name: zone.name, resource: $0, isAvailable: zone.isAvailable) }
    }
  }
}

extension Transaction {
  /// Adds the agent, or takes over what it reports of itself if its type and host are known.
  package func save(_ agent: Agent) throws {
    try execute(
      """
      INSERT INTO agents (id, agent_type, binary, host, topic, availability_zone, admin_state_up, configurations,
        created_at, started_at, heartbeat_timestamp)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (agent_type, host) DO UPDATE SET binary = excluded.binary, topic = excluded.topic,
        availability_zone = excluded.availability_zone, configurations = excluded.configurations,
        started_at = excluded.started_at, heartbeat_timestamp = excluded.heartbeat_timestamp
      """,
      agent.id, agent.type, agent.binary, agent.host, agent.topic, agent.availabilityZone, agent.adminStateUp,
      agent.configurations, agent.createdAt, agent.startedAt, agent.heartbeat)
  }

  /// Writes what an administrator can change of an agent; the rest is its own to report.
  package func update(_ agent: Agent) throws {
    try execute(
      "UPDATE agents SET admin_state_up = ?, description = ? WHERE id = ?", agent.adminStateUp, agent.description,
      agent.id)
  }

  package func deleteAgent(_ id: UUID) throws {
    try execute("DELETE FROM agents WHERE id = ?", id)
  }
}

extension Agent {
  static let selection = """
    SELECT id, agent_type, binary, host, topic, availability_zone, admin_state_up, configurations, created_at,
      started_at, heartbeat_timestamp, description
    FROM agents
    """

  init(row: Row) throws {
    self.init(
      id: try row.uuid(0), type: row.text(1), binary: row.text(2), host: row.text(3),
      topic: row.text(4), availabilityZone: row.optionalText(5), adminStateUp: row.bool(6),
      description: row.optionalText(11), configurations: row.text(7), createdAt: try row.timestamp(8),
      startedAt: try row.timestamp(9), heartbeat: try row.timestamp(10))
  }
}
