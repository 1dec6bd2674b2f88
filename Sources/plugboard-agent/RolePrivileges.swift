import FoundationEssentials

/// What a role cannot do its work without; the kernel would refuse it piece by piece, later and in other words.
struct RolePrivileges {
  /// Bits of the effective set, `CapEff` of proc_pid_status(5), numbered as in capability.h.
  enum Capability: Int {
    case netBindService = 10
    case netAdmin = 12
    case sysAdmin = 21

    var name: String {
      switch self {
      case .netBindService: "CAP_NET_BIND_SERVICE"
      case .netAdmin: "CAP_NET_ADMIN"
      case .sysAdmin: "CAP_SYS_ADMIN"
      }
    }
  }

  private let effective: UInt64

  /// - Parameter status: What the kernel tells of the process.
  init(status: String) {
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    effective = line.flatMap { UInt64($0.dropFirst("CapEff:".count).filter { !$0.isWhitespace }, radix: 16) } ?? 0
  }

  /// Throws ``MissingPrivileges`` if this process may not do what the roles are for.
  static func check(_ roles: Set<AgentRole>) throws(MissingPrivileges) {
    guard let status = FileManager.default.contents(atPath: "/proc/self/status") else { return }
    try RolePrivileges(status: String(decoding: status, as: UTF8.self)).check(roles)
  }

  func check(_ roles: Set<AgentRole>) throws(MissingPrivileges) {
    for role in AgentRole.allCases where roles.contains(role) {
      let missing = role.needs.filter { effective & (1 << UInt64($0.rawValue)) == 0 }
      if !missing.isEmpty { throw MissingPrivileges(role: role, capabilities: missing) }
    }
  }
}

extension AgentRole {
  /// The DHCP role names network namespaces, enters them and moves cables into them; that of metadata enters them and
  /// listens on port 80.
  fileprivate var needs: [RolePrivileges.Capability] {
    switch self {
    case .l2: [.netAdmin]
    case .dhcp: [.netAdmin, .sysAdmin]
    case .metadata: [.sysAdmin, .netBindService]
    }
  }
}

/// A process that may not do what it is told to.
struct MissingPrivileges: Error, Hashable, CustomStringConvertible {
  let role: AgentRole
  let capabilities: [RolePrivileges.Capability]

  var description: String {
    let names = capabilities.map(\.name).joined(separator: " and ")
    return "The role \(role.rawValue) needs \(names); run it as root, or leave it out of [plugboard] roles"
  }
}
