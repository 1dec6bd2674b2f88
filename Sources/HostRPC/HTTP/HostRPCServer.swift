import JSON
package import Logging
import Synchronization

/// The server's end: hosts call its methods, and hosts that have opened a stream can be told something.
///
/// One of these stands behind each port that hosts talk to: agents use the Networking service's, compute hosts the
/// Compute service's. Routes: `POST /host-rpc/v1/call`, `GET /host-rpc/v1/messages`, both under the hosts' secret.
package final class HostRPCServer: Sendable {
  /// What a server allows its hosts.
  package struct Limits: Sendable {
    /// The longest body of a call, in bytes.
    package var bodyBytes: Int
    /// How many messages may wait for one host, and how many bytes; a host that is slower is cut off.
    package var waitingMessages: Int
    package var waitingBytes: Int
    /// An empty line is sent when a stream has been open for this long, and again and again.
    package var keepAlive: Duration
    /// How long a host that asks for a file waits for the host that has it.
    package var transferPatience: Duration

    package init(
      bodyBytes: Int = 1 << 20, waitingMessages: Int = 4096, waitingBytes: Int = 8 << 20,
      keepAlive: Duration = .seconds(5), transferPatience: Duration = .seconds(60)
    ) {
      (self.bodyBytes, self.waitingMessages) = (bodyBytes, waitingMessages)
      (self.waitingBytes, self.keepAlive, self.transferPatience) = (waitingBytes, keepAlive, transferPatience)
    }
  }

  /// Who is told something.
  package enum Audience: Hashable, Sendable {
    case host(String, binary: String)
    /// Every host on which this program has a stream open.
    case all(binary: String)
  }

  private struct State: Sendable {
    var streams: [Caller: MessageStream] = [:]
    var connectHooks: [@Sendable (Caller) async -> Void] = []
    var transferHook: (@Sendable (String, Caller) async -> Bool)?
  }

  package let dispatcher: Dispatcher
  let secret: HostsSecret
  let limits: Limits
  let logger: Logger
  let transfers = TransferRelay()
  private let state = Mutex(State())

  /// - Parameter secret: The hosts' secret, which the server's first start has made.
  package init(secret: String, limits: Limits = Limits(), logger: Logger) {
    self.secret = HostsSecret(secret)
    self.limits = limits
    self.logger = logger
    dispatcher = Dispatcher(logger: logger)
  }

  /// Serves a method from now on; see ``Dispatcher/register(_:_:)``.
  package func register<Method: RPCMethod>(
    _ method: Method.Type, _ handler: @escaping @Sendable (Method.Arguments, Caller) async throws -> Method.Result
  ) {
    dispatcher.register(method, handler)
  }

  /// Adds what is to be done when a host has opened its stream: sending what it has not acknowledged.
  ///
  /// The hook runs once a stream, after the stream was registered: whoever writes a row and then casts, while the hook
  /// reads rows, may send a row twice but never not at all. Hosts take a message id twice without harm.
  package func onConnect(_ hook: @escaping @Sendable (Caller) async -> Void) {
    state.withLock { $0.connectHooks.append(hook) }
  }

  /// Sets what is to be done when a host asks for a file that another has: telling that host. It is given the operation
  /// and the name of the file, with a slash between, and says whether the other host was told.
  package func onTransfer(_ hook: @escaping @Sendable (String, Caller) async -> Bool) {
    state.withLock { $0.transferHook = hook }
  }

  func askForTransfer(_ transfer: String, _ caller: Caller) async -> Bool {
    await state.withLock { $0.transferHook }?(transfer, caller) ?? false
  }

  /// Tells hosts something. It does not wait: what does not fit into a host's buffer cuts that host off, and what a
  /// host misses while it is away is lost, unless it is a row that the hook of ``onConnect(_:)`` sends again.
  ///
  /// - Parameter id: The message's row, if it has one.
  /// - Returns: How many hosts will get it.
  @discardableResult
  package func cast<Method: RPCMethod>(
    _ method: Method.Type, _ arguments: Method.Arguments, to audience: Audience, id: Int64? = nil
  ) -> Int {
    send(HostMessage(method, arguments, id: id), to: audience)
  }

  /// The same for a message that is at hand as JSON, such as one read from its row.
  @discardableResult
  package func send(_ message: HostMessage, to audience: Audience) -> Int {
    let streams = streams(of: audience)
    guard !streams.isEmpty else { return 0 }
    let line = message.json.bytes + [UInt8(ascii: "\n")]
    return streams.count { stream in
      if stream.offer(line) { return true }
      logger.warning("A host reads its messages too slowly and is cut off", metadata: stream.caller.metadata)
      forget(stream)
      return false
    }
  }

  /// The hosts on which `binary` has a stream open, sorted.
  package func connectedHosts(binary: String) -> [String] {
    state.withLock { state in state.streams.keys.filter { $0.binary == binary }.map(\.host).sorted() }
  }

  /// Ends every stream, as a graceful shutdown does.
  package func closeStreams() {
    let streams = state.withLock { state in
      defer { state.streams = [:] }
      return Array(state.streams.values)
    }
    for stream in streams { stream.end() }
  }

  /// Registers the one stream of a caller. An older stream of the same caller is a connection that is no more: it ends.
  func openStream(for caller: Caller) -> MessageStream {
    let stream = MessageStream(caller: caller, limits: limits)
    let previous = state.withLock { $0.streams.updateValue(stream, forKey: caller) }
    previous?.end()
    return stream
  }

  func forget(_ stream: MessageStream) {
    stream.end()
    state.withLock { state in
      if state.streams[stream.caller] === stream { state.streams[stream.caller] = nil }
    }
  }

  func runConnectHooks(for caller: Caller) async {
    for hook in state.withLock({ $0.connectHooks }) { await hook(caller) }
  }

  private func streams(of audience: Audience) -> [MessageStream] {
    state.withLock { state in
      switch audience {
      case .host(let host, let binary): state.streams[Caller(host: host, binary: binary)].map { [$0] } ?? []
      case .all(let binary): state.streams.values.filter { $0.caller.binary == binary }
      }
    }
  }
}

extension Caller {
  var metadata: Logger.Metadata { ["host": "\(host)", "host.binary": "\(binary)"] }
}
