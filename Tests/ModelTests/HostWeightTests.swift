import Model
import Testing

@Suite struct HostWeightTests {
  struct Example: Sendable {
    var name: String
    var hosts: [HostCandidate]
    var change: @Sendable (inout SchedulingPolicy) -> Void = { _ in }
    var group: ServerGroup.Policy?
    var best: String
  }

  static let examples = [
    Example(name: "equals by name", hosts: [Places.host("b"), Places.host("a")], best: "a"),
    Example(name: "free memory", hosts: [Places.host("a", used: 512), Places.host("b")], best: "b"),
    Example(
      name: "free processors", hosts: [Places.host("a", usedVCPUs: 3), Places.host("b", usedVCPUs: 2)], best: "b"),
    Example(name: "free disk", hosts: [Places.host("a"), Places.host("b", disk: 20)], best: "b"),
    Example(
      name: "packed instead of spread", hosts: [Places.host("a"), Places.host("b", used: 512)],
      change: { $0.ramWeight = -1 }, best: "b"),
    Example(
      name: "an aggregate's own multiplier",
      hosts: [Places.host("a", ["ram_weight_multiplier": "-2"]), Places.host("b", used: 512)], best: "b"),
    Example(
      name: "company", hosts: [Places.host("a"), Places.host("b") { $0.groupMembers = 1 }], group: .softAffinity,
      best: "b"),
    Example(
      name: "no company", hosts: [Places.host("a") { $0.groupMembers = 1 }, Places.host("b")],
      group: .softAntiAffinity, best: "b"),
    Example(
      name: "company is worth less than room",
      hosts: [Places.host("a"), Places.host("b", used: 512) { $0.groupMembers = 1 }],
      change: { $0.softAffinityWeight = 0.5 }, group: .softAffinity, best: "a"),
  ]

  @Test("the best host is chosen", arguments: examples)
  func best(_ example: Example) {
    var policy = SchedulingPolicy()
    example.change(&policy)
    let request = Places.request { $0.group = example.group.map { Places.group($0) } }
    #expect(policy.choose(request, among: example.hosts, at: Places.now) == .host(example.best), "\(example.name)")
  }

  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  @Test("whatever is asked for, no host gets more than it has, and none is left out that has room", arguments: 1...50)
  func neverOverbooked(_ seed: UInt64) {
    var random = Generator(state: seed)
    var policy = SchedulingPolicy()
    policy.cpuAllocationRatio = Double.random(in: 0.5...4, using: &random)
    var hosts = (0..<Int.random(in: 1...12, using: &random)).map { number in
      Places.host(
        "h\(number)", memory: Int.random(in: 0...4096, using: &random), vcpus: Int.random(in: 0...8, using: &random),
        disk: Int.random(in: 0...40, using: &random)
      ) { $0.node.isEnabled = Int.random(in: 0...5, using: &random) > 0 }
    }
    let group = Places.group(.antiAffinity, most: 2)
    for _ in 0..<60 {
      let request = Places.request(
        vcpus: Int.random(in: 1...4, using: &random), memory: Int.random(in: 1...1024, using: &random),
        disk: Int.random(in: 0...8, using: &random)
      ) { if Bool.random(using: &random) { $0.group = group } }
      func fits(_ host: HostCandidate) -> Bool {
        let used = host.node.used
        return host.node.isEnabled && used.memoryMB + request.flavor.memoryMB <= host.node.memoryMB
          && used.vcpus + request.flavor.vcpus <= Int(Double(host.node.vcpus) * policy.cpuAllocationRatio)
          && used.diskGB + request.flavor.rootGB <= host.node.diskGB
          && (request.group == nil || host.groupMembers < 2)
      }
      switch policy.choose(request, among: hosts, at: Places.now) {
      case .noValidHost: #expect(!hosts.contains(where: fits))
      case .host(let name):
        guard let index = hosts.firstIndex(where: { $0.node.host == name }) else {
          Issue.record("\(name) is no host")
          return
        }
        #expect(fits(hosts[index]), "seed \(seed)")
        hosts[index].take(request.flavor, isGroupMember: request.group != nil)
      }
    }
  }
}
