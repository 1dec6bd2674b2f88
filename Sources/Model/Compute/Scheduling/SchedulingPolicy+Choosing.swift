extension SchedulingPolicy {
  /// Chooses the best of the hosts that pass all filters.
  package func choose(
    _ request: PlacementRequest, among hosts: [HostCandidate], at now: Timestamp
  ) -> SchedulingChoice {
    let groupHasHosts = hosts.contains { $0.groupMembers > 0 }
    var refusals = Refusals()
    var left = hosts
    for filter in HostFilter.allCases where !request.isForced || filter.appliesToForced {
      left.removeAll { host in
        let refusal = filter.refusal(of: host, request, self, groupHasHosts: groupHasHosts, at: now)
        if let refusal { refusals.add(host.node.host, refusal, by: filter) }
        return refusal != nil
      }
      if left.isEmpty { return .noValidHost(reason: refusals.text(request, hostCount: hosts.count)) }
    }
    let best = HostWeights(policy: self, group: request.group?.policy).best(of: left)
    return best.map { .host($0.node.host) } ?? .noValidHost(reason: refusals.text(request, hostCount: hosts.count))
  }
}

/// Which filter removed which hosts, for the person who wonders why there is none left.
private struct Refusals {
  private var hosts: [(filter: HostFilter, names: [String])] = []
  /// More hosts than these are only counted.
  private static let namedHosts = 5

  mutating func add(_ host: String, _ reason: String, by filter: HostFilter) {
    // That a host is not the one that was asked for is no news.
    guard filter != .requestedHost else { return }
    let name = reason.isEmpty ? host : "\(host) (\(reason))"
    if let last = hosts.indices.last, hosts[last].filter == filter {
      hosts[last].names.append(name)
    } else {
      hosts.append((filter, [name]))
    }
  }

  func text(_ request: PlacementRequest, hostCount: Int) -> String {
    guard hostCount > 0 else { return "no compute host has ever reported" }
    guard !hosts.isEmpty else { return "no compute host is named \(request.requestedHost ?? "")" }
    return hosts.map { filter, names in
      let sorted = names.sorted()
      let more = names.count - Self.namedHosts
      let list = sorted.prefix(Self.namedHosts).joined(separator: ", ")
      return "\(filter.rawValue): \(list)\(more > 0 ? " and \(more) more" : "")"
    }.joined(separator: "; ")
  }
}
