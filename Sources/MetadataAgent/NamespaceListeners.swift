internal import Logging
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Netlink
internal import Synchronization

/// The sockets that listen inside the DHCP agents' namespaces, one in each.
final class NamespaceListeners: Sendable {
  typealias Namespace = NamespaceChanges.Namespace
  typealias Server = NIOAsyncChannel<GuestConnection.Channel, Never>

  private struct Listener: Sendable {
    var identity: UInt64
    var channel: any Channel
  }

  private let configuration: MetadataAgentConfiguration
  private let forwarder: Forwarder
  private let connections: ConnectionCount
  private let listeners = Mutex<[String: Listener]>([:])
  private let logger: Logger

  init(_ configuration: MetadataAgentConfiguration, forwarder: Forwarder, logger: Logger) {
    (self.configuration, self.forwarder, self.logger) = (configuration, forwarder, logger)
    connections = ConnectionCount(configuration.limits)
  }

  /// Looks at the folder of namespaces again and again, and listens in those that are there, until the task is cancelled.
  func follow(_ pause: @Sendable () async throws -> Void) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      var failures: [Namespace: String] = [:]
      while true {
        let present = present()
        let served = listeners.withLock { $0.mapValues(\.identity) }
        let changes = NamespaceChanges(served: served, present: present, limit: configuration.limits.namespaces)
        for name in changes.closed { close(name) }
        failures = failures.filter { changes.opened.contains($0.key) }
        for namespace in changes.opened {
          do {
            let server = try await open(namespace)
            group.addTask { await self.serve(server, namespace) }
          } catch {
            try Task.checkCancellation()
            note(error, namespace, &failures)
          }
        }
        try await pause()
      }
    }
  }

  /// Says it once, for as long as it stays the same.
  private func note(_ error: any Error, _ namespace: Namespace, _ failures: inout [Namespace: String]) {
    guard failures.updateValue("\(error)", forKey: namespace) != "\(error)" else { return }
    logger.warning(
      "Guests of a network get no metadata",
      metadata: ["network.id": "\(namespace.networkID)", "error": "\(error)"])
  }

  private func present() -> [Namespace] {
    let folder = configuration.namespaces
    return NetworkNamespace.names(prefix: configuration.prefix, folder: folder).compactMap { name in
      guard let networkID = UUID(String(name.dropFirst(configuration.prefix.count))),
        // One that goes at this moment is gone.
        let identity = try? NetworkNamespace.named(name, folder: folder)?.identity
      else { return nil }
      return Namespace(name: name, networkID: networkID, identity: identity)
    }
  }

  private func open(_ namespace: Namespace) async throws -> Server {
    guard let inside = try NetworkNamespace.named(namespace.name, folder: configuration.namespaces) else {
      throw NetlinkError(code: 2, operation: "open network namespace", link: namespace.name)
    }
    let socket = try ListeningSocket(address: configuration.address, port: configuration.port, in: inside)
    // The channel closes it, also if it does not come into being.
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(try socket.release(), childChannelInitializer: GuestConnection.prepare)
    listeners.withLock {
      $0[namespace.name] = Listener(identity: namespace.identity, channel: server.channel)
    }
    logger.info("Listening for requests for metadata", metadata: ["network.id": "\(namespace.networkID)"])
    return server
  }

  private func close(_ name: String) {
    guard let listener = listeners.withLock({ $0.removeValue(forKey: name) }) else { return }
    listener.channel.close(promise: nil)
    logger.info("No longer listening for requests for metadata", metadata: ["namespace": "\(name)"])
  }

  /// Serves until the socket is closed. One that fails is opened again with the next look.
  private func serve(_ server: Server, _ namespace: Namespace) async {
    do {
      try await server.executeThenClose { inbound in
        try await withThrowingDiscardingTaskGroup { group in
          for try await connection in inbound {
            group.addTask { await self.serve(connection, namespace.networkID) }
          }
        }
      }
    } catch is CancellationError {
      return
    } catch {
      logger.warning(
        "Listening for requests for metadata ended",
        metadata: ["network.id": "\(namespace.networkID)", "error": "\(error)"])
    }
    listeners.withLock { listeners in
      if listeners[namespace.name]?.identity == namespace.identity { listeners[namespace.name] = nil }
    }
  }

  private func serve(_ channel: GuestConnection.Channel, _ networkID: UUID) async {
    let connection = GuestConnection(channel: channel, limits: configuration.limits)
    let address = GuestAddress(networkID: networkID, address: channel.channel.remoteAddress?.ipAddress ?? "")
    guard connections.enter(address) else {
      guard connections.beginRefusal() else { return await connection.close() }
      defer { connections.endRefusal() }
      return await connection.serve { _ in GuestAnswer(.tooManyRequests) }
    }
    defer { connections.leave(address) }
    await connection.serve { [forwarder] request in await forwarder.answer(request, from: address) }
  }
}
