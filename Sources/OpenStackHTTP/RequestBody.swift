package import Hummingbird
package import JSON
import Logging
import NIOCore

extension OpenStackRequestContext {
  /// The longest JSON body that a service reads, in bytes. Image data does not come this way.
  package static let defaultBodyLimit = 1 << 20

  /// Reads the request's body as JSON.
  ///
  /// A body that is announced as too long is not read at all, and one that turns out to be too long is read no further
  /// than the limit; what is left of it is thrown away by the server as it comes in.
  ///
  /// - Throws: `APIError` 413 if the body is longer than `limit`, 400 if it is empty, ends early or is not JSON, and what the service
  ///   answers to a body that says that it is something else.
  package func json(of request: Request, limit: Int = Self.defaultBodyLimit) async throws -> JSONValue {
    try request.checkContentType(for: service)
    let buffer = try await bytes(of: request, limit: limit)
    guard buffer.readableBytes > 0 else { throw APIError.badRequest(malformedBody) }
    do {
      return try JSONValue(parsing: buffer.readableBytesView)
    } catch {
      logger.debug("the body is not JSON", metadata: ["error.reason": "\(error)"])
      throw APIError.badRequest(malformedBody)
    }
  }

  /// Reads an object whose single member is `name`, as most of OpenStack's bodies are, and gives the member's value.
  ///
  /// - Throws: `APIError` as ``json(of:limit:)`` does, and 400 with `otherwise` if the member is not there.
  package func json(of request: Request, member name: String, otherwise message: String) async throws -> JSONValue {
    guard let value = try await json(of: request)[name] else { throw APIError.badRequest(message) }
    return value
  }

  private func bytes(of request: Request, limit: Int) async throws -> ByteBuffer {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw APIError.bodyTooLarge
    }
    do {
      return try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw APIError.bodyTooLarge
    } catch let error as CancellationError {
      throw error
    } catch {
      // Whatever keeps a body from coming to its end is the client's doing: it closes, or what it sends is no HTTP.
      logger.debug("the body did not come to its end", metadata: ["error.reason": "\(error)"])
      throw APIError.badRequest(malformedBody)
    }
  }

  private var malformedBody: String {
    switch service {
    case .networking: "Body contains invalid data"
    case .compute: "Malformed request body"
    case .identity, .image: "Malformed JSON in request body."
    }
  }
}
