import AsyncHTTPClient
import HostRPC
import Hummingbird
import Logging
import MetadataAgent
import Model
import NIOCore
import Netlink
import OpenStackHTTP
import Support
import Synchronization

/// A metadata agent between namespaces that are networks, a server that knows whose an address is, and a metadata service
/// that writes down what it is asked. Guests are curl inside a namespace, whose loopback has the service's address.
final class AgentBench {
  static let instance = "0a1b2c3d-0000-4000-8000-000000000001"
  static let signature =
    "4b452cf59f514bfee9c8bbb062a375e9437fe632184f8c23356138d6cba8ec48"

  let server = ServerDouble()
  let nova = NovaDouble()
  let folder: TemporaryDirectory
  var configuration = MetadataAgentConfiguration(host: "host1", metadataProxySharedSecret: "secret")
  private var names: [String] = []

  private init() throws {
    folder = try TemporaryDirectory()
    configuration.namespaces = folder.path
    configuration.lookInterval = .milliseconds(20)
  }

  static func with(_ body: (AgentBench) async throws -> Void) async throws {
    let bench = try AgentBench()
    do {
      try await body(bench)
    } catch {
      try await bench.clear()
      throw error
    }
    try await bench.clear()
  }

  private func clear() async throws {
    for name in names { try Netlink.NetworkNamespace.removeNamed(name, folder: folder.path) }
    // The folder is a mount of its own since the first namespace.
    if !names.isEmpty { try await runChecked(["umount", "--lazy", folder.path]) }
  }

  func makeNamespace(_ network: UUID) async throws {
    let name = "qdhcp-\(network)"
    _ = try Netlink.NetworkNamespace.makeNamed(name, folder: folder.path)
    if !names.contains(name) { names.append(name) }
    let inside = ["nsenter", "--net=\(folder.path)/\(name)", "ip"]
    try await runChecked(inside + ["link", "set", "lo", "up"])
    try await runChecked(inside + ["address", "add", "169.254.169.254/32", "dev", "lo"])
  }

  func removeNamespace(_ network: UUID) async throws {
    try Netlink.NetworkNamespace.removeNamed("qdhcp-\(network)", folder: folder.path)
  }

  /// Runs the agent and the metadata service while `body` runs.
  func running(_ body: () async throws -> Void) async throws {
    let address = ServiceAddress(port: 0)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let service = PlainApplication(name: "metadata", address: address, logger: logger, respond: nova.respond)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await service.run() }
      configuration.novaMetadataPort = try await address.listening()
      let agent = MetadataAgent(
        configuration, server: server, heartbeatServer: server, httpClient: .shared,
        now: { Timestamp(microseconds: 0) }, logger: logger)
      group.addTask { try await agent.run() }
      defer { group.cancelAll() }
      try await body()
    }
  }

  /// What a guest on the network gets for a path; it asks again while nobody listens yet.
  func ask(_ network: UUID, _ path: String, _ options: String...) async throws -> (status: Int, body: String) {
    let command =
      [
        "nsenter", "--net=\(folder.path)/qdhcp-\(network)", "curl", "--silent", "--max-time", "20", "--write-out",
        "\n%{http_code}", "http://169.254.169.254\(path)",
      ] + options
    // curl's 7 is a refused connection.
    let result = try await eventually("somebody listens for \(path)") {
      let result = try await run(command)
      return result.status == 7 ? nil : result
    }
    guard result.succeeded else { throw CommandFailure(description: "curl ended with \(result.status)") }
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
  }
}

/// Knows whose an address is.
final class ServerDouble: MetadataServer {
  let reports = Mutex<[AgentState]>([])
  private let owners = Mutex<[GetPorts.Arguments: [GetPorts.Result.Port]]>([:])
  private let failing = Mutex<Set<UUID>>([])
  private let reported = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  func own(_ address: String, of network: UUID, device: String, project: String) {
    owners.withLock {
      $0[.init(networkID: network, ipAddress: address), default: []]
        .append(.init(id: UUID(), deviceID: device, projectID: project))
    }
  }

  func fail(for network: UUID) { _ = failing.withLock { $0.insert(network) } }

  func untilReported() async { for await _ in reported.stream { return } }

  func ports(at place: GetPorts.Arguments, within deadline: Duration) async throws -> [GetPorts.Result.Port] {
    if failing.withLock({ $0.contains(place.networkID) }) {
      throw HostRPCError(code: .unreachable, message: "the server is away")
    }
    // As it travels.
    let place = try GetPorts.Arguments(json: place.json)
    return try GetPorts.Result(json: GetPorts.Result(owners.withLock { $0[place] } ?? []).json).ports
  }

  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    reports.withLock { $0.append(arguments.agentState) }
    reported.continuation.yield()
    return .alive
  }
}

/// A metadata service that writes down what it is asked.
final class NovaDouble: Sendable {
  struct Asked: Sendable {
    var method: String
    var fields: [String: [String]] = [:]
    var body: String
  }

  let requests = Mutex<[Asked]>([])
  let status = Mutex(200)

  @Sendable func respond(_ request: Request) async -> Response {
    let body = (try? await request.body.collect(upTo: 1 << 20)).map { String(buffer: $0) } ?? ""
    var asked = Asked(method: request.method.rawValue, body: body)
    for field in request.headers { asked.fields[field.name.canonicalName, default: []].append(field.value) }
    requests.withLock { [asked] in $0.append(asked) }
    return Response(
      status: .init(code: status.withLock { $0 }),
      body: .init(byteBuffer: ByteBuffer(string: "hello from \(request.uri)")))
  }
}
