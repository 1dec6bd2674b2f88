import ArgumentParser
import L2Agent
import OsloConfig

/// `plugboard sanity-check`: whether this host can be what its configuration says.
struct SanityCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sanity-check",
    abstract: "Tries what the agent needs of this host, one line a check.",
    discussion: """
      What the kernel can do is tried for real, in a network namespace that is gone afterwards; nothing of the host is \
      changed. 'note' is something missing that the configuration given does not need. The exit code is 1 if a check \
      fails.
      """)

  @Option(name: .customLong("config-file"), help: "A configuration file of the agent's; may be given more than once.")
  var configFiles: [String] = []

  mutating func run() async throws {
    let findings = await Self.findings(configFiles: configFiles)
    for finding in findings { print(finding) }
    if findings.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
  }

  /// Everything that was found, in the order of the checks.
  static func findings(configFiles: [String]) async -> [Finding] {
    let options: OsloOptions
    let agent: AgentConfiguration
    do {
      options = try OsloOptions(files: configFiles)
      agent = try AgentConfiguration(options)
    } catch {
      return [.bad("configuration", "\(error)")]
    }
    var findings: [Finding] = [.good("configuration", configFiles.isEmpty ? "no file" : "read")]
    findings += options.unhonoured(honoured: KnownOptions.own.names, known: .upstream).filter {
      !$0.isKnown
    }
    .map { .remark("configuration", "\($0.origin): \($0.warning)") }
    findings += PrivilegeCheck().findings
    findings += await KernelCheck(agent).findings()
    findings += HostCheck(agent, physicalMTU: (try? options.integer("global_physnet_mtu")) ?? 1500).findings()
    findings += await ReachCheck(options).findings()
    return findings
  }
}
