internal import AsyncHTTPClient
internal import Crypto
internal import HostRPC
internal import Logging
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// A guest's request, as far as it is looked at. Its own fields are not: they could pretend to be ours.
struct GuestRequest: Sendable {
  var method: HTTPMethod
  var target: String
  var body: ByteBuffer
}

/// What a guest is answered.
struct GuestAnswer: Sendable {
  var status: HTTPResponseStatus
  var contentType = "text/plain; charset=UTF-8"
  var body = ByteBuffer()

  init(_ status: HTTPResponseStatus, _ message: String = "") {
    self.status = status
    body = ByteBuffer(string: message)
  }
}

/// Finds out whose request it is, and hands it to the metadata service, signed.
final class Forwarder: Sendable {
  private let configuration: MetadataAgentConfiguration
  private let server: any MetadataServer
  private let httpClient: HTTPClient
  private let key: SymmetricKey
  private let memory: Mutex<PortMemory<ContinuousClock.Instant>>
  private let logger: Logger

  init(
    _ configuration: MetadataAgentConfiguration, server: any MetadataServer, httpClient: HTTPClient, logger: Logger
  ) {
    (self.configuration, self.server, self.httpClient, self.logger) = (configuration, server, httpClient, logger)
    key = SymmetricKey(data: Array(configuration.metadataProxySharedSecret.utf8))
    memory = Mutex(
      PortMemory(capacity: configuration.limits.rememberedPorts, lifetime: configuration.limits.memory))
  }

  func answer(_ request: GuestRequest, from address: GuestAddress) async -> GuestAnswer {
    do {
      guard request.target.hasPrefix("/") else { return GuestAnswer(.badRequest) }
      guard let port = try await port(at: address) else { return GuestAnswer(.notFound, "404 Not Found") }
      return try await forward(request, from: address, of: port)
    } catch {
      logger.warning(
        "A request for metadata could not be answered",
        metadata: Self.metadata(address).merging(["error": "\(error)"]) { $1 })
      return GuestAnswer(.serviceUnavailable, "The metadata service does not answer. Please try your request again.")
    }
  }

  private static func metadata(_ address: GuestAddress) -> Logger.Metadata {
    ["network.id": "\(address.networkID)", "address": "\(address.address)"]
  }

  private func port(at address: GuestAddress) async throws -> GetPorts.Result.Port? {
    if let known = memory.withLock({ $0.port(at: address, now: .now) }) { return known }
    let ports = try await server.ports(
      at: GetPorts.Arguments(networkID: address.networkID, ipAddress: address.address),
      within: configuration.limits.answerTime)
    // As upstream: an address that several have is nobody's.
    let port = ports.count == 1 ? ports[0] : nil
    // Once for as long as it is remembered: a guest cannot fill the log.
    if port == nil {
      logger.warning("Nobody has the address that asks for metadata", metadata: Self.metadata(address))
    }
    memory.withLock { $0.remember(port, at: address, now: .now) }
    return port
  }

  private func forward(
    _ request: GuestRequest, from address: GuestAddress, of port: GetPorts.Result.Port
  ) async throws -> GuestAnswer {
    var forwarded = HTTPClientRequest(url: configuration.url + request.target)
    forwarded.method = request.method
    forwarded.headers = headers(address, port)
    if request.body.readableBytes > 0 { forwarded.body = .bytes(request.body) }
    let limits = configuration.limits
    let response = try await httpClient.execute(forwarded, timeout: TimeAmount(limits.answerTime))
    var answer = GuestAnswer(response.status)
    if let type = response.headers.first(name: "content-type") { answer.contentType = type }
    answer.body = try await response.body.collect(upTo: limits.answerBytes)
    if response.status == .forbidden {
      logger.warning(
        "The metadata service refuses the agent: metadata_proxy_shared_secret must be the same in both",
        metadata: Self.metadata(address))
    }
    return answer
  }

  private func headers(_ address: GuestAddress, _ port: GetPorts.Result.Port) -> HTTPHeaders {
    let code = HMAC<SHA256>.authenticationCode(for: Array(port.deviceID.utf8), using: key)
    let signature = code.map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0\(digits)" : digits
    }.joined()
    return [
      "X-Forwarded-For": address.address, "X-Instance-ID": port.deviceID, "X-Tenant-ID": port.projectID,
      "X-Instance-ID-Signature": signature,
    ]
  }
}
