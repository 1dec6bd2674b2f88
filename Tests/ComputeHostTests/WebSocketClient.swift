import NIOCore
import NIOPosix
import Testing

/// A WebSocket client that is small enough to send what no library would: frames without masks, and too large ones.
struct WebSocketClient {
  let port: Int

  /// What the other end said, until it closed the connection or `body` had enough.
  final class Session {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received = ByteBuffer()

    init(
      _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
      _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
      (self.outbound, self.inbound) = (outbound, inbound)
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// The first line of the answer to the request.
    func status() async throws -> String {
      while true {
        let text = String(buffer: received)
        if let end = text.firstRange(of: "\r\n\r\n") {
          received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
          return String(text.prefix { $0 != "\r\n" })
        }
        guard try await more() else { return "" }
      }
    }

    func send(_ opcode: UInt8, _ bytes: [UInt8], isMasked: Bool = true) async throws {
      var frame = ByteBuffer(bytes: [0x80 | opcode])
      let mask: [UInt8] = isMasked ? [1, 2, 3, 4] : []
      let bit: UInt8 = isMasked ? 0x80 : 0
      if bytes.count < 126 {
        frame.writeInteger(bit | UInt8(bytes.count))
      } else {
        frame.writeInteger(bit | 127)
        frame.writeInteger(UInt64(bytes.count))
      }
      frame.writeBytes(mask)
      frame.writeBytes(bytes.enumerated().map { isMasked ? $0.element ^ mask[$0.offset % 4] : $0.element })
      try await outbound.write(frame)
    }

    /// The next frame; `nil` if the connection was closed.
    func frame() async throws -> (opcode: UInt8, bytes: [UInt8])? {
      while true {
        var buffer = received
        if let first = buffer.readInteger(as: UInt8.self), let second = buffer.readInteger(as: UInt8.self) {
          let short = Int(second & 0x7F)
          let length = short == 126 ? buffer.readInteger(as: UInt16.self).map { Int($0) } : short
          if let length, let bytes = buffer.readBytes(length: length) {
            received = buffer
            return (first & 0x0F, bytes)
          }
        }
        guard try await more() else { return nil }
      }
    }

    private func more() async throws -> Bool {
      do {
        guard var bytes = try await inbound.next() else { return false }
        received.writeBuffer(&bytes)
        return true
      } catch is IOError {
        // Reset instead of closed: it comes to the same.
        return false
      }
    }
  }

  /// The first line of the answer to a request for an upgrade.
  func status(of target: String, headers: [String] = []) async throws -> String {
    var status = ""
    try await open(target, headers: headers) { status = try await $0.status() }
    return status
  }

  /// Connects, asks for an upgrade, and hands over what came of it.
  func open(
    _ target: String, headers: [String] = [], _ body: (Session) async throws -> Void
  ) async throws {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    try await channel.executeThenClose { inbound, outbound in
      let session = Session(outbound, inbound.makeAsyncIterator())
      let lines =
        [
          "GET \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Upgrade: websocket", "Connection: Upgrade",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ] + headers
      try await session.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
      try await body(session)
    }
  }
}
