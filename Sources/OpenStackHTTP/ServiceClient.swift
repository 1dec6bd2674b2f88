package import AsyncHTTPClient
import HTTPTypes
package import JSON
package import Logging
import NIOCore
import NIOHTTP1

/// Calls another service's REST interface: JSON out, JSON in, with a token and a deadline.
package struct ServiceClient: Sendable {
  /// What a service answered, whatever the status.
  package struct Answer: Sendable {
    package let status: Int
    /// `nil` if the body is empty or is not JSON.
    package let body: JSONValue?
    /// The service's request id, to look for in its log.
    package let requestID: String?
    /// The token that Keystone has made.
    let subjectToken: String?

    package init(status: Int, body: JSONValue?, requestID: String? = nil) {
      self.init(status: status, body: body, requestID: requestID, subjectToken: nil)
    }

    init(status: Int, body: JSONValue?, requestID: String?, subjectToken: String?) {
      self.status = status
      self.body = body
      self.requestID = requestID
      self.subjectToken = subjectToken
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
  }

  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// Where the service is, without a final `/`; the paths of calls are appended to it.
  package let endpoint: String
  private let tokens: (any TokenSource)?
  private let httpClient: HTTPClient
  private let userAgent: String
  private let logger: Logger
  /// For the HTTP client, which at the level `trace` writes down every head with the tokens in it.
  private let transportLogger: Logger
  private let bodyLimit: Int

  /// - Parameters:
  ///   - tokens: `nil` for calls that need none.
  ///   - bodyLimit: The longest answer that is read, in bytes.
  package init(
    endpoint: String, tokens: (any TokenSource)?, httpClient: HTTPClient, userAgent: String = "plugboard",
    bodyLimit: Int = 16 << 20, logger: Logger
  ) {
    self.endpoint = endpoint
    self.tokens = tokens
    self.httpClient = httpClient
    self.userAgent = userAgent
    self.bodyLimit = bodyLimit
    self.logger = logger
    var transportLogger = logger
    transportLogger.logLevel = max(logger.logLevel, .debug)
    self.transportLogger = transportLogger
  }

  /// Calls the service. A token that it refuses is fetched anew, and the call is made once more.
  ///
  /// - Parameters:
  ///   - path: Begins with `/`; the query is part of it, escaped already.
  ///   - headers: Such as a microversion.
  ///   - deadline: For the whole exchange, each attempt.
  /// - Throws: When there was no answer, or it was too long. An answer with an error status is not thrown.
  package func call(
    _ method: Method, _ path: String, body: JSONValue? = nil, headers: [(name: String, value: String)] = [],
    deadline: Duration = .seconds(30)
  ) async throws -> Answer {
    let token = try await tokens?.token()
    let answer = try await attempt(method, path, body, headers, token, deadline)
    guard answer.status == 401, let tokens, let token else { return answer }
    logger.debug("the token was refused, a new one is fetched", metadata: ["http.url": "\(endpoint)"])
    await tokens.invalidate(token)
    return try await attempt(method, path, body, headers, try await tokens.token(), deadline)
  }

  private func attempt(
    _ method: Method, _ path: String, _ body: JSONValue?, _ headers: [(name: String, value: String)], _ token: String?,
    _ deadline: Duration
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: endpoint + path)
    request.method = HTTPMethod(rawValue: method.rawValue)
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: userAgent)
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    if body != nil { request.headers.add(name: "Content-Type", value: "application/json") }
    // The caller's own type of a body, such as a JSON patch's, takes the place of the common one.
    for header in headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
    if let body {
      request.body = .bytes(ByteBuffer(bytes: body.bytes))
    }
    let response = try await httpClient.execute(request, timeout: TimeAmount(deadline), logger: transportLogger)
    let bytes = try await response.body.collect(upTo: bodyLimit)
    return Answer(
      status: Int(response.status.code), body: try? JSONValue(parsing: bytes.readableBytesView),
      requestID: response.headers.first(name: "X-Openstack-Request-Id"),
      subjectToken: response.headers.first(name: "X-Subject-Token"))
  }
}

extension HTTPClient.Configuration {
  /// For calls to the services' REST interfaces: connections are kept between calls, a transfer that stands still is
  /// ended, and a service that is away is told at once, since the callers have pauses of their own.
  package static var betweenServices: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(30)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}
