import ArgumentParser
import L2Agent
import Model
import Netlink
import OsloConfig
import Store

/// `plugboard explain-port PORT`: why a port is as it is.
struct ExplainPort: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain-port",
    abstract: "Says what the database wants of a port, what this host has, what differs, and which step is next.",
    discussion: """
      Run it on the port's host, with the agent's configuration. The database is only read, and neither the server nor \
      the agent is asked. The exit code is 1 if something differs.
      """)

  @Argument(help: "The port's id, the beginning of it (8 characters at least), or the name of its tap.")
  var port: String

  @OptionGroup var database: DatabaseOption

  @Option(name: .customLong("config-file"), help: "A configuration file of the agent's; may be given more than once.")
  var configFiles: [String] = []

  @Option(help: "The name of this host. (default: the configuration's, else the machine's)")
  var host: String?

  @OptionGroup var namespace: NamespaceOption

  mutating func run() async throws {
    let options = try OsloOptions(files: configFiles, flags: ["host": host])
    let agent = try AgentConfiguration(options)
    let wanted = try WantedPort.read(port, from: database.open())
    let found = try await FoundPort.read(wanted, agent, in: namespace.open())
    let explanation = PortExplanation(wanted, found, agent, now: Timestamp.systemNow())
    print(explanation, terminator: "")
    if !explanation.differences.isEmpty { throw ExitCode.failure }
  }
}
