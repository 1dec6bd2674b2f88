import Glibc
import IdentityService
import JSON
import Logging
import OpenStackHTTP
import ServiceLifecycle

/// Does what can be done only when every service listens, then waits for the end.
struct Readiness: Service {
  let addresses: [OpenStackService: ServiceAddress]
  let metadata: ServiceAddress?
  let readyFile: String?
  /// Writes the files that name ports: now they are known, and ours.
  let whenListening: @Sendable () async throws -> Void
  /// Lets go of what would hold up the shutdown: the hosts' open streams.
  let whenEnding: @Sendable () -> Void
  let logger: Logger

  func run() async throws {
    defer { whenEnding() }
    do {
      try await cancelWhenGracefulShutdown { try await announce() }
      try await gracefulShutdown()
    } catch is CancellationError {}
  }

  private func announce() async throws {
    var ports: [(service: String, port: Int)] = []
    for (service, address) in addresses { ports.append((service.rawValue, try await address.listening())) }
    if let metadata { ports.append(("metadata", try await metadata.listening())) }
    ports.sort { $0.service < $1.service }
    try await whenListening()
    if let readyFile {
      try await SecretFile.write(Self.document(ports).description + "\n", to: readyFile)
    }
    logger.notice(
      "ready", metadata: ["ports": "\(ports.map { "\($0.service) \($0.port)" }.joined(separator: ", "))"])
  }

  private static func document(_ ports: [(service: String, port: Int)]) -> JSONValue {
    let members = ports.map { JSONObject.Member(name: $0.service, value: JSONValue($0.port)) }
    return ["pid": JSONValue(Int(getpid())), "ports": .object(JSONObject(members: members))]
  }
}
