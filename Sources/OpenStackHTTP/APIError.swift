package import HTTPTypes

/// A refusal, with what any service needs to tell its client about it. ``ErrorFace`` gives it the service's own form.
package struct APIError: Error, Sendable {
  package var status: HTTPResponse.Status
  /// The name of upstream's exception, such as `PortNotFound`; clients of the Networking API branch on it. The other
  /// services do not send it.
  package var type: String
  /// What the person who made the request must know.
  package var message: String
  package var detail: String
  /// Fields that the answer carries besides, such as `WWW-Authenticate`.
  package var headers: HTTPFields

  package init(
    _ status: HTTPResponse.Status, type: String? = nil, _ message: String, detail: String = "",
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.type = type ?? Self.genericType(of: status)
    self.message = message
    self.detail = detail
    self.headers = headers
  }

  /// The exception of webob that upstream's services raise for a status when there is no better name.
  private static func genericType(of status: HTTPResponse.Status) -> String {
    switch status.code {
    case 400: "HTTPBadRequest"
    case 401: "HTTPUnauthorized"
    case 403: "HTTPForbidden"
    case 404: "HTTPNotFound"
    case 405: "HTTPMethodNotAllowed"
    case 406: "HTTPNotAcceptable"
    case 409: "HTTPConflict"
    case 413: "HTTPRequestEntityTooLarge"
    case 415: "HTTPUnsupportedMediaType"
    case 501: "HTTPNotImplemented"
    case 503: "HTTPServiceUnavailable"
    default: "HTTPInternalServerError"
    }
  }
}

extension APIError: CustomStringConvertible {
  package var description: String { "\(status.code) \(type): \(message)" }
}

/// An error of a use case that knows what to tell the client. The conformance stands at the use case's HTTP edge.
package protocol APIErrorConvertible: Error {
  var apiError: APIError { get }
}

extension APIError {
  package static func badRequest(_ message: String, type: String? = nil) -> APIError {
    APIError(.badRequest, type: type, message)
  }

  package static func forbidden(_ message: String, type: String? = nil) -> APIError {
    APIError(.forbidden, type: type, message)
  }

  package static func notFound(_ message: String, type: String? = nil) -> APIError {
    APIError(.notFound, type: type, message)
  }

  package static func conflict(_ message: String, type: String? = nil) -> APIError {
    APIError(.conflict, type: type, message)
  }

  /// The path leads nowhere.
  package static let unknownPath = APIError(.notFound, "The resource could not be found.")

  /// The path leads somewhere, but not with this method.
  package static let methodNotAllowed = APIError(.methodNotAllowed, Self.couldNotComply)

  /// The client takes only forms that the service does not have.
  package static let notAcceptable = APIError(.notAcceptable, Self.couldNotComply)

  /// The body is longer than the service reads.
  package static let bodyTooLarge = APIError(.contentTooLarge, "Request is too large.")

  private static let couldNotComply =
    "The server could not comply with the request since it is either malformed or otherwise incorrect."
}
