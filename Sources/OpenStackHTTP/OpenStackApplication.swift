import HTTPTypes
package import Hummingbird
package import Logging
import Model
import NIOCore
import ServiceLifecycle

/// One REST service on one port.
///
/// Every path needs a token but those that are declared open. The routes see only requests that have been admitted.
package struct OpenStackApplication: Service {
  package struct Configuration: Sendable {
    package var service: OpenStackService
    /// Where the service listens, and how it is called in links if a request does not say.
    package var address: ServiceAddress
    /// Where clients get a token, for `WWW-Authenticate`; asked for when it is needed, because the port may be chosen
    /// late.
    package var identityURL: @Sendable () -> String?
    /// Paths that need no token, exactly; a final `/` is not looked at.
    package var openPaths: Set<String>
    /// Paths that begin like this need no token; their handlers check something else, such as the hosts' secret.
    package var openPrefixes: [String]
    /// The versions of a service that has microversions.
    package var microversions: ClosedRange<Microversion>?
    /// What pages of other origins may do; `nil` is nothing.
    package var crossOrigin: CrossOriginPolicy?
    package var limits: ConnectionLimits
    package var logger: Logger

    package init(
      service: OpenStackService, address: ServiceAddress, identityURL: @escaping @Sendable () -> String?,
      openPaths: Set<String> = ["/"], openPrefixes: [String] = [], microversions: ClosedRange<Microversion>? = nil,
      crossOrigin: CrossOriginPolicy? = nil, limits: ConnectionLimits = ConnectionLimits(), logger: Logger
    ) {
      self.service = service
      self.address = address
      self.identityURL = identityURL
      self.openPaths = openPaths
      self.openPrefixes = openPrefixes
      self.microversions = microversions
      self.crossOrigin = crossOrigin
      self.limits = limits
      self.logger = logger
    }

    func isOpen(_ path: String) -> Bool {
      if openPaths.contains(path) { return true }
      if path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/"), openPaths.contains(String(path.dropLast())) {
        return true
      }
      return openPrefixes.contains { path.hasPrefix($0) }
    }
  }

  private let configuration: Configuration
  private let application: Application<OpenStackResponder<RouterResponder<OpenStackRequestContext>>>

  /// - Parameter routes: Adds the service's routes. It is called once, before this initializer returns.
  package init(
    _ configuration: Configuration, validator: any TokenValidator, routes: (Router<OpenStackRequestContext>) -> Void
  ) {
    let router = Router(context: OpenStackRequestContext.self, options: .autoGenerateHeadEndpoints)
    routes(router)
    Self.refuseOtherMethods(router)
    self.configuration = configuration
    application = Application(
      responder: OpenStackResponder(
        inner: router.buildResponder(), configuration: configuration, validator: validator),
      server: configuration.limits.server,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.address.bindHost, port: configuration.address.configuredPort),
        availableConnectionsDelegate: .maximum(configuration.limits.connections, logger: configuration.logger)),
      onServerRunning: { [address = configuration.address] channel in
        address.bound(to: channel.localAddress?.port)
      },
      logger: configuration.logger)
  }

  /// Listens and serves until the task is cancelled or the service group shuts down gracefully.
  ///
  /// - Throws: ``ListenFailure`` if the port is taken.
  package func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError {
      throw ListenFailure(service: configuration.service.rawValue, address: configuration.address, cause: error)
    }
  }

  /// Every path that has a route answers the methods it has no route for with 405, which the router would answer with
  /// 404.
  private static func refuseOtherMethods(_ router: Router<OpenStackRequestContext>) {
    let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
    var known: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]
    for route in router.routes {
      known[route.path.description, default: (route.path, [])].methods.insert(route.method)
    }
    for (path, present) in known.values {
      for method in methods where !present.contains(method) {
        router.on(path, method: method) { _, _ -> Response in throw APIError.methodNotAllowed }
      }
    }
  }
}

/// A service could not listen where it was told to.
package struct ListenFailure: Error, CustomStringConvertible {
  let service: String
  let address: ServiceAddress
  let cause: IOError

  package var description: String {
    let place = "\(address.bindHost):\(address.configuredPort)"
    if cause.errnoCode == addressInUse {
      return "the \(service) service cannot listen on \(place), because another program does already"
    }
    return "the \(service) service cannot listen on \(place): \(cause)"
  }
}

/// Linux's `EADDRINUSE`; the C library's constant is an import away that nothing else here needs.
private let addressInUse: CInt = 98
