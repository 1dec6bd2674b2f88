import Model
import SQLite
import Store
import Support
import Testing

@Suite("Which DHCP agents serve which networks", .timeLimit(.minutes(2)))
struct DHCPMigrationTests {
  private static let time = Timestamp(microseconds: 1)
  private static let network = UUID("00000000-0000-4000-8000-000000000001")!

  private static func agent(_ host: String, isUp: Bool = true, at time: Timestamp = time) -> Agent {
    Agent(
      id: UUID(), type: "DHCP agent", binary: "neutron-dhcp-agent", host: host, topic: "dhcp_agent",
      adminStateUp: isUp, configurations: "{}", createdAt: time, startedAt: time, heartbeat: time)
  }

  @Test("a network is given once, counted, and forgotten with the network or the agent")
  func bindings() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    let (one, two) = (Self.agent("a"), Self.agent("b"))
    try await store.write { transaction in
      try Self.fill(transaction, agents: [one, two])
      for _ in 1...2 { try transaction.addDHCPAgent(one.id, toNetwork: Self.network) }
    }
    try await store.read { (snapshot: Snapshot) throws in
      #expect(try snapshot.dhcpAgents(ofNetwork: Self.network).map(\.host) == ["a"])
      #expect(try snapshot.networkIDs(ofDHCPAgent: one.id) == [Self.network])
      #expect(try snapshot.isNetwork(Self.network, servedBy: one.id))
      #expect(try !snapshot.isNetwork(Self.network, servedBy: two.id))
      #expect(try snapshot.dhcpAgentLoads(type: "DHCP agent").map(\.networkCount) == [1, 0])
    }
    #expect(try await store.write { try $0.removeDHCPAgent(one.id, fromNetwork: Self.network) })
    #expect(try await store.write { try !$0.removeDHCPAgent(one.id, fromNetwork: Self.network) })
    try await store.write { try $0.addDHCPAgent(two.id, toNetwork: Self.network) }
    try await store.write { try $0.execute("DELETE FROM agents WHERE host = 'b'") }
    #expect(try await store.read { try $0.dhcpAgents(ofNetwork: Self.network) } == [])
    await store.close()
  }

  @Test("a network lacks an agent while none that has it is alive and switched on")
  func lacking() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    let agent = Self.agent("a")
    try await store.write { try Self.fill($0, agents: [agent]) }
    func lacking(since time: Timestamp = Self.time, givenOnly: Bool = false) async throws -> [UUID] {
      try await store.read {
        try $0.networksLackingDHCPAgents(
          fewerThan: 1, heardSince: time, givenOnly: givenOnly, after: nil, limit: 10)
      }
    }
    // Without a subnet that has DHCP nobody is needed.
    #expect(try await lacking() == [])
    try await store.write { try Self.addSubnet($0) }
    #expect(try await lacking() == [Self.network])
    #expect(try await lacking(givenOnly: true) == [])
    try await store.write { try $0.addDHCPAgent(agent.id, toNetwork: Self.network) }
    #expect(try await lacking() == [])
    #expect(try await lacking(since: Timestamp(microseconds: 2), givenOnly: true) == [Self.network])
    try await store.write { try $0.execute("UPDATE agents SET admin_state_up = 0") }
    #expect(try await lacking() == [Self.network])
    await store.close()
  }

  /// A network without subnets, and agents.
  private static func fill(_ transaction: Transaction, agents: [Agent]) throws {
    try transaction.execute(
      "INSERT INTO networks (id, project_id, name, mtu, created_at, updated_at) VALUES (?, 'p', 'n', 1500, ?, ?)",
      network, time, time)
    try transaction.execute("INSERT INTO network_segments (network_id, network_type) VALUES (?, 'local')", network)
    for agent in agents { try transaction.save(agent) }
  }

  private static func addSubnet(_ transaction: Transaction) throws {
    try transaction.insert(
      Subnet(
        id: UUID(), networkID: network, projectID: "p", cidr: IPNetwork("10.0.0.0/24")!, gatewayIP: nil,
        allocationPools: [], createdAt: time, updatedAt: time))
  }
}
