import FoundationEssentials

/// What the process that asks may do. The agent needs what is checked here if it is started in the same way.
struct PrivilegeCheck {
  /// Bits of the effective set, `CapEff` of proc_pid_status(5), numbered as in capability.h.
  enum Capability: Int {
    case netAdmin = 12
    case netRaw = 13
    case sysAdmin = 21
  }

  private let effective: UInt64

  init(status: String = Self.ownStatus) {
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    effective = line.flatMap { UInt64($0.dropFirst("CapEff:".count).filter { !$0.isWhitespace }, radix: 16) } ?? 0
  }

  func has(_ capability: Capability) -> Bool { effective & (1 << UInt64(capability.rawValue)) != 0 }

  var findings: [Finding] {
    [
      has(.netAdmin)
        ? .good("CAP_NET_ADMIN", "held")
        : .bad("CAP_NET_ADMIN", "missing; run as root, or give the agent's unit AmbientCapabilities=CAP_NET_ADMIN"),
      has(.sysAdmin)
        ? .good("CAP_SYS_ADMIN", "held; the DHCP and metadata roles may make and enter namespaces")
        : .remark("CAP_SYS_ADMIN", "missing; the DHCP and metadata roles need it, the L2 role does not"),
    ]
  }

  private static var ownStatus: String {
    FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
