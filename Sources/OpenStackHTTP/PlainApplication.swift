package import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// A server on one port without tokens, routes and faces: everything is its one handler's matter. The limits on
/// connections are those of the other services.
package struct PlainApplication: Service {
  private struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) {
      coreContext = CoreRequestContextStorage(source: source)
    }
  }

  private let name: String
  private let address: ServiceAddress
  private let application: Application<CallbackResponder<Context>>

  /// - Parameters:
  ///   - name: What the server is called in messages.
  ///   - respond: Answers one request, errors and all. A body that it does not read is thrown away.
  package init(
    name: String, address: ServiceAddress, limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
    respond: @escaping @Sendable (Request) async -> Response
  ) {
    (self.name, self.address) = (name, address)
    application = Application(
      responder: CallbackResponder { request, _ in
        let response = await respond(request)
        // What follows the head of an answer to HEAD would be taken for the next answer.
        return request.method == .head ? response.createHeadResponse() : response
      },
      server: limits.server,
      configuration: ApplicationConfiguration(
        address: .hostname(address.bindHost, port: address.configuredPort),
        availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
      onServerRunning: { [address] channel in address.bound(to: channel.localAddress?.port) },
      logger: logger)
  }

  /// Listens and serves until the task is cancelled or the service group shuts down gracefully.
  ///
  /// - Throws: ``ListenFailure`` if the port is taken.
  package func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError {
      throw ListenFailure(service: name, address: address, cause: error)
    }
  }
}
