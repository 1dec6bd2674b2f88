import Model
import Testing

@Suite("Networks, subnets and agents")
struct NetworkingValueTests {
  @Test("an agent is alive until its last heartbeat is older than agent_down_time")
  func agentAlive() {
    let now = Timestamp(microseconds: 1_000_000_000)
    let agent = Agent(
      id: UUID(), type: Agent.linuxBridgeType, binary: Agent.linuxBridgeBinary, host: "h", topic: "N/A",
      configurations: "{}", createdAt: now, startedAt: now, heartbeat: now)
    #expect(agent.isAlive(at: now + .seconds(75), downTime: .seconds(75)))
    #expect(!agent.isAlive(at: now + .seconds(75) + .microseconds(1), downTime: .seconds(75)))
  }

  @Test("a tap has the first 11 characters of its port's id")
  func tapName() throws {
    let id = try #require(UUID("dcd2dea6-2324-4dd1-9ccc-235ecb3b104d"))
    let time = Timestamp(microseconds: 0)
    let port = Port(
      id: id, networkID: id, projectID: "", macAddress: MACAddress(bits: 1), createdAt: time, updatedAt: time)
    #expect(port.tapName == "tapdcd2dea6-23")
  }
}
