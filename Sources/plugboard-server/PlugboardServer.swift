import ArgumentParser
import Logging
import OsloConfig

/// `plugboard-server`: the REST services of the control node.
@main
struct PlugboardServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard-server",
    abstract: "Serves the OpenStack APIs: networking, compute, identity and image.",
    discussion: """
      Every option can also stand in a file (--config-file, oslo.config's format) or in the environment \
      (OS_<GROUP>__<OPTION>); a flag comes before the environment, and the environment before the file. \
      plugboard-migrate makes the database first.
      """)

  @Option(name: .customLong("config-file"), help: "A configuration file; may be given more than once, the last wins.")
  var configFiles: [String] = []

  @Option(help: "What to serve: networking,compute,identity,image, or some of them. (default: all)")
  var services: String?

  @Option(help: "The folder for secrets, client configuration and image data. (default: var)")
  var statePath: String?

  @Option(help: "The database. (default: plugboard.sqlite3 in the state path)")
  var database: String?

  @Option(help: "The address to listen on. (default: 127.0.0.1)")
  var bindHost: String?

  @Option(help: "The host that clients are told. (default: the address listened on)")
  var publicHost: String?

  @Option(help: "(default: 5000)") var identityPort: String?
  @Option(help: "(default: 8774)") var computePort: String?
  @Option(help: "(default: 9292)") var imagePort: String?
  @Option(help: "(default: 9696)") var networkingPort: String?

  @Flag(help: "Let the kernel choose every port; --ready-file tells which.")
  var ephemeralPorts = false

  @Option(help: "A JSON file to write when all services listen: their ports and the process id.")
  var readyFile: String?

  @Option(help: "trace, debug, info, notice, warning or error. (default: info)")
  var logLevel: String?

  mutating func run() async throws {
    let configuration: ServerConfiguration
    do {
      configuration = try ServerConfiguration(
        OsloOptions(files: configFiles, flags: flags), ephemeralPorts: ephemeralPorts, readyFile: readyFile)
    } catch {
      throw ValidationError("\(error)")
    }
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "plugboard-server")
    logger.logLevel = configuration.logLevel
    try await Server(configuration, logger: logger).run()
  }

  private var flags: [OptionName: String?] {
    [
      "plugboard.services": services, "state_path": statePath, "database.connection": database, "bind_host": bindHost,
      "plugboard.public_host": publicHost, "plugboard.identity_port": identityPort,
      "osapi_compute_listen_port": computePort, "plugboard.image_port": imagePort, "bind_port": networkingPort,
      "plugboard.log_level": logLevel,
    ]
  }
}
