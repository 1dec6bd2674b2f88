import NIOCore
import NIOPosix

/// A connection on which the test itself says every byte.
struct Wire {
  var incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  let outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>

  func send(_ text: String) async throws { try await outgoing.write(ByteBuffer(string: text)) }

  /// Says that nothing more will come, and still listens.
  func closeSending() { outgoing.finish() }

  /// Everything that comes until the other side closes; what the kernel dropped because it was closed early is not in it.
  mutating func everything() async -> String {
    var text = ""
    while let part = try? await incoming.next() { text += String(buffer: part) }
    return text
  }

  /// What has come when it contains `end`.
  mutating func text(until end: String) async throws -> String {
    var text = ""
    while !text.contains(end), let part = try await incoming.next() { text += String(buffer: part) }
    return text
  }
}

extension Client {
  /// Opens a connection for as long as `body` runs.
  func onTheWire<T: Sendable>(_ body: @Sendable (inout Wire) async throws -> T) async throws -> T {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connectTimeout(.seconds(10))
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
    return try await channel.executeThenClose { incoming, outgoing in
      var wire = Wire(incoming: incoming.makeAsyncIterator(), outgoing: outgoing)
      return try await body(&wire)
    }
  }
}
