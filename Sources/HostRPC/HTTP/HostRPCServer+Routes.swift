import HTTPTypes
package import Hummingbird
import JSON
import Logging
import NIOCore
import ServiceLifecycle

extension HostRPCServer {
  /// Adds the hosts' routes. The hosts' secret guards them, so no middleware that asks for a user's token may stand
  /// before them.
  package func addRoutes(to router: some RouterMethods) {
    let group = router.group("host-rpc/v1")
    group.post("call") { request, _ in await self.answerCall(request) }
    group.get("messages") { request, _ in self.answerMessages(request) }
    group.get("transfers/:operation/:name") { request, context in
      await self.answerTransfer(request, Self.transfer(context))
    }
    group.put("transfers/:operation/:name") { request, context in
      await self.takeTransfer(request, Self.transfer(context))
    }
  }

  private func answerCall(_ request: Request) async -> Response {
    let caller: Caller
    switch admit(request) {
    case .success(let admitted): caller = admitted
    case .failure(let failure): return Self.response(.failure(failure))
    }
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: limits.bodyBytes)
    } catch is NIOTooManyBytesError {
      let message = "a call's body has at most \(limits.bodyBytes) bytes"
      return Self.response(.failure(RemoteFailure(kind: .tooLarge, message: message)))
    } catch {
      // The connection broke, so nobody will read this.
      return Self.response(.failure(RemoteFailure(kind: .invalidArguments, message: "the body broke off")))
    }
    return Self.response(await dispatcher.reply(to: body.readableBytesView, from: caller))
  }

  // MARK: Files that pass from one host to another

  private static func transfer(_ context: some RequestContext) -> String {
    "\(context.parameters.get("operation") ?? "")/\(context.parameters.get("name") ?? "")"
  }

  private func answerTransfer(_ request: Request, _ transfer: String) async -> Response {
    let caller: Caller
    switch admit(request) {
    case .success(let admitted): caller = admitted
    case .failure(let failure): return Self.response(.failure(failure))
    }
    do {
      let delivery = try await transfers.receive(transfer, within: limits.transferPatience) {
        await self.askForTransfer(transfer, caller)
      }
      let length = delivery.length
      return Response(
        status: .ok, headers: length.map { [.contentLength: "\($0)"] } ?? [:],
        body: ResponseBody(contentLength: length) { writer in
          // However this ends, the sender must not wait for ever.
          defer { delivery.taken.finish() }
          for try await chunk in delivery.body { try await writer.write(chunk) }
          try await writer.finish(nil)
          delivery.taken.yield(true)
        })
    } catch {
      return Self.response(.failure(Self.failure(error)))
    }
  }

  private func takeTransfer(_ request: Request, _ transfer: String) async -> Response {
    if case .failure(let failure) = admit(request) { return Self.response(.failure(failure)) }
    do {
      let length = request.headers[.contentLength].flatMap { Int($0) }
      try await transfers.send(request.body, length: length, transfer: transfer)
      return Self.response(.result(.null))
    } catch {
      return Self.response(.failure(Self.failure(error)))
    }
  }

  private static func failure(_ error: any Error) -> RemoteFailure {
    (error as? RemoteFailure) ?? RemoteFailure(kind: .handlerFailed, message: "\(error)")
  }

  private func answerMessages(_ request: Request) -> Response {
    switch admit(request) {
    case .failure(let failure):
      Self.response(.failure(failure))
    case .success(let caller):
      Response(
        status: .ok, headers: [.contentType: "application/x-ndjson"], body: body(of: openStream(for: caller)))
    }
  }

  /// The lines of a stream, each sent at once, and an empty line every now and then, so that a host notices when the
  /// server is gone, and the server that the host is.
  private func body(of stream: MessageStream) -> ResponseBody {
    ResponseBody { writer in
      defer { self.forget(stream) }
      self.logger.info("A host has opened its stream of messages", metadata: stream.caller.metadata)
      try await withGracefulShutdownHandler {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { await self.runConnectHooks(for: stream.caller) }
          group.addTask { try await self.keepAlive(stream) }
          for await line in stream.lines {
            try await writer.write(ByteBuffer(bytes: line))
            stream.wrote(line)
          }
          group.cancelAll()
        }
      } onGracefulShutdown: {
        stream.end()
      }
      try await writer.finish(nil)
    }
  }

  private func keepAlive(_ stream: MessageStream) async throws {
    // The first one goes out at once: it is how the host knows that it is heard.
    while stream.offer([UInt8(ascii: "\n")]) {
      try await Task.sleep(for: limits.keepAlive)
    }
  }

  private func admit(_ request: Request) -> Result<Caller, RemoteFailure> {
    guard secret.admits(authorization: request.headers[.authorization]) else {
      return .failure(RemoteFailure(kind: .unauthorized, message: "the hosts' secret is wrong or missing"))
    }
    let parameters = request.uri.queryParameters
    guard let host = parameters["host"], !host.isEmpty, let binary = parameters["binary"], !binary.isEmpty else {
      return .failure(RemoteFailure(kind: .invalidArguments, message: "the query names no host and binary"))
    }
    return .success(Caller(host: String(host), binary: String(binary)))
  }

  private static func response(_ reply: RPCReply) -> Response {
    Response(
      status: reply.status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.json.bytes)))
  }
}

extension RPCReply {
  fileprivate var status: HTTPResponse.Status {
    guard case .failure(let failure) = self else { return .ok }
    return switch failure.kind {
    case .unauthorized: .unauthorized
    case .tooLarge: .contentTooLarge
    case .invalidArguments: .badRequest
    case .noSuchMethod, .unsupportedVersion: .notFound
    default: .internalServerError
    }
  }
}
