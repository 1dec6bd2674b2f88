internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// A connection that a browser has made, on its way to become a WebSocket.
struct ConsoleConnection: Sendable {
  typealias WebSocket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
  typealias HTTP = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  enum Outcome: Sendable {
    case admitted(WebSocket, ConsoleRequest)
    case refused(HTTP)
  }

  let channel: any Channel
  /// What became of it; it may never be decided if the browser says nothing.
  let outcome: EventLoopFuture<Outcome>

  /// Puts HTTP on a connection that was accepted, and a WebSocket if its request is admitted.
  static func prepare(
    _ channel: any Channel, frameLimit: Int, admits: @escaping @Sendable (ConsoleRequest) async -> Bool
  ) -> EventLoopFuture<ConsoleConnection> {
    let upgrader = NIOTypedWebSocketServerUpgrader<Outcome>(
      maxFrameSize: frameLimit,
      shouldUpgrade: { channel, head in
        let request = ConsoleRequest(head)
        return channel.eventLoop.makeFutureWithTask {
          guard await admits(request) else { return nil }
          return request.offersBinary ? ["Sec-WebSocket-Protocol": "binary"] : [:]
        }
      },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture {
          .admitted(try WebSocket(wrappingChannelSynchronously: channel), ConsoleRequest(head))
        }
      })
    let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(
      upgraders: [upgrader],
      notUpgradingCompletionHandler: { channel in
        channel.eventLoop.makeCompletedFuture { .refused(try HTTP(wrappingChannelSynchronously: channel)) }
      })
    return channel.eventLoop.makeCompletedFuture {
      let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
        configuration: .init(upgradeConfiguration: upgrade))
      return ConsoleConnection(channel: channel, outcome: outcome)
    }
  }

  /// Tells a browser that it may not, or that this is no page to look at.
  static func refuse(_ http: HTTP) async throws {
    try await http.executeThenClose { _, outbound in
      let headers: HTTPHeaders = ["Content-Length": "0", "Connection": "close"]
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .forbidden, headers: headers)))
      try await outbound.write(.end(nil))
    }
  }
}
