import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import OpenStackHTTP
import Store

/// Answers the metadata agents as `nova/api/metadata/handler.py` does behind Neutron's proxy.
struct MetadataResponder: Sendable {
  let source: MetadataSource
  let signature: ProxySignature
  let logger: Logger

  func respond(to request: Request) async -> Response {
    do {
      return try await answer(to: request)
    } catch let refusal as MetadataRefusal {
      return refusal.response
    } catch {
      logger.error("A request for metadata failed", metadata: ["error.reason": "\(error)"])
      return MetadataRefusal.internalError.response
    }
  }

  private func answer(to request: Request) async throws -> Response {
    guard let path = MetadataPath(request.uri.path) else {
      _ = try await instance(asking: request)
      throw MetadataRefusal.notFound
    }
    // Upstream tells everybody which versions of the EC2 tree there are.
    if path == .ec2Versions, request.uri.path.allSatisfy({ $0 == "/" }) {
      return .text(EC2Version.names.joined(separator: "\n") + "\nlatest")
    }
    let instance = try await instance(asking: request)
    if case .openStackFile(_, .password) = path, request.method != .get, request.method != .head {
      return try await keepPassword(in: request, of: instance)
    }
    let isNetwork = if case .openStackFile(_, .networkData) = path { true } else { false }
    let metadata = try await source.metadata(
      of: instance, includingNetwork: isNetwork, address: request.headers[.xForwardedFor])
    guard let answer = metadata.answer(to: path) else { throw MetadataRefusal.notFound }
    return Response(
      status: .ok,
      headers: [.contentType: answer.isJSON ? "application/json" : "text/plain; charset=UTF-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.bytes)))
  }

  /// The instance that the agent's fields name.
  private func instance(asking request: Request) async throws -> Instance {
    let id = try request.only(.xInstanceID)
    let signature = try request.only(.xInstanceIDSignature)
    let project = try request.only(.xTenantID)
    guard self.signature.admits(signature, of: id) else {
      logger.warning(
        "A request for metadata has a wrong signature",
        metadata: ["instance.id": "\(id)", "address": "\(request.headers[.xForwardedFor] ?? "")"])
      throw MetadataRefusal(.forbidden, "Invalid proxy request signature.")
    }
    let found = try await UUID(id).asyncFlatMap { id in try await source.store.read { try $0.instance(id) } }
    guard let instance = found, instance.projectID == project else { throw MetadataRefusal.notFound }
    return instance
  }

  /// `nova/api/metadata/password.py`
  private func keepPassword(in request: Request, of instance: Instance) async throws -> Response {
    guard request.method == .post else {
      throw MetadataRefusal(.badRequest, "GET and POST only are supported.")
    }
    let tooLarge = MetadataRefusal(.badRequest, "Request is too large.")
    let length = request.headers[.contentLength].flatMap { Int($0) }
    guard length ?? 0 <= Self.passwordLimit else { throw tooLarge }
    guard let body = try? await request.body.collect(upTo: Self.passwordLimit) else { throw tooLarge }
    let password = String(decoding: body.readableBytesView, as: UTF8.self)
    // What is not text grows when it is read as text.
    guard password.utf8.count <= Self.passwordLimit else { throw tooLarge }
    // An empty one counts as none, as upstream stores it.
    if password.isEmpty { return .text("") }
    let isKept = try await source.store.write { try $0.setGuestPassword(password, ofInstance: instance.id) }
    guard isKept else { throw MetadataRefusal(.conflict, "There was a conflict when trying to complete your request.") }
    return .text("")
  }

  private static let passwordLimit = 1020
}

extension UUID? {
  fileprivate func asyncFlatMap<T: Sendable>(_ transform: (UUID) async throws -> T?) async throws -> T? {
    guard let self else { return nil }
    return try await transform(self)
  }
}

extension Response {
  fileprivate static func text(_ text: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; charset=UTF-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

extension Request {
  /// The value of a field that must be there once.
  fileprivate func only(_ name: HTTPField.Name) throws -> String {
    let values = headers[values: name]
    guard let value = values.first else {
      throw MetadataRefusal(.badRequest, "\(name.rawName) header is missing from request.")
    }
    guard values.count == 1 else {
      throw MetadataRefusal(.badRequest, "Multiple \(name.rawName) headers found within request.")
    }
    return value
  }
}

extension HTTPField.Name {
  fileprivate static var xInstanceID: Self { Self("X-Instance-ID")! }
  fileprivate static var xInstanceIDSignature: Self { Self("X-Instance-ID-Signature")! }
  fileprivate static var xTenantID: Self { Self("X-Tenant-ID")! }
  fileprivate static var xForwardedFor: Self { Self("X-Forwarded-For")! }
}
