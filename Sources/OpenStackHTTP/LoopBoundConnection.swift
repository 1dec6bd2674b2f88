import HTTPTypes
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// An HTTP/1 connection whose requests are served on the event loop that also reads and writes it.
///
/// Left to itself, a request wanders between the loop's thread and those of the concurrency runtime, twice at least, and
/// every change of thread costs more than the check of its token. What blocks must not run on a loop for long: reads of
/// the database are bounded, and the writer, password hashing and files have threads of their own.
struct LoopBoundConnection: ServerChildChannel {
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
    await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
      await base.handle(value: connection, logger: logger)
    }
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

/// Runs the parts of tasks on an event loop.
private final class EventLoopExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    // A job cannot be captured as it is; this one is run once, by the loop it is handed to.
    let job = UnownedJob(job)
    eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
