import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands behind the HTTP decoder of a connection and closes it when a body comes too slowly. It also gives the refusal of
/// a head that is no HTTP, which hummingbird writes by itself, its true status and a request id.
///
/// How long a head may take is the idle timeout's matter: the connection is closed that long after its last answer.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a body may take: so long in any case, and longer by what has come at the slowest speed that is allowed.
  struct Patience: Sendable {
    var time: Duration
    var bytesPerSecond: Int

    func end(of start: NIODeadline, bytes: Int) -> NIODeadline {
      start + TimeAmount(time) + .milliseconds(Int64(bytes) * 1000 / Int64(max(1, bytesPerSecond)))
    }
  }

  private let patience: Patience
  private var isReadingBody = false
  private var bytes = 0
  /// When the body that is being read had not come with its head; `nil` if it is not known yet.
  private var bodyBegan: NIODeadline?
  private var isWatching = false
  /// What the decoder threw; nothing of the connection is read after it.
  private var failure: HTTPParserError?

  init(_ patience: Patience) {
    self.patience = patience
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      isReadingBody = true
      bytes = 0
    case .body(let part): bytes += part.readableBytes
    case .end:
      isReadingBody = false
      bodyBegan = nil
    }
    context.fireChannelRead(data)
  }

  /// Most requests come whole, and for those no clock is looked at.
  func channelReadComplete(context: ChannelHandlerContext) {
    if isReadingBody, bodyBegan == nil {
      bodyBegan = .now()
      if !isWatching { watch(until: patience.end(of: .now(), bytes: bytes), context) }
    }
    context.fireChannelReadComplete()
  }

  private func watch(until deadline: NIODeadline, _ context: ChannelHandlerContext) {
    isWatching = true
    context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.look(context) }
  }

  private func look(_ context: ChannelHandlerContext) {
    isWatching = false
    guard let bodyBegan, context.channel.isActive else { return }
    let end = patience.end(of: bodyBegan, bytes: bytes)
    if end <= .now() { context.close(promise: nil) } else { watch(until: end, context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = failure ?? error as? HTTPParserError
    context.fireErrorCaught(error)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard let failure else { return context.write(data, promise: promise) }
    switch unwrapOutboundIn(data) {
    case .head(var head) where head.status == .badRequest:
      if failure == .headerOverflow { head.status = .requestHeaderFieldsTooLarge }
      head.headers.replaceOrAdd(name: OpenStackHeader.requestID.rawName, value: RequestID.make())
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end:
      context.writeAndFlush(data, promise: promise)
      // The client is given a moment to read the answer: what it still sends would otherwise make the kernel drop it.
      context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) { context.close(promise: nil) }
    default: context.write(data, promise: promise)
    }
  }

  private static let farewell = TimeAmount.seconds(1)
}
