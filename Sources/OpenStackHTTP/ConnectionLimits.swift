import HummingbirdCore
import NIOCore

/// What one client can take of a service before it has shown who it is.
package struct ConnectionLimits: Sendable {
  /// How many connections are served at once; more wait in the kernel's backlog.
  package var connections = 4096
  /// After how long without a request a connection is closed; it is also the time a request's head may take. An answer
  /// that is under way is not cut off.
  package var idleTime: Duration = .seconds(75)
  /// How long a request's body may take, and by which speed in bytes a second it may take longer: an image comes for
  /// minutes, if it comes.
  package var bodyTime: Duration = .seconds(30)
  package var slowestBody = 16 * 1024
  /// How many bytes a request's head may have, in all fields together.
  package var head = 64 * 1024

  package init() {}

  var server: HTTPServerBuilder {
    let configuration = HTTP1Channel.Configuration(
      idleTimeout: TimeAmount(idleTime),
      httpDecoderConfiguration: .init(maxHeaderFieldSize: head, maxHeaderListSize: head, maxHeaderFieldCount: 200))
    let patience = ConnectionGuard.Patience(time: bodyTime, bytesPerSecond: slowestBody)
    return HTTPServerBuilder { responder in
      GuardedConnection(
        base: HTTP1Channel(responder: responder, configuration: configuration), patience: patience)
    }
  }
}
