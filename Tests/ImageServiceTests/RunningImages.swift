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
import Testing

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

  private init(_ options: ImageOptions, _ converter: (any ImageConverter)?) async throws {
    database = try TemporaryDatabase()
    store = try database.store()
    service = ImageService(
      store: store, files: try await ImageFiles(folder: database.folder + "/images"), options: options,
      converter: converter, logger: Logger(label: "test"))
    application = OpenStackApplication(
      .init(
        service: .image, address: address, identityURL: { nil }, openPaths: ImageService.openPaths,
        logger: Logger(label: "test")),
      validator: NamedTokens(), routes: service.addRoutes)
    http = HTTPClient(eventLoopGroupProvider: .singleton)
  }

  /// Serves for as long as `body` runs.
  static func run(
    options: ImageOptions = ImageOptions(), converter: (any ImageConverter)? = nil,
    _ body: @Sendable @escaping (RunningImages) async throws -> Void
  ) async throws {
    let images = try await RunningImages(options, converter)
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
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await self.service.performImports() }
        try await body(self)
        group.cancelAll()
      }
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
    range: String? = nil,
    accept: String? = "application/json",
    body: HTTPClientRequest.Body? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: address.url + path)
    request.method = method
    request.headers.add(name: "X-Auth-Token", value: token)
    request.headers.add(name: "Content-Type", value: type)
    if let accept { request.headers.add(name: "Accept", value: accept) }
    if let range { request.headers.add(name: "Range", value: range) }
    request.body = body
    let response = try await http.execute(request, timeout: .seconds(60))
    return Reply(
      status: Int(response.status.code), headers: response.headers,
      bytes: try await response.body.collect(upTo: 64 << 20))
  }

  /// Sends a JSON body.
  func send(_ method: HTTPMethod, _ path: String, token: String = "admin", _ body: JSONValue) async throws -> Reply {
    try await send(method, path, token: token, body: .bytes(ByteBuffer(bytes: body.bytes)))
  }

  /// Makes an image and gives its id.
  func create(_ attributes: JSONValue, token: String = "admin") async throws -> Reply {
    try await send(.POST, "/v2/images", token: token, body: .bytes(ByteBuffer(bytes: attributes.bytes)))
  }

  func upload(
    _ body: HTTPClientRequest.Body, to id: String, token: String = "admin", _ place: String = "file"
  ) async throws -> Reply {
    try await send(.PUT, "/v2/images/\(id)/\(place)", token: token, type: "application/octet-stream", body: body)
  }

  /// Makes a raw image, by default, and gives its id.
  func made(_ attributes: JSONValue = [:], token: String = "admin") async throws -> String {
    var members: JSONObject = ["disk_format": "raw", "container_format": "bare"]
    for member in attributes.object?.members ?? [] { members[member.name] = member.value }
    return try #require(try await create(.object(members), token: token).json?["id"]?.string)
  }

  /// Makes an image with data.
  func uploaded(_ data: String, _ attributes: JSONValue = [:], token: String = "admin") async throws -> String {
    let id = try await made(attributes, token: token)
    let reply = try await upload(.bytes(ByteBuffer(string: data)), to: id, token: token)
    try #require(reply.status == 204)
    return id
  }

  func status(_ id: String) async throws -> String? {
    try await send(.GET, "/v2/images/\(id)").json?["status"]?.string
  }
}
