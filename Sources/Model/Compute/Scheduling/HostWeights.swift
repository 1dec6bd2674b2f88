/// What speaks for one host before another (`nova/scheduler/weights`): free memory, processors and disk, and the
/// company of a soft group. Each is brought to 0...1 over the hosts that are left and counts by its multiplier.
struct HostWeights: Sendable {
  let policy: SchedulingPolicy
  let group: ServerGroup.Policy?

  /// The best host; of equals, the first by name.
  func best(of hosts: [HostCandidate]) -> HostCandidate? {
    let scores = scores(of: hosts)
    let order = zip(hosts, scores).max { left, right in
      left.1 == right.1 ? left.0.node.host > right.0.node.host : left.1 < right.1
    }
    return order?.0
  }

  func scores(of hosts: [HostCandidate]) -> [Double] {
    var scores = [Double](repeating: 0, count: hosts.count)
    let rooms = hosts.map { $0.room(policy) }
    func add(_ name: String, _ multiplier: Double, _ values: [Double]) {
      guard let least = values.min(), let most = values.max(), most > least else { return }
      for (index, value) in values.enumerated() {
        let own = hosts[index].aggregates.leastNumber(of: "\(name)_weight_multiplier") ?? multiplier
        scores[index] += own * (value - least) / (most - least)
      }
    }
    add("ram", policy.ramWeight, rooms.map { Double($0.memoryMB) })
    add("cpu", policy.cpuWeight, rooms.map { Double($0.vcpus) })
    add("disk", policy.diskWeight, rooms.map { Double($0.diskGB) })
    switch group {
    case .softAffinity: add("soft_affinity", policy.softAffinityWeight, hosts.map { Double($0.groupMembers) })
    case .softAntiAffinity:
      add("soft_anti_affinity", policy.softAntiAffinityWeight, hosts.map { -Double($0.groupMembers) })
    default: break
    }
    return scores
  }
}
