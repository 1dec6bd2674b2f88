import Model
import Testing

@Suite("Networks, policies and agents")
struct NetworkRuleTests {
  @Test("a network's subnets need an MTU of 68, or 1280 if one of them is IPv6")
  func mtu() {
    let cases: [(mtu: Int, versions: [IPVersion], needed: Int?)] = [
      (1280, [.v4, .v6], nil), (1279, [.v4, .v6], 1280), (1279, [.v4], nil), (68, [.v4], nil), (67, [.v4], 68),
      (67, [.v6], 68), (67, [], nil), (1500, [.v6], nil),
    ]
    for test in cases {
      #expect(Network.mtuNeeded(bySubnetsOf: test.versions, insteadOf: test.mtu) == test.needed, "\(test)")
    }
  }

  @Test("who may stay on a network without a policy is its owner and the others' targets, or anybody")
  func projectsAllowed() {
    let everybody = RBACPolicy.everybody
    let cases: [(targets: [String], without: String, allowed: Set<String>?)] = [
      ([everybody], everybody, ["owner"]), ([everybody, "a"], everybody, ["owner", "a"]),
      ([everybody, "a"], "a", nil), (["a", "b"], "a", ["owner", "b"]),
    ]
    for test in cases {
      #expect(
        RBACPolicy.projectsAllowed(owner: "owner", targets: test.targets, without: test.without) == test.allowed)
    }
  }

  @Test("what policies allow is what a network's access says")
  func access() {
    #expect(NetworkAccess([RBACAction]()).isEmpty)
    #expect(NetworkAccess([RBACAction.accessAsShared, .accessAsShared]) == .shared)
    #expect(NetworkAccess(RBACAction.allCases) == [.shared, .external])
  }

  @Test("ports are bound to an agent that is alive and not switched off")
  func usable() {
    let now = Timestamp(microseconds: 1_000_000_000)
    var agent = Agent(
      id: UUID(), type: Agent.linuxBridgeType, binary: Agent.linuxBridgeBinary, host: "h", topic: "N/A",
      configurations: "{}", createdAt: now, startedAt: now, heartbeat: now)
    #expect(agent.isUsable(at: now, downTime: .seconds(75)))
    #expect(!agent.isUsable(at: now + .seconds(76), downTime: .seconds(75)))
    agent.adminStateUp = false
    #expect(!agent.isUsable(at: now, downTime: .seconds(75)))
  }
}
