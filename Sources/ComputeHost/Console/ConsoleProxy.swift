internal import HostRPC
package import Logging
package import Model
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Shows guests' screens to browsers: takes WebSocket connections, each with a token, and connects them with the VNC
/// servers of guests, which listen on this host only. What `nova-novncproxy` is upstream.
package actor ConsoleProxy: Service, GuestConsole {
  /// What an operator may choose, `[vnc]` of `nova.conf`.
  package struct Options: Sendable {
    /// `novncproxy_host`
    package var host = "127.0.0.1"
    /// `novncproxy_port`; 0 takes one that is free.
    package var port = 6080
    /// `novncproxy_base_url`: what users are given, with the token behind it.
    package var baseURL = "http://127.0.0.1:6080/vnc_auto.html"
    /// `[console] allowed_origins`
    package var allowedOrigins: Set<String> = []
    /// The most screens that are shown at once.
    package var connectionLimit = 64
    /// The largest frame of a browser's, in bytes. A pasted text is the largest that a user makes.
    package var frameLimit = 1 << 20
    /// How long a browser may take for its request.
    package var patience = Duration.seconds(10)

    package init() {}
  }

  private let options: Options
  private let hypervisor: any HypervisorDriver
  private let logger: Logger
  private var tokens = ConsoleTokens()
  /// The connections that are accepted, and those of them that show a screen.
  private var (accepted, shown) = (0, 0)
  /// Where it listens; `nil` before it does, and if it cannot.
  package private(set) var port: Int?

  package init(options: Options, hypervisor: any HypervisorDriver, logger: Logger) {
    (self.options, self.hypervisor, self.logger) = (options, hypervisor, logger)
  }

  /// A token for a guest's screen, and the URL to give to a user. It is a secret until it expires.
  ///
  /// - Throws: ``HostRPC/AnswerCall/Arguments/Failure`` if there is no screen, or nobody would listen.
  package func makeToken(for instanceID: UUID) async throws -> (token: String, url: String) {
    guard port != nil, try await hypervisor.consoleAddress(of: instanceID) != nil else {
      throw AnswerCall.Arguments.Failure(code: 400, message: "Unavailable console type novnc.")
    }
    let token = tokens.make(for: instanceID, at: .now)
    // noVNC takes what stands behind `path=` for the address of the WebSocket.
    return (token, "\(options.baseURL)?path=%3Ftoken%3D\(token)")
  }

  package func url(for instanceID: UUID) async throws -> String { try await makeToken(for: instanceID).url }

  // MARK: Listening

  /// Listens until the service group shuts it down. A port that is taken costs the consoles, and nothing else.
  package func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await self.listen() }
    } catch is CancellationError {
      return
    } catch {
      logger.error(
        "Guests' consoles cannot be shown",
        metadata: ["address": "\(options.host):\(options.port)", "error": "\(error)"])
      try? await gracefulShutdown()
    }
  }

  private func listen() async throws {
    let frameLimit = options.frameLimit
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .bind(host: options.host, port: options.port) { channel in
        ConsoleConnection.prepare(channel, frameLimit: frameLimit) { await self.target(of: $0) != nil }
      }
    port = server.channel.localAddress?.port
    defer { port = nil }
    logger.info("Guests' consoles are shown", metadata: ["address": "\(options.host):\(port ?? 0)"])
    try await server.executeThenClose { inbound in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in inbound { group.addTask { await self.serve(connection) } }
      }
    }
  }

  /// Whatever goes wrong ends this connection and no other.
  private func serve(_ connection: ConsoleConnection) async {
    accepted += 1
    defer { accepted -= 1 }
    // Those that have not said who they are must not fill the host.
    guard accepted <= 2 * options.connectionLimit else { return connection.channel.close(promise: nil) }
    let patience = options.patience
    let outcome = await withTaskGroup(of: ConsoleConnection.Outcome?.self) { group in
      group.addTask { try? await connection.outcome.get() }
      group.addTask {
        // Closing fails the outcome, if it has not come.
        if (try? await Task.sleep(for: patience)) != nil { connection.channel.close(promise: nil) }
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    do {
      switch outcome {
      case .admitted(let webSocket, let request): try await show(webSocket, request)
      case .refused(let http): try await ConsoleConnection.refuse(http)
      case nil: connection.channel.close(promise: nil)
      }
    } catch {
      logger.debug("A console connection ended", metadata: ["error": "\(error)"])
    }
  }

  private func show(_ webSocket: ConsoleConnection.WebSocket, _ request: ConsoleRequest) async throws {
    guard shown < options.connectionLimit, let target = await target(of: request) else {
      return try await webSocket.executeThenClose { _, _ in }
    }
    shown += 1
    defer { shown -= 1 }
    logger.info("A console is opened", metadata: ["instance.id": "\(target.instanceID)"])
    let screen: ConsolePipe.Screen
    do {
      screen = try await ConsolePipe.connect(host: target.host, port: target.port)
    } catch {
      try await webSocket.executeThenClose { _, _ in }
      throw error
    }
    try await ConsolePipe(webSocket: webSocket, screen: screen).run()
  }

  // MARK: Admission

  /// A guest's VNC server.
  private struct Target {
    let instanceID: UUID
    let host: String
    let port: Int
  }

  /// What a request is to be connected with; `nil` if it is refused.
  private func target(of request: ConsoleRequest) async -> Target? {
    let reason: String
    if shown >= options.connectionLimit {
      reason = "too many consoles are open"
    } else if !request.comesFrom(hosts, scheme: scheme) {
      reason = "the page is somebody else's"
    } else if let id = request.token.flatMap({ tokens.instance(of: $0, at: .now) }) {
      if let address = try? await hypervisor.consoleAddress(of: id) {
        return Target(instanceID: id, host: address.host, port: address.port)
      }
      reason = "the guest has gone"
    } else {
      reason = "the token is unknown or has expired"
    }
    logger.warning("A console connection was refused", metadata: ["reason": "\(reason)"])
    return nil
  }

  /// The page with noVNC may lie elsewhere than here.
  private var hosts: Set<String> {
    options.allowedOrigins.union(baseURL.map { [ConsoleRequest.hostName($0.authority)] } ?? [])
  }

  private var scheme: String { baseURL?.scheme ?? "http" }

  private var baseURL: (scheme: String, authority: Substring)? {
    let url = options.baseURL
    return url.firstRange(of: "://").map { (String(url[..<$0.lowerBound]), url[$0.upperBound...]) }
  }
}
