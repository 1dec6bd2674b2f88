import HTTPTypes
package import Hummingbird
package import Logging
package import Model
import NIOCore

/// What a handler knows of the request beside the request itself.
package struct OpenStackRequestContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// In a class, so that handing the context on costs one reference.
  private var facts: RequestFacts
  private let channel: any Channel

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    facts = .unknown
    channel = source.channel
  }

  /// Before any handler runs the application has called this.
  mutating func admit(_ facts: RequestFacts) {
    self.facts = facts
  }

  var isAdmitted: Bool { facts !== RequestFacts.unknown }

  /// `req-` and a UUID: the answer carries it, and every line of the log about this request.
  package var requestID: String { facts.requestID }

  /// The id that the calling service gave its own request (`X-Openstack-Request-Id` of the request,
  /// if it has the form of one).
  package var globalRequestID: String? { facts.globalRequestID }

  package var service: OpenStackService { facts.service }

  /// The IP address the request came from: the client's, or that of a proxy before us. `unknown` if the connection is
  /// gone.
  package var clientAddress: String { channel.remoteAddress?.ipAddress ?? "unknown" }

  /// Who makes the request; `nil` only on the paths that are open to all.
  package var token: AuthToken? { facts.token }

  /// The microversion that was negotiated; 2.1 for services that have none.
  package var microversion: Microversion { facts.microversion }

  /// Scheme, host and port by which the client reached the service, such as `http://127.0.0.1:9696`; links in answers
  /// begin with it.
  package var baseURL: String { "http://" + facts.authority }

  /// The caller, on a path that needs a token.
  ///
  /// - Throws: `APIError` 401 on an open path.
  package var caller: AuthToken {
    get throws {
      guard let token = facts.token else { throw APIError.unauthorized(identityURL: nil) }
      return token
    }
  }

  /// Logs with the request's id, and with the calling service's if it gave one.
  package var logger: Logger {
    var logger = facts.logger
    logger[metadataKey: "request.id"] = .string(facts.requestID)
    if let id = facts.globalRequestID { logger[metadataKey: "request.global_id"] = .string(id) }
    return logger
  }
}

/// What the application finds out about a request before it hands it to a handler.
final class RequestFacts: Sendable {
  let service: OpenStackService
  let requestID: String
  let globalRequestID: String?
  let authority: String
  let token: AuthToken?
  let microversion: Microversion
  let logger: Logger

  init(
    service: OpenStackService, requestID: String, globalRequestID: String? = nil, authority: String,
    token: AuthToken? = nil, microversion: Microversion = .first, logger: Logger
  ) {
    self.service = service
    self.requestID = requestID
    self.globalRequestID = globalRequestID
    self.authority = authority
    self.token = token
    self.microversion = microversion
    self.logger = logger
  }

  /// Stands in a context until the application has looked at the request.
  static let unknown = RequestFacts(
    service: .identity, requestID: "-", authority: "localhost", logger: Logger(label: "plugboard.http"))
}
