import HTTPTypes
import Hummingbird
import Logging
import Model

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
    let requestID = "req-\(UUID())"
    var response: Response
    do {
      context.admit(try await admission(of: request, requestID: requestID))
      response = try await inner.respond(to: request, context: context)
      // hummingbird turns an unknown path into an answer of its own before it comes back here.
      if response.status == .notFound, context.endpointPath == Self.noEndpoint { throw APIError.unknownPath }
    } catch {
      if !context.isAdmitted { context.admit(arrival(of: request, requestID: requestID)) }
      response = refusal(for: error, context: context)
    }
    stamp(&response, context: context)
    log(request, response, context)
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
    if configuration.service == .networking, !acceptsJSON(request) { throw APIError.notAcceptable }
    return RequestFacts(
      service: configuration.service, requestID: requestID, globalRequestID: request.headers[OpenStackHeader.requestID],
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

  private func acceptsJSON(_ request: Request) -> Bool {
    guard let accept = request.headers[.accept] else { return true }
    if accept == "application/json" || accept == "*/*" { return true }
    return accept.split(separator: ",").contains { part in
      let type = part.drop { $0 == " " }.prefix { $0 != ";" && $0 != " " }
      return type == "*/*" || type == "application/json" || type == "application/*"
    }
  }

  private func refusal(for error: any Error, context: OpenStackRequestContext) -> Response {
    if let error = error as? APIError { return ErrorFace.response(to: error, of: configuration.service) }
    if let error = error as? any APIErrorConvertible {
      return ErrorFace.response(to: error.apiError, of: configuration.service)
    }
    context.logger.error("a request failed", metadata: ["error.reason": "\(error)"])
    return ErrorFace.response(to: configuration.service.internalError, of: configuration.service)
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
