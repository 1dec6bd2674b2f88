import ArgumentParser
import Model
import OsloConfig
import Store

/// `plugboard agent-status`: which agents there are, and which of them live.
struct AgentStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-status",
    abstract: "Prints a table of the agents, with the age of their last heartbeat.",
    discussion: "It reads the database and asks no service. The exit code is 1 if an agent is dead that should live.")

  @OptionGroup var database: DatabaseOption

  @Option(help: "The silence in seconds after which an agent counts as dead; the server's agent_down_time.")
  var downTime = 75

  @Option(help: "Only the agents of this host.")
  var host: String?

  mutating func run() throws {
    let agents = try database.open().read { try $0.agents(ListQuery<AgentField>()) }
    let table = AgentTable(
      agents.filter { host == nil || $0.host == host }, now: Timestamp.systemNow(), downTime: .seconds(downTime))
    print(table, terminator: "")
    if table.hasDead { throw ExitCode.failure }
  }
}

/// The agents as text in columns.
struct AgentTable: CustomStringConvertible {
  private let rows: [[String]]
  /// Whether one is dead that no administrator has switched off.
  let hasDead: Bool

  init(_ agents: [Agent], now: Timestamp, downTime: Duration) {
    let agents = agents.sorted { ($0.host, $0.type) < ($1.host, $1.type) }
    hasDead = agents.contains { $0.adminStateUp && !$0.isAlive(at: now, downTime: downTime) }
    rows =
      [["HOST", "AGENT", "ALIVE", "ADMIN", "HEARTBEAT", "STARTED"]]
      + agents.map { agent in
        [
          agent.host, agent.type, agent.isAlive(at: now, downTime: downTime) ? "yes" : "NO",
          agent.adminStateUp ? "up" : "down", "\((now - agent.heartbeat).components.seconds) s ago",
          agent.startedAt.spaced,
        ]
      }
  }

  var description: String {
    if rows.count == 1 { return "No agent has ever reported.\n" }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}
