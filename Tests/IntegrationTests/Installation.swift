import Foundation
import Glibc
import Support
import Synchronization
import Testing

/// The real programs of this build, together in a network namespace of their own, on OpenStack's usual ports.
///
/// The host is called `compute1`. The state and the logs are in a folder that is removed at the end.
final class Installation: Sendable {
  static let host = "compute1"

  /// What hypervisor the compute host has.
  enum Driver: String, Sendable {
    case fake
    case libvirt
  }

  let folder: TemporaryDirectory
  let namespace: NetworkNamespace
  let database: DatabaseWatch
  private let driver: Driver
  private let programs = Mutex<[String: ProgramProcess]>([:])

  /// Makes the database, but starts nothing yet.
  private init(driver: Driver) async throws {
    self.driver = driver
    folder = try TemporaryDirectory()
    namespace = try await NetworkNamespace()
    try await runChecked([Self.binary("plugboard-migrate"), "--database", folder.file(Self.databaseName), "up"])
    database = try DatabaseWatch(path: folder.file(Self.databaseName))
  }

  /// The path of the database.
  var databaseFile: String { folder.file(Self.databaseName) }

  private static let databaseName = "plugboard.sqlite3"

  /// Runs `body` with an installation, and removes everything afterwards, whatever happened. If the body throws, the
  /// ends of the programs' logs are shown.
  static func with(
    driver: Driver = .fake, _ body: (Installation) async throws -> Void
  ) async throws {
    let installation = try await Installation(driver: driver)
    do {
      try await body(installation)
    } catch {
      Issue.record(error, "\(installation.logs)")
    }
    await installation.remove()
  }

  /// Starts the server with all services, the agent and the compute host, and waits until both hosts' programs have
  /// reported.
  func startAll(compute environment: [String: String] = [:]) async throws {
    try await startServer()
    try await startAgent()
    try await startCompute(environment: environment)
  }

  /// Starts a server process; several may share the database, each with services of its own.
  func startServer(
    _ name: String = "plugboard-server", services: [String] = ["networking", "compute", "identity", "image"],
    environment: [String: String] = [:]
  ) async throws {
    let ready = folder.file("\(name).ready")
    try? FileManager.default.removeItem(atPath: ready)
    let server = try start(
      name, "plugboard-server",
      [
        "--services", services.joined(separator: ","), "--state-path", folder.path,
        "--database", databaseFile, "--ready-file", ready,
      ], environment: environment)
    try await waitUntil("\(name) is ready") {
      if server.hasEnded { throw CommandFailure.ended(server) }
      return FileManager.default.fileExists(atPath: ready)
    }
  }

  /// Starts the agent; what it makes in the L2 role alone goes with the namespace.
  ///
  /// - Parameter namesNamespaces: Whether it names network namespaces, so that it must see the mounts of everybody.
  func startAgent(
    on second: SecondHost? = nil, environment: [String: String] = [:], namesNamespaces: Bool = false
  ) async throws {
    let host = second == nil ? Self.host : SecondHost.name
    let query = "SELECT max(heartbeat_timestamp) FROM agents WHERE host = '\(host)'"
    let since = try latest(query)
    let agent = try start(
      second == nil ? "plugboard-agent" : "plugboard-agent@\(host)", "plugboard-agent",
      ["--config-file", folder.file("agent.conf"), "--host", host],
      environment: ["OS_PLUGBOARD__ROLES": "l2"].merging(environment) { $1 }, hasOwnMounts: !namesNamespaces,
      in: second?.namespace)
    try await untilReported(agent, query, since)
  }

  /// Starts the agent in all its roles.
  func startAgentInAllRoles(environment: [String: String] = [:]) async throws {
    let roles = ["OS_PLUGBOARD__ROLES": "l2,dhcp,metadata", "OS_DEFAULT__DHCP_CONFS": folder.file(Self.dhcpFolder)]
    try await startAgent(environment: roles.merging(environment) { $1 }, namesNamespaces: true)
  }

  private static let dhcpFolder = "dhcp"

  /// Ends every dnsmasq that an agent has left behind, as it is meant to, and takes its namespace's name away.
  private func endDHCP() async {
    for network in (try? FileManager.default.contentsOfDirectory(atPath: folder.file(Self.dhcpFolder))) ?? [] {
      let files = folder.file("\(Self.dhcpFolder)/\(network)")
      if let id = Int32(textOfFile("\(files)/pid").filter { !$0.isWhitespace }),
        textOfFile("/proc/\(id)/cmdline").contains(files)
      {
        kill(id, SIGKILL)
      }
      _ = try? await run(["ip", "netns", "delete", "qdhcp-\(network)"])
    }
  }

  func startCompute(on second: SecondHost? = nil, environment: [String: String] = [:]) async throws {
    let host = second == nil ? Self.host : SecondHost.name
    let query = "SELECT max(heartbeat_at) FROM compute_nodes WHERE host = '\(host)'"
    let since = try latest(query)
    let compute = try start(
      second == nil ? "plugboard-compute" : "plugboard-compute@\(host)", "plugboard-compute",
      [
        "--config-file", folder.file("compute.conf"), "--host", host, "--compute-driver", driver.rawValue,
        "--state-path", folder.file(second == nil ? "host" : "host2"),
      ],
      // Whether KVM works is a matter of the machine, and finding out takes seconds: not what these tests are about.
      environment: ["OS_LIBVIRT__VIRT_TYPE": "qemu"].merging(environment) { $1 }, in: second?.namespace)
    try await untilReported(compute, query, since)
  }

  /// A program that was started; the newest start counts.
  func program(_ name: String) throws -> ProgramProcess {
    try #require(programs.withLock { $0[name] }, "\(name) was not started")
  }

  var server: ProgramProcess { get throws { try program("plugboard-server") } }
  var agent: ProgramProcess { get throws { try program("plugboard-agent") } }
  var compute: ProgramProcess { get throws { try program("plugboard-compute") } }

  /// The program `name` of this build.
  static func binary(_ name: String) -> String {
    // The tests are a program in the build folder, beside the others.
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// The end of each program's log.
  var logs: String {
    programs.withLock { Array($0.values) }.sorted { $0.name < $1.name }
      .map { "---- \($0.name)\n\($0.logTail(lines: 20))" }.joined(separator: "\n")
  }

  private func start(
    _ name: String, _ program: String, _ arguments: [String], environment: [String: String] = [:],
    hasOwnMounts: Bool = true, in other: NetworkNamespace? = nil
  ) throws -> ProgramProcess {
    let namespace = other ?? self.namespace
    let command = [Self.binary(program)] + arguments
    let process = try ProgramProcess(
      name: name,
      command: hasOwnMounts
        ? namespace.command(command) : ["nsenter", "--net=/run/netns/\(namespace.name)"] + command,
      environment: environment, output: folder.file("\(name).log"))
    programs.withLock { $0[name] = process }
    return process
  }

  private func latest(_ query: String) throws -> String { try database.text(query) ?? "" }

  private func untilReported(_ program: ProgramProcess, _ query: String, _ since: String) async throws {
    try await waitUntil("\(program.name) has reported") {
      if program.hasEnded { throw CommandFailure.ended(program) }
      return try latest(query) > since
    }
  }

  private func remove() async {
    for program in programs.withLock({ Array($0.values) }) { await program.kill() }
    await endDHCP()
    await namespace.delete()
  }
}

extension CommandFailure {
  static func ended(_ program: ProgramProcess) -> CommandFailure {
    CommandFailure(description: "\(program.name) has ended by itself:\n\(program.logTail())")
  }
}
