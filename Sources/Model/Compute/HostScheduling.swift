/// How far hosts may be overcommitted, and when one counts as dead. Upstream's options `initial_cpu_allocation_ratio`,
/// `initial_ram_allocation_ratio`, `initial_disk_allocation_ratio` and `service_down_time`, with their defaults; the
/// ratio of processors is the one from before 2023, since a guest that waits takes none.
package struct SchedulingPolicy: Hashable, Sendable {
  package var cpuAllocationRatio = 16.0
  package var ramAllocationRatio = 1.0
  package var diskAllocationRatio = 1.0
  package var serviceDownTime = Duration.seconds(60)

  package init() {}
}

/// Where an instance may go: the name of a host, or the reason why no host will do.
package enum SchedulingChoice: Hashable, Sendable {
  case host(String)
  /// `reason` names every host and what it lacks.
  case noValidHost(reason: String)
}

extension SchedulingPolicy {
  /// Chooses the host with the most free memory of those that live and have room; the name decides between equals.
  ///
  /// - Parameter requested: the only host that will do, if the user named one.
  package func choose(
    for flavor: Flavor, among nodes: [ComputeNode], requested: String? = nil, at now: Timestamp
  ) -> SchedulingChoice {
    var reasons: [String] = []
    var best: ComputeNode?
    for node in nodes where requested == nil || node.host == requested {
      if let reason = refusal(of: node, flavor, at: now) {
        reasons.append("\(node.host): \(reason)")
      } else if best.map({ isBetter(node, than: $0) }) ?? true {
        best = node
      }
    }
    if let best { return .host(best.host) }
    if let requested, reasons.isEmpty { return .noValidHost(reason: "no compute host is named \(requested)") }
    return .noValidHost(
      reason: reasons.isEmpty ? "no compute host has ever reported" : reasons.sorted().joined(separator: "; "))
  }

  private func refusal(of node: ComputeNode, _ flavor: Flavor, at now: Timestamp) -> String? {
    guard node.isEnabled else { return "disabled" }
    guard node.isAlive(at: now, downTime: serviceDownTime) else { return "silent since \(node.heartbeatAt)" }
    let lacking = [
      shortage("vCPUs", of: flavor.vcpus, used: node.used.vcpus, total: node.vcpus, ratio: cpuAllocationRatio),
      shortage(
        "MB of memory", of: flavor.memoryMB, used: node.used.memoryMB, total: node.memoryMB, ratio: ramAllocationRatio),
      shortage("GB of disk", of: flavor.diskGB, used: node.used.diskGB, total: node.diskGB, ratio: diskAllocationRatio),
    ]
    let reasons = lacking.compactMap(\.self)
    return reasons.isEmpty ? nil : reasons.joined(separator: ", ")
  }

  private func shortage(_ what: String, of wanted: Int, used: Int, total: Int, ratio: Double) -> String? {
    let free = Int(Double(total) * ratio) - used
    return wanted > free && wanted > 0 ? "\(max(0, free)) \(what) free of \(wanted) wanted" : nil
  }

  private func isBetter(_ node: ComputeNode, than other: ComputeNode) -> Bool {
    let free = node.memoryMB - node.used.memoryMB
    let otherFree = other.memoryMB - other.used.memoryMB
    return free == otherFree ? node.host < other.host : free > otherFree
  }
}
