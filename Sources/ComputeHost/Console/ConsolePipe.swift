internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket

/// Carries bytes between a browser's WebSocket, in binary frames, and a guest's VNC server, until either ends.
struct ConsolePipe: Sendable {
  typealias Screen = NIOAsyncChannel<ByteBuffer, ByteBuffer>
  typealias Browser = NIOAsyncChannelOutboundWriter<WebSocketFrame>

  let webSocket: ConsoleConnection.WebSocket
  let screen: Screen

  /// Connects with a VNC server of this host.
  static func connect(host: String, port: Int) async throws -> Screen {
    try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(.seconds(5))
      .connect(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture { try Screen(wrappingChannelSynchronously: channel) }
      }
  }

  func run() async throws {
    try await webSocket.executeThenClose { fromBrowser, toBrowser in
      try await screen.executeThenClose { fromScreen, toScreen in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await Self.carry(fromBrowser, to: toScreen, answeringTo: toBrowser) }
          group.addTask {
            for try await bytes in fromScreen {
              try await toBrowser.write(WebSocketFrame(fin: true, opcode: .binary, data: bytes))
            }
            try await Self.close(toBrowser, .goingAway)
          }
          // The end of one direction is the end of both.
          defer { group.cancelAll() }
          try await group.next()
        }
      }
    }
  }

  private static func carry(
    _ frames: NIOAsyncChannelInboundStream<WebSocketFrame>, to screen: NIOAsyncChannelOutboundWriter<ByteBuffer>,
    answeringTo browser: Browser
  ) async throws {
    for try await frame in frames {
      // A client has to mask what it sends (RFC 6455, 5.1).
      guard frame.maskKey != nil else { return try await close(browser, .protocolError) }
      switch frame.opcode {
      case .binary, .continuation: try await screen.write(frame.unmaskedData)
      case .ping: try await browser.write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
      case .connectionClose: return try await close(browser, .normalClosure)
      case .text: return try await close(browser, .unacceptableData)
      default: continue
      }
    }
  }

  private static func close(_ browser: Browser, _ code: WebSocketErrorCode) async throws {
    var data = ByteBuffer()
    data.write(webSocketErrorCode: code)
    try await browser.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
  }
}
