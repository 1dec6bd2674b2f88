import Hummingbird

/// A hummingbird server with nothing behind it: every route answers a body of the size that its path names. It is what
/// `benchmarks/api` holds the Networking API against, in the same run.
///
///     bare-route PORT      GET /SIZE   POST /SIZE   PUT /SIZE   DELETE /SIZE   (a request's body is read)
@main
struct BareRoute {
  static func main() async throws {
    guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else { throw Usage() }
    let router = Router()
    for method: HTTPRequest.Method in [.get, .post, .put, .delete] {
      router.on(":size", method: method) { request, context in
        try await answer(request, context, method == .post ? .created : .ok)
      }
    }
    let address = ApplicationConfiguration(address: .hostname("127.0.0.1", port: port))
    try await Application(router: router, configuration: address).runService()
  }

  /// The largest body, made before the first request; an answer is a slice of it, so that only sending is measured.
  private static let text = ByteBuffer(repeating: UInt8(ascii: "x"), count: 4 << 20)

  private static func answer(
    _ request: Request, _ context: BasicRequestContext, _ status: HTTPResponse.Status
  ) async throws -> Response {
    _ = try await request.body.collect(upTo: 1 << 20)
    let size = try context.parameters.require("size", as: Int.self)
    guard let body = text.getSlice(at: 0, length: size) else { throw HTTPError(.notFound) }
    return Response(
      status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
  }

  private struct Usage: Error, CustomStringConvertible {
    var description: String { "usage: bare-route PORT" }
  }
}
