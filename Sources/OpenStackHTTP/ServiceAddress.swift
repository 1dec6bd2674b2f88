import NIOConcurrencyHelpers
import NIOCore

/// Where a service listens. The port is known for sure only when it listens, because port 0 lets the kernel choose.
package final class ServiceAddress: Sendable {
  package let bindHost: String
  /// The host that is written into links and into the catalog.
  package let publicHost: String
  package let configuredPort: Int
  private let state: NIOLockedValueBox<State>

  private struct State {
    var port: Int?
    var waiting: [AsyncStream<Int>.Continuation] = []
  }

  package init(bindHost: String = "127.0.0.1", publicHost: String? = nil, port: Int) {
    self.bindHost = bindHost
    self.publicHost = publicHost ?? bindHost
    configuredPort = port
    state = NIOLockedValueBox(State())
  }

  /// The port it listens on, or is to listen on.
  package var port: Int { state.withLockedValue { $0.port } ?? configuredPort }

  /// Host and port as they stand in a URL.
  package var authority: String { publicHost.contains(":") ? "[\(publicHost)]:\(port)" : "\(publicHost):\(port)" }

  package var url: String { "http://\(authority)" }

  /// Only programs of this machine reach the address.
  package var isLoopback: Bool { bindHost.hasPrefix("127.") || bindHost == "::1" || bindHost == "localhost" }

  /// Waits until the service listens.
  ///
  /// - Throws: `CancellationError` when the waiting task is cancelled, as it is when the service could not listen.
  package func listening() async throws -> Int {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let known = state.withLockedValue { state -> Int? in
      if state.port == nil { state.waiting.append(continuation) }
      return state.port
    }
    if let known { return known }
    for await port in ports { return port }
    throw CancellationError()
  }

  func bound(to port: Int?) {
    let chosen = port ?? configuredPort
    let waiting = state.withLockedValue { state in
      state.port = chosen
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.yield(chosen) }
  }
}
