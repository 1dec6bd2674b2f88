// What a host has left for instances.
extension HostCandidate {
  /// What the flavor needs that the host has not; `nil` if it has room.
  func shortage(_ flavor: Flavor, _ policy: SchedulingPolicy) -> String? {
    let room = room(policy)
    let lacking = [
      Self.shortage("vCPUs", of: flavor.vcpus, free: room.vcpus),
      Self.shortage("MB of memory", of: flavor.memoryMB, free: room.memoryMB),
      Self.shortage("GB of disk", of: flavor.diskGB, free: room.diskGB),
    ]
    let reasons = lacking.compactMap(\.self)
    return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
  }

  private static func shortage(_ what: String, of wanted: Int, free: Int) -> String? {
    wanted > free && wanted > 0 ? "\(max(0, free)) \(what) free of \(wanted) wanted" : nil
  }

  /// What is left of the host, overcommitted as its aggregates or the policy say; less than zero if it has been
  /// shrunk meanwhile.
  func room(_ policy: SchedulingPolicy) -> HostUsage {
    let used = node.used
    return HostUsage(
      vcpus: overcommitted(node.vcpus, "cpu", policy.cpuAllocationRatio) - used.vcpus,
      memoryMB: overcommitted(node.memoryMB, "ram", policy.ramAllocationRatio) - used.memoryMB,
      diskGB: overcommitted(node.diskGB, "disk", policy.diskAllocationRatio) - used.diskGB)
  }

  private func overcommitted(_ total: Int, _ resource: String, _ ratio: Double) -> Int {
    let own = aggregates.leastNumber(of: "\(resource)_allocation_ratio").flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    return Int(min(Double(total) * (own ?? ratio), 1e15))
  }
}
