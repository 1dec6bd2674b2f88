internal import NIOCore
internal import NIOHTTP1

/// One connection of a guest: one request, one answer, and the end.
struct GuestConnection: Sendable {
  typealias Channel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  let channel: Channel
  let limits: MetadataAgentConfiguration.Limits

  /// Puts HTTP on a connection that was accepted.
  static func prepare(_ channel: any NIOCore.Channel) -> EventLoopFuture<Channel> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
      return try Channel(wrappingChannelSynchronously: channel)
    }
  }

  /// Reads the request and writes the answer; whatever goes wrong ends the connection.
  func serve(_ answer: @escaping @Sendable (GuestRequest) async -> GuestAnswer) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await exchange(answer) }
      group.addTask { try? await Task.sleep(for: limits.patience) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Ends the connection without a word.
  func close() async { try? await channel.executeThenClose { _, _ in } }

  private func exchange(_ answer: @Sendable (GuestRequest) async -> GuestAnswer) async throws {
    try await channel.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      var body = ByteBuffer()
      for try await part in inbound {
        switch part {
        case .head(let received): head = received
        case .body(var bytes):
          body.writeBuffer(&bytes)
          guard body.readableBytes <= limits.requestBytes else {
            return try await write(GuestAnswer(.payloadTooLarge), to: head, outbound)
          }
        case .end:
          guard let head else { return }
          let request = GuestRequest(method: head.method, target: Self.path(of: head.uri), body: body)
          return try await write(await answer(request), to: head, outbound)
        }
      }
    }
  }

  /// The path and query of a target, which may be a whole URL (RFC 9112, 3.2.2).
  private static func path(of target: String) -> String {
    guard target.hasPrefix("http://") else { return target }
    let path = target.dropFirst("http://".count).drop { $0 != "/" }
    return path.isEmpty ? "/" : String(path)
  }

  private func write(
    _ answer: GuestAnswer, to request: HTTPRequestHead?,
    _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  ) async throws {
    let headers: HTTPHeaders = [
      "Content-Type": answer.contentType, "Content-Length": "\(answer.body.readableBytes)", "Connection": "close",
    ]
    try await outbound.write(
      .head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)))
    if request?.method != .HEAD, answer.body.readableBytes > 0 {
      try await outbound.write(.body(.byteBuffer(answer.body)))
    }
    try await outbound.write(.end(nil))
  }
}
