import ArgumentParser
import Logging
import OsloConfig

/// `plugboard-compute`: what nova-compute is on every host.
@main
struct PlugboardCompute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugboard-compute",
    abstract: "Runs the guests of this host, each only when its network is plugged.",
    discussion: """
      Every option can also stand in a file (--config-file, oslo.config's format) or in the environment \
      (OS_<GROUP>__<OPTION>); a flag comes before the environment, and the environment before the file. \
      plugboard-server writes such a file, compute.conf, into its state path. Guests go on when this program ends.
      """)

  @Option(name: .customLong("config-file"), help: "A configuration file; may be given more than once, the last wins.")
  var configFiles: [String] = []

  @Option(help: "The name of this host. (default: the machine's)")
  var host: String?

  @Option(help: "The Compute service's URL, as http://HOST:8774.")
  var server: String?

  @Option(help: "libvirt for guests, or fake for taps without guests. (default: libvirt)")
  var computeDriver: String?

  @Option(help: "The folder for instances, images and libvirt's files. (default: var)")
  var statePath: String?

  @Option(help: "trace, debug, info, notice, warning or error. (default: info)")
  var logLevel: String?

  mutating func run() async throws {
    let configuration: ComputeConfiguration
    do {
      configuration = try ComputeConfiguration(OsloOptions(files: configFiles, flags: flags))
    } catch {
      throw ValidationError("\(error)")
    }
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "plugboard-compute")
    logger.logLevel = configuration.logLevel
    do {
      try await Compute(configuration, logger: logger).run()
    } catch {
      logger.critical("The compute host ends", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private var flags: [OptionName: String?] {
    [
      "host": host, "plugboard.server": server, "compute_driver": computeDriver, "state_path": statePath,
      "plugboard.log_level": logLevel,
    ]
  }
}
