import AsyncHTTPClient
import ImageService
import JSON
import Logging
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Store
import Support

/// Takes tokens named like the role and the project they stand for: `admin`, `member:other`.
struct NamedTokens: TokenValidator {
  func validate(_ token: String) async throws -> AuthToken? {
    let parts = token.split(separator: ":").map(String.init)
    return AuthToken(
      userID: "u", userName: "u", projectID: parts.count > 1 ? parts[1] : "p", projectName: nil, roles: [parts[0]],
      issuedAt: Timestamp(microseconds: 0), expiresAt: Timestamp(microseconds: 1 << 60), auditID: "")
  }
}

/// An image service on a port of its own, with a real database.
final class RunningImages: Sendable {
  let database: TemporaryDatabase
  let store: Store
  let service: ImageService
  let address = ServiceAddress(port: 0)
  let http: HTTPClient
  private let application: OpenStackApplication

  private init(sizeLimit: Int) async throws {
    database = try TemporaryDatabase()
    store = try database.store()
    service = ImageService(
      store: store, files: try await ImageFiles(folder: database.folder + "/images", sizeLimit: sizeLimit))
    application = OpenStackApplication(
      .init(
        service: .image, address: address, identityURL: { nil }, openPaths: ImageService.openPaths,
        logger: Logger(label: "test")),
      validator: NamedTokens(), routes: service.addRoutes)
    http = HTTPClient(eventLoopGroupProvider: .singleton)
  }

  /// Serves for as long as `body` runs.
  static func run(
    sizeLimit: Int = 1 << 30, _ body: @Sendable @escaping (RunningImages) async throws -> Void
  ) async throws {
    let images = try await RunningImages(sizeLimit: sizeLimit)
    do {
      try await images.serve(body)
    } catch {
      try await images.close()
      throw error
    }
    try await images.close()
  }

  private func serve(_ body: @Sendable @escaping (RunningImages) async throws -> Void) async throws {
    try await serving(application.run) {
      _ = try await self.address.listening()
      try await body(self)
    }
  }

  private func close() async throws {
    try await http.shutdown()
    await store.close()
  }

  struct Reply {
    let status: Int
    let headers: HTTPHeaders
    let bytes: ByteBuffer

    var json: JSONValue? { try? JSONValue(parsing: bytes.readableBytesView) }
  }

  func send(
    _ method: HTTPMethod, _ path: String, token: String = "admin", type: String = "application/json",
    body: HTTPClientRequest.Body? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: address.url + path)
    request.method = method
    request.headers.add(name: "X-Auth-Token", value: token)
    request.headers.add(name: "Content-Type", value: type)
    request.body = body
    let response = try await http.execute(request, timeout: .seconds(60))
    return Reply(
      status: Int(response.status.code), headers: response.headers,
      bytes: try await response.body.collect(upTo: 64 << 20))
  }

  /// Makes an image and gives its id.
  func create(_ attributes: JSONValue, token: String = "admin") async throws -> Reply {
    try await send(.POST, "/v2/images", token: token, body: .bytes(ByteBuffer(bytes: attributes.bytes)))
  }

  func upload(_ body: HTTPClientRequest.Body, to id: String, token: String = "admin") async throws -> Reply {
    try await send(.PUT, "/v2/images/\(id)/file", token: token, type: "application/octet-stream", body: body)
  }
}
