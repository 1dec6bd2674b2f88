import OsloConfig

/// What one process can be on a host; upstream has a program for each.
enum AgentRole: String, CaseIterable, Sendable {
  /// neutron-linuxbridge-agent
  case l2
  /// neutron-dhcp-agent
  case dhcp
  /// neutron-metadata-agent
  case metadata

  /// Reads `[plugboard] roles`, names with commas between. Without it the process is the L2 agent.
  static func read(_ options: OsloOptions) throws(OsloConfigError) -> Set<AgentRole> {
    guard let names = try options.list("plugboard.roles") else { return [.l2] }
    var roles: Set<AgentRole> = []
    for name in names {
      guard let role = AgentRole(rawValue: name) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw options.invalid("plugboard.roles", "'\(name)' is none of \(known)")
      }
      roles.insert(role)
    }
    guard !roles.isEmpty else { throw options.invalid("plugboard.roles", "names no role") }
    return roles
  }
}
