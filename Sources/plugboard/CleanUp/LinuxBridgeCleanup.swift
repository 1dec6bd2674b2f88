import ArgumentParser
import L2Agent
import Logging
import NFTables
import Netlink
import OsloConfig

/// `plugboard linuxbridge-cleanup`: takes away what the L2 agent made on this host.
struct LinuxBridgeCleanup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linuxbridge-cleanup",
    abstract: "Deletes the bridges, tunnels, VLAN interfaces, unused taps and rules of the L2 agent.",
    discussion: """
      Stop the agent first, or it makes them again. Nothing is deleted while a guest uses a tap, unless --force is given. \
      The taps of DHCP go with their namespaces: see netns-cleanup. A bridge that has taken over the addresses of an \
      interface gives them back if --config-file says which interface that is; without, it is left alone.
      """)

  @Option(name: .customLong("config-file"), help: "A configuration file of the agent's; may be given more than once.")
  var configFiles: [String] = []

  @OptionGroup var namespace: NamespaceOption

  @Flag(help: "Also cut off guests that run.")
  var force = false

  mutating func run() async throws {
    let agent = try AgentConfiguration(OsloOptions(files: configFiles))
    let host = try LinuxBridgeHost(agent, in: namespace.open())
    let report = try await host.cleanUp(force: force)
    for line in report.lines { print(line) }
    if !report.isComplete { throw ExitCode.failure }
  }
}

/// What a clean-up did.
struct CleanUpReport: Hashable, Sendable {
  var lines: [String] = []
  /// Whether everything is gone.
  var isComplete = true

  mutating func refuse(_ line: String) {
    lines.append(line)
    isComplete = false
  }
}

/// One host's links and rules, as far as they are the L2 agent's.
struct LinuxBridgeHost {
  private let agent: AgentConfiguration
  private let namespace: NetworkNamespace?
  private let socket: NetlinkSocket
  private let bridging: Bridging
  private let nftables: NFTables

  init(_ agent: AgentConfiguration, in namespace: NetworkNamespace?) throws {
    self.agent = agent
    self.namespace = namespace
    socket = try NetlinkSocket(in: namespace)
    bridging = Bridging(agent, socket: socket, remover: try LinkRemover(in: namespace))
    nftables = try openNFTables(in: namespace)
  }

  func cleanUp(force: Bool) async throws -> CleanUpReport {
    var report = CleanUpReport()
    let links = LinkTable(try socket.links())
    let leftovers = Leftovers(links, agent, addressed: try bridging.addressedLinks())
    let used = leftovers.taps.filter(isUsed)
    if !used.isEmpty, !force {
      for tap in used { report.refuse("\(tap.name) is in use by a guest; nothing was deleted (--force deletes)") }
      return report
    }
    for tap in leftovers.taps where !used.contains(tap) {
      try? Tap.delete(tap.name, in: namespace)
      try check(tap, &report)
    }
    for bridge in leftovers.kept {
      report.refuse(
        "\(bridge.name) has an address of the host; --config-file with its interface's mapping moves it back")
    }
    // It says in the log what it could not delete; here it is enough to look.
    await bridging.delete(leftovers.doomed, logger: Logger(label: "plugboard") { _ in SwiftLogNoOpLogHandler() })
    for link in leftovers.doomed { try check(link, &report) }
    try await deleteTables(&report)
    if report.lines.isEmpty { report.lines = ["There is nothing to clean up."] }
    return report
  }

  /// Whether a process holds the tap open, as QEMU does while its guest runs: the kernel lets nobody else open it.
  private func isUsed(_ tap: Link) -> Bool {
    do throws(NetlinkError) {
      _ = try Tap(tap.name, in: namespace)
      return false
    } catch {
      return error.isInUse
    }
  }

  private func check(_ link: Link, _ report: inout CleanUpReport) throws {
    if try socket.link(named: link.name) == nil {
      report.lines.append("deleted \(link.name)")
    } else {
      report.refuse("could not delete \(link.name)")
    }
  }

  private func deleteTables(_ report: inout CleanUpReport) async throws {
    for table in PlugboardTable.all(inListing: try await nftables.text("list tables")) {
      try await nftables.run("delete table \(table.family) \(table.name)\n")
      report.lines.append("deleted table \(table.family) \(table.name)")
    }
  }
}

/// A table of rules that the agent made.
struct PlugboardTable: Hashable {
  let family: String
  let name: String

  /// Reads `table FAMILY NAME` lines.
  static func all(inListing text: String) -> [PlugboardTable] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "table", words[2].hasPrefix("plugboard") else { return nil }
      return PlugboardTable(family: String(words[1]), name: String(words[2]))
    }
  }
}
