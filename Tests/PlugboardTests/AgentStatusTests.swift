import Model
import Testing

@testable import plugboard

@Suite("The table of agents")
struct AgentStatusTests {
  private static let now = Timestamp(microseconds: 1_795_396_525_000_000)

  private func agent(_ host: String, silence: Int, isSwitchedOff: Bool = false) -> Agent {
    Agent(
      id: UUID(), type: Agent.linuxBridgeType, binary: Agent.linuxBridgeBinary, host: host, topic: "N/A",
      adminStateUp: !isSwitchedOff, configurations: "{}", createdAt: Self.now, startedAt: Self.now,
      heartbeat: Self.now - .seconds(silence))
  }

  @Test("each agent is a line, and one that is silent for too long is dead")
  func lines() {
    let table = AgentTable([agent("b", silence: 76), agent("a", silence: 3)], now: Self.now, downTime: .seconds(75))
    #expect(table.hasDead)
    #expect(
      table.description == """
        HOST  AGENT               ALIVE  ADMIN  HEARTBEAT  STARTED
        a     Linux bridge agent  yes    up     3 s ago    \(Self.now.spaced)
        b     Linux bridge agent  NO     up     76 s ago   \(Self.now.spaced)

        """)
  }

  @Test("an agent that was switched off may be silent")
  func switchedOff() {
    let agents = [agent("a", silence: 999, isSwitchedOff: true)]
    #expect(!AgentTable(agents, now: Self.now, downTime: .seconds(75)).hasDead)
    #expect(AgentTable([], now: Self.now, downTime: .seconds(75)).description == "No agent has ever reported.\n")
  }
}
