import ArgumentParser
import Netlink

/// `plugboard netns-cleanup`: takes away what the DHCP role made on this host.
struct NetNSCleanup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netns-cleanup",
    abstract: "Ends the dnsmasq of each qdhcp- namespace, and deletes the namespaces with their links.",
    discussion: """
      While plugboard-agent runs nothing is deleted, and a namespace in which another program runs is left alone, unless \
      --force is given, which ends that program, too.
      """)

  @Flag(help: "End every process in the namespaces.")
  var force = false

  mutating func run() async throws {
    let agents = Inhabitant.all(ofNamespace: "/proc/self/ns/net").filter { $0.program == "plugboard-agent" }
    let report = try await DHCPNamespaces(agents: agents).cleanUp(force: force)
    for line in report.lines { print(line) }
    if !report.isComplete { throw ExitCode.failure }
  }
}

/// The namespaces of networks that DHCP serves on this host.
struct DHCPNamespaces {
  static let prefix = "qdhcp-"

  let folder: String
  /// Who needs them, and would make them again.
  let agents: [Inhabitant]

  init(folder: String = NetworkNamespace.standardFolder, agents: [Inhabitant]) {
    (self.folder, self.agents) = (folder, agents)
  }

  func cleanUp(force: Bool) async throws -> CleanUpReport {
    var report = CleanUpReport()
    if !agents.isEmpty, !force {
      for agent in agents {
        report.refuse("\(agent.program) (pid \(agent.id)) runs; stop it first. Nothing was deleted (--force deletes)")
      }
      return report
    }
    for name in NetworkNamespace.names(prefix: Self.prefix, folder: folder) {
      do {
        try await cleanUp(name, force: force, &report)
      } catch {
        report.refuse("\(name): \(error)")
      }
    }
    if report.lines.isEmpty { report.lines = ["There is nothing to clean up."] }
    return report
  }

  private func cleanUp(_ name: String, force: Bool, _ report: inout CleanUpReport) async throws {
    // A file without a namespace, as a crash leaves it, has nothing but its name.
    if let namespace = try NetworkNamespace.named(name, folder: folder) {
      let inhabitants = Inhabitant.all(ofNamespace: "\(folder)/\(name)")
      let strangers = inhabitants.filter { $0.program != "dnsmasq" }
      if !strangers.isEmpty, !force {
        let list = strangers.map { "\($0.program) (pid \($0.id))" }.joined(separator: ", ")
        report.refuse("\(name) is left alone: \(list) runs in it (--force ends it)")
        return
      }
      for inhabitant in inhabitants {
        try await inhabitant.end()
        report.lines.append("\(name): ended \(inhabitant.program) (pid \(inhabitant.id))")
      }
      try deleteLinks(of: namespace, name, &report)
    }
    try NetworkNamespace.removeNamed(name, folder: folder)
    report.lines.append("deleted \(name)")
  }

  /// The other end of each veth, the tap in the bridge, goes with it, also if something still holds the namespace.
  private func deleteLinks(of namespace: NetworkNamespace, _ name: String, _ report: inout CleanUpReport) throws {
    let socket = try NetlinkSocket(in: namespace)
    for link in try socket.links() where link.kind == "veth" {
      try socket.delete(link)
      report.lines.append("\(name): deleted \(link.name) and its tap")
    }
  }
}
