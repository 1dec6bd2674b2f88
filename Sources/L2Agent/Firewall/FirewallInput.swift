import Model

/// Everything that the rules of this host are made from.
package struct FirewallInput: Hashable, Sendable {
  /// By device.
  package var ports: [String: FirewallPort] = [:]
  /// By the group's id.
  package var groups: [String: [FirewallRule]] = [:]
  /// By the group's id.
  package var members: [String: FirewallMembers] = [:]

  package init(
    ports: [FirewallPort] = [], groups: [String: [FirewallRule]] = [:], members: [String: FirewallMembers] = [:]
  ) {
    self.ports = Dictionary(ports.map { ($0.device, $0) }) { $1 }
    (self.groups, self.members) = (groups, members)
  }

  /// The rules of a port's groups in one direction.
  func rules(of port: FirewallPort, _ direction: TrafficDirection) -> [FirewallRule] {
    port.securityGroups.flatMap { groups[$0] ?? [] }.filter { $0.direction == direction }
  }

  /// Forgets groups that no port has, and members of groups that no rule refers to.
  mutating func dropUnused() {
    let used = Set(ports.values.lazy.flatMap(\.securityGroups))
    groups = groups.filter { used.contains($0.key) }
    let remote = Set(groups.values.lazy.joined().compactMap(\.remoteGroup))
    members = members.filter { remote.contains($0.key) }
  }

  /// The devices whose rules are to be made anew, as something of theirs is not as it was in `old`.
  func ports(differingFrom old: FirewallInput) -> Set<String> {
    // The rules of a port name a group's set of prefixes only if the group has any.
    let remote = Set(
      Set(members.keys).union(old.members.keys).filter { group in
        IPVersion.allCases.contains {
          old.members[group]?.hasPrefixes($0) ?? false != members[group]?.hasPrefixes($0) ?? false
        }
      })
    let changed = Set(
      groups.filter { group, rules in
        old.groups[group] != rules
          || !remote.isEmpty && rules.contains { $0.remoteGroup.map(remote.contains) ?? false }
      }.keys)
    return Set(ports.filter { $1 != old.ports[$0] || !changed.isDisjoint(with: $1.securityGroups) }.keys)
  }
}
