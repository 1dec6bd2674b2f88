import PacketTable
import Support
import Testing

extension IntegrationTests {
  /// The packet table, through the real programs.
  @Suite("Filtering while programs come and go")
  struct FilteringTests {
    @Test("the same packets pass while the agent is killed and starts again, and the server restarts, and afterwards")
    func restarts() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startAgent(environment: FilteredNetwork.agentOptions)
        let network = try await FilteredNetwork(installation)
        try await network.checkTable("at first")
        let rules = try await network.rules()

        try await network.checkTable("during kill -9 of the agent") { await (try installation.agent).kill() }
        try await network.checkTable("without an agent")
        #expect(try await network.rules() == rules)
        try await network.checkTable("while an agent starts") {
          try await installation.startAgent(environment: FilteredNetwork.agentOptions)
        }
        try await network.checkTable("while the server restarts") {
          await (try installation.server).kill()
          try await installation.startServer()
        }
        try await network.checkTable("while everything restarts") {
          await (try installation.agent).kill()
          try await (try installation.server).terminate()
          try await installation.startServer()
          try await installation.startAgent(environment: FilteredNetwork.agentOptions)
        }
        try await network.checkTable("afterwards")
        #expect(try await network.rules() == rules)
      }
    }

    @Test("after 200 random adds and removes of ports and rules, the agent killed among them, the same packets pass")
    func randomChanges() async throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("random adds and removes: seed \(seed)")
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startAgent(environment: FilteredNetwork.agentOptions)
        let network = try await FilteredNetwork(installation)
        let rules = try await network.rules()
        var changes = RandomChanges(network, installation, seed: seed)
        for _ in 0..<200 { try await changes.makeOne() }
        try await changes.undo()
        try await network.waitUntilActive()
        try await waitUntil("the kernel has what it had at first, seed \(seed)", within: .seconds(30)) {
          try await network.rules() == rules
        }
        try await network.checkTable("after 200 changes, seed \(seed)")
      }
    }
  }
}

/// Ports and rules that come and go beside those of the table.
private struct RandomChanges {
  private let network: FilteredNetwork
  private let installation: Installation
  private var generator: SplitMix
  private var ports: Set<Int> = []
  /// The ids of rules by what they are.
  private var rules: [Int: String] = [:]

  init(_ network: FilteredNetwork, _ installation: Installation, seed: UInt64) {
    (self.network, self.installation) = (network, installation)
    generator = SplitMix(state: seed)
  }

  mutating func makeOne() async throws {
    let number = Int.random(in: 0..<12, using: &generator)
    switch Int.random(in: 0..<40, using: &generator) {
    case 0:
      await (try installation.agent).kill()
      try await installation.startAgent(environment: FilteredNetwork.agentOptions)
    case 1..<12:
      if let rule = rules.removeValue(forKey: number) {
        try await network.removeRule(rule)
      } else {
        let group = ["client", "web", "narrow"].randomElement(using: &generator) ?? "web"
        rules[number] = try await network.addRule(1000 + number, to: group)
      }
    default:
      if ports.remove(number) != nil {
        try await network.unplug("x\(number)", tapFirst: Bool.random(using: &generator))
      } else {
        ports.insert(number)
        try await network.plug(
          TestPort(
            name: "x\(number)", mac: "fa:16:3e:00:01:0\(String(number, radix: 16))",
            addresses: ["10.0.0.\(100 + number)", "2001:db8::1:\(number)"],
            groups: [["web"], ["client"], ["narrow", "web"]].randomElement(using: &generator) ?? []))
      }
    }
  }

  mutating func undo() async throws {
    for rule in rules.values { try await network.removeRule(rule) }
    for number in ports { try await network.unplug("x\(number)", tapFirst: true) }
  }
}
