import ArgumentParser
import Logging
import OsloConfig

/// `plugboard-agent`: what neutron-linuxbridge-agent is on every host.
@main
struct PlugboardAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard-agent",
    abstract: "Puts the taps of this host on their networks.",
    discussion: """
      Every option can also stand in a file (--config-file, oslo.config's format) or in the environment \
      (OS_<GROUP>__<OPTION>); a flag comes before the environment, and the environment before the file. \
      plugboard-server writes such a file, agent.conf, into its state path. Traffic goes on when this program ends.
      """)

  @Option(name: .customLong("config-file"), help: "A configuration file; may be given more than once, the last wins.")
  var configFiles: [String] = []

  @Option(help: "The name of this host. (default: the machine's)")
  var host: String?

  @Option(help: "The Networking service's URL, as http://HOST:9696.")
  var server: String?

  @Option(help: "PHYSICAL_NETWORK:INTERFACE pairs with commas between them.")
  var physicalInterfaceMappings: String?

  @Option(help: "The address of this host that VXLAN tunnels go from. (default: none, and no VXLAN networks)")
  var localIP: String?

  @Option(name: .customLong("remote-ips"), help: "Hosts to flood to instead of a multicast group, with commas.")
  var remoteIPs: String?

  @Option(help: "l2, dhcp and metadata, or some of them, with commas between. (default: l2)")
  var roles: String?

  @Option(help: "trace, debug, info, notice, warning or error. (default: info)")
  var logLevel: String?

  mutating func run() async throws {
    let options: AgentOptions
    do {
      options = try AgentOptions(OsloOptions(files: configFiles, flags: flags))
    } catch {
      throw ValidationError("\(error)")
    }
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "plugboard-agent")
    logger.logLevel = options.logLevel
    Self.warn(of: options.unhonoured, logger)
    do {
      try await Agent(options, logger: logger).run()
    } catch {
      logger.critical("The agent ends", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private static func warn(of options: [UnhonouredOption], _ logger: Logger) {
    func list(_ options: [UnhonouredOption]) -> Logger.Metadata {
      ["options": "\(options.map(\.description).joined(separator: ", "))"]
    }
    let known = options.filter(\.isKnown)
    let unknown = options.filter { !$0.isKnown }
    if !known.isEmpty { logger.warning("Options are set that are not honoured here", metadata: list(known)) }
    if !unknown.isEmpty {
      logger.warning("Options are set that neither upstream nor this program has", metadata: list(unknown))
    }
  }

  private var flags: [OptionName: String?] {
    [
      "host": host, "plugboard.server": server, "linux_bridge.physical_interface_mappings": physicalInterfaceMappings,
      "vxlan.local_ip": localIP, "vxlan.remote_ips": remoteIPs, "plugboard.roles": roles,
      "plugboard.log_level": logLevel,
    ]
  }
}
