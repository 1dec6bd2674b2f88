import HTTPTypes
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// An HTTP/1 connection as hummingbird serves it, with a ``ConnectionGuard`` behind the decoder.
struct GuardedConnection: ServerChildChannel {
  let base: HTTP1Channel
  let patience: ConnectionGuard.Patience

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
    base.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let connection = AcceptedConnection(value)
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(ConnectionGuard(patience), position: .after(decoder))
      return connection
    }
  }

  func handle(value: AcceptedConnection, logger: Logger) async {
    guard let connection = value.take() else { return }
    await base.handle(value: connection, logger: logger)
  }
}

/// A connection that waits to be served. One that arrives while the server stops never is: then it closes itself, where
/// the channel alone, which nobody has closed, would end the process.
final class AcceptedConnection: ServerChildChannelValue {
  let channel: any Channel
  private let waiting: NIOLockedValueBox<HTTP1Channel.Value?>

  init(_ connection: HTTP1Channel.Value) {
    channel = connection.channel
    waiting = NIOLockedValueBox(connection)
  }

  deinit {
    guard let connection = take() else { return }
    // It closes at once, so there is nothing to wait for.
    _ = channel.eventLoop.makeFutureWithTask { try await connection.executeThenClose { _, _ in } }
  }

  /// The connection, for the first who asks.
  func take() -> HTTP1Channel.Value? {
    waiting.withLockedValue { waiting in
      defer { waiting = nil }
      return waiting
    }
  }
}
