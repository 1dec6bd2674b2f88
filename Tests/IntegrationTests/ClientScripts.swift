import Foundation
import JSON
import Support
import Testing

/// The stock clients of PyPI, in the Python environment that `tools/install-dependencies --tests` makes, and the scripts
/// in `Clients` that use them.
enum ClientScripts {
  /// Where the scripts are.
  static let folder = Repository.path + "/Tests/IntegrationTests/Clients"

  /// A program of the Python environment.
  static func program(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let environment = ProcessInfo.processInfo.environment["PLUGBOARD_VENV"] ?? Repository.path + "/.build-venv"
    let program = "\(environment)/bin/\(name)"
    try #require(
      FileManager.default.isExecutableFile(atPath: program), "\(program) is missing: tools/test installs it",
      sourceLocation: sourceLocation)
    return program
  }
}

extension Installation {
  /// What a client needs to find this installation.
  var clientEnvironment: [String: String] {
    [
      "OS_CLIENT_CONFIG_FILE": folder.file("clouds.yaml"),
      // The scripts import each other, and leave nothing behind in the repository.
      "PYTHONPATH": ClientScripts.folder, "PYTHONDONTWRITEBYTECODE": "1",
      // What will change in the clients' next major version is not what the tests are about.
      "PYTHONWARNINGS": "ignore",
      "PLUGBOARD_GUEST_IMAGE": API.guestFolder,
    ]
  }

  /// Runs a script of `Clients` beside the servers, and waits for its end.
  func runScript(
    _ name: String, _ arguments: [String] = [], within limit: Duration = .seconds(300)
  ) async throws -> CommandOutput {
    try await runPython(["\(ClientScripts.folder)/\(name).py"] + arguments, within: limit)
  }

  /// Runs the clients' Python, which finds the scripts as modules.
  func runPython(
    _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(300)
  ) async throws -> CommandOutput {
    try await namespace.run(
      [try ClientScripts.program("python")] + arguments,
      environment: clientEnvironment.merging(environment) { $1 }, within: limit)
  }

  /// Starts a script that goes on while the test does something else; what it prints is in `output`.
  func startScript(_ name: String, _ arguments: [String], output: String) throws -> ProgramProcess {
    try ProgramProcess(
      name: name,
      command: namespace.command(
        [try ClientScripts.program("python"), "\(ClientScripts.folder)/\(name).py"] + arguments),
      environment: clientEnvironment, output: output)
  }
}
