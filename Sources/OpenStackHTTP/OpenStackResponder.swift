import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import NIOHTTP1

/// Stands before a service's router: gives each request its id, checks the token, and gives every refusal the service's
/// face.
///
/// One step instead of a chain of middleware, because a request for a port takes hardly longer than such a chain.
struct OpenStackResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == OpenStackRequestContext {
  let inner: Inner
  let configuration: OpenStackApplication.Configuration
  let validator: any TokenValidator

  func respond(to request: Request, context: OpenStackRequestContext) async throws -> Response {
    var context = context
    let request = configuration.service == .networking ? request.withoutFormat : request
    let requestID = RequestID.make()
    if let answer = preflight(request, requestID: requestID) { return answer }
    var response: Response
    do {
      context.admit(try await admission(of: request, requestID: requestID))
      response = try await inner.respond(to: request, context: context)
      // hummingbird turns an unknown path into an answer of its own before it comes back here.
      if response.status == .notFound, context.endpointPath == Self.noEndpoint { throw APIError.unknownPath }
    } catch {
      if !context.isAdmitted { context.admit(arrival(of: request, requestID: requestID)) }
      response = ErrorFace.response(
        to: refusal(for: error, context: context), of: configuration.service, accept: request.headers[.accept])
      // What follows the head of an answer to HEAD would be taken for the next answer.
      if request.method == .head { response = response.createHeadResponse() }
    }
    stamp(&response, context: context)
    configuration.crossOrigin?.share(&response.headers, askedBy: request.headers)
    log(request, response, context)
    return response
  }

  /// A browser asks by `OPTIONS`, without a token, what a page may do; upstream answers every `OPTIONS` so.
  private func preflight(_ request: Request, requestID: String) -> Response? {
    guard let policy = configuration.crossOrigin, request.method == .options else { return nil }
    var response = Response.empty(.ok)
    response.headers.append(contentsOf: policy.preflight(request.headers))
    response.headers[OpenStackHeader.requestID] = requestID
    return response
  }

  /// The name hummingbird gives to the path of a request that no route matches.
  private static var noEndpoint: String { "NotFound" }

  private func arrival(of request: Request, requestID: String) -> RequestFacts {
    RequestFacts(
      service: configuration.service, requestID: requestID, authority: authority(of: request),
      logger: configuration.logger)
  }

  private func admission(of request: Request, requestID: String) async throws -> RequestFacts {
    let token = try await caller(of: request)
    if configuration.service == .networking {
      if !request.acceptsJSON { throw APIError.notAcceptable }
      if request.method == .delete, request.announcesBody, !request.isOfDHCPAgent { throw APIError.bodyOfDeletion }
    }
    return RequestFacts(
      service: configuration.service, requestID: requestID,
      globalRequestID: RequestID.global(request.headers[OpenStackHeader.requestID]),
      authority: authority(of: request), token: token, microversion: try microversion(of: request),
      logger: configuration.logger)
  }

  private func authority(of request: Request) -> String {
    request.head.authority ?? configuration.address.authority
  }

  /// A token that is sent along on an open path is looked at too, but need not be valid.
  private func caller(of request: Request) async throws -> AuthToken? {
    if let text = request.headers[OpenStackHeader.authToken], let token = try await validator.validate(text) {
      return token
    }
    guard configuration.isOpen(request.uri.path) else {
      throw APIError.unauthorized(identityURL: configuration.identityURL())
    }
    return nil
  }

  private func microversion(of request: Request) throws -> Microversion {
    guard let supported = configuration.microversions else { return .first }
    return try Microversion.negotiated(
      openStack: request.headers[OpenStackHeader.microversion],
      nova: request.headers[OpenStackHeader.novaMicroversion], supported: supported)
  }

  private func refusal(for error: any Error, context: OpenStackRequestContext) -> APIError {
    if let error = error as? APIError { return error }
    if let error = error as? any APIErrorConvertible { return error.apiError }
    // The body was streamed and did not come to its end: the client has closed, or what it sent was no HTTP.
    if error is HTTPParserError || error is ChannelError {
      context.logger.debug("the body did not come to its end", metadata: ["error.reason": "\(error)"])
      return .badRequest("The request's body does not come to its end.")
    }
    context.logger.error("a request failed", metadata: ["error.reason": "\(error)"])
    return configuration.service.internalError
  }

  private func stamp(_ response: inout Response, context: OpenStackRequestContext) {
    response.headers[OpenStackHeader.requestID] = context.requestID
    guard configuration.service == .compute else { return }
    response.headers[OpenStackHeader.computeRequestID] = context.requestID
    if response.status != .unauthorized {
      response.headers[OpenStackHeader.microversion] = "compute \(context.microversion)"
      response.headers[OpenStackHeader.novaMicroversion] = context.microversion.description
      response.headers[.vary] = "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
    }
  }

  private func log(_ request: Request, _ response: Response, _ context: OpenStackRequestContext) {
    guard configuration.logger.logLevel <= .debug else { return }
    context.logger.debug(
      "answered",
      metadata: [
        "http.method": "\(request.method)", "http.path": "\(request.uri.path)",
        "http.status": "\(response.status.code)",
        "user.id": "\(context.token?.userID ?? "-")",
      ])
  }
}

extension Request {
  /// The request without the `.json` that a path of the Networking API may end with, as old clients send it. A tag may
  /// end like that too.
  fileprivate var withoutFormat: Request {
    let path = uri.path
    guard path.utf8.suffix(5).elementsEqual(".json".utf8), !path.utf8.contains(tags), let target = head.path else {
      return self
    }
    var head = head
    head.path = String(path.dropLast(5)) + String(target.dropFirst(path.count))
    return Request(head: head, body: body)
  }

  private var tags: String.UTF8View { "/tags/".utf8 }

  /// The stock client says in a body once more which network it takes from a DHCP agent, and upstream does not mind.
  fileprivate var isOfDHCPAgent: Bool { uri.path.utf8.contains("/dhcp-networks/".utf8) }

  /// A body of unknown length may be empty, as some clients' are.
  fileprivate var announcesBody: Bool { headers[.contentLength].map { $0 != "0" } ?? false }
}

extension APIError {
  fileprivate static let bodyOfDeletion = APIError.badRequest("Request body is not supported in DELETE.")
}

extension OpenStackService {
  /// What the client is told when the service does not know what went wrong.
  var internalError: APIError {
    switch self {
    case .networking:
      APIError(.internalServerError, "Request Failed: internal server error while processing your request.")
    case .compute:
      APIError(.internalServerError, "Unexpected API Error. The log of plugboard-server tells more.")
    case .identity, .image:
      APIError(.internalServerError, "An unexpected error prevented the server from fulfilling your request.")
    }
  }
}
