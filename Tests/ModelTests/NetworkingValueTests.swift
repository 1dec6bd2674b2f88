import Model
import Testing

@Suite("Networks, subnets and agents")
struct NetworkingValueTests {
  @Test("VXLAN takes 50 bytes of the physical MTU, other segments none")
  func mtu() {
    #expect(Segment(type: .vxlan, segmentationID: 7).mtu() == 1450)
    #expect(Segment(type: .vxlan, segmentationID: 7).mtu(physicalMTU: 9000) == 8950)
    #expect(Segment(type: .flat, physicalNetwork: "p").mtu() == 1500)
    #expect(Segment(type: .local).mtu() == 1500)
  }

  @Test("a subnet's default pools are its hosts without the gateway")
  func defaultPools() throws {
    let cases: [(cidr: String, gateway: String?, pools: [(String, String)])] = [
      ("10.0.0.0/24", "10.0.0.1", [("10.0.0.2", "10.0.0.254")]),
      ("10.0.0.0/24", nil, [("10.0.0.1", "10.0.0.254")]),
      ("10.0.0.0/24", "10.0.0.254", [("10.0.0.1", "10.0.0.253")]),
      ("10.0.0.0/24", "10.0.0.100", [("10.0.0.1", "10.0.0.99"), ("10.0.0.101", "10.0.0.254")]),
      ("10.0.0.0/24", "192.168.0.1", [("10.0.0.1", "10.0.0.254")]),
      ("10.0.0.0/30", "10.0.0.1", [("10.0.0.2", "10.0.0.2")]),
      ("10.0.0.0/31", "10.0.0.0", [("10.0.0.1", "10.0.0.1")]),
      ("10.0.0.5/32", "10.0.0.5", []),
      ("0.0.0.0/0", nil, [("0.0.0.1", "255.255.255.254")]),
    ]
    for test in cases {
      let network = try #require(IPv4Network(test.cidr))
      let pools = network.defaultPools(without: test.gateway.flatMap { IPv4Address($0) })
      #expect(pools.map(\.first.description) == test.pools.map(\.0), "\(test.cidr)")
      #expect(pools.map(\.last.description) == test.pools.map(\.1), "\(test.cidr)")
    }
  }

  @Test("a pool knows its size, its addresses and its neighbours")
  func pool() {
    let pool = AllocationPool(first: IPv4Address(bits: 10), last: IPv4Address(bits: 19))
    #expect(pool.count == 10)
    #expect(pool.contains(IPv4Address(bits: 10)) && pool.contains(IPv4Address(bits: 19)))
    #expect(!pool.contains(IPv4Address(bits: 9)) && !pool.contains(IPv4Address(bits: 20)))
    #expect(pool.overlaps(AllocationPool(first: IPv4Address(bits: 19), last: IPv4Address(bits: 30))))
    #expect(!pool.overlaps(AllocationPool(first: IPv4Address(bits: 20), last: IPv4Address(bits: 30))))
  }

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
