import AsyncHTTPClient
import Hummingbird
import JSON
import Logging
import OpenStackHTTP
import Synchronization

/// A Compute service that answers events as a test tells it to.
final class NovaDouble: Sendable {
  struct Received: Sendable {
    var events: [JSONValue]
    var version: String?

    var tags: [String] { events.compactMap { $0["tag"]?.string } }
    var names: [String] { events.compactMap { $0["name"]?.string } }
  }

  enum Answer: Sendable {
    /// 200 or 207 with a code for each event, by its tag; 200 for those that are not named.
    case codes([String: Int])
    /// Another status, with Nova's body for it.
    case status(Int)
    /// The answer comes when the test opens the gate.
    case held(Gate, [String: Int])
  }

  private let plan: Mutex<[Answer]>
  private let arrivals = AsyncStream.makeStream(of: Received.self)

  /// - Parameter plan: the answers in order; all later requests are answered with 200.
  init(_ plan: [Answer] = []) {
    self.plan = Mutex(plan)
  }

  /// The next request that has arrived, or will.
  func nextRequest() async -> Received? {
    var arrivals = arrivals.stream.makeAsyncIterator()
    return await arrivals.next()
  }

  /// Serves on `port` while `body` runs; 0 lets the kernel choose.
  func serving(
    port: Int = 0, _ body: @Sendable @escaping (_ port: Int) async throws -> Void
  ) async throws {
    let router = Router()
    router.post("v2.1/os-server-external-events") { request, _ in try await self.answer(request) }
    let ports = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "nova"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        for await port in ports.stream { return try await body(port) }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  private func answer(_ request: Request) async throws -> Response {
    let body = try JSONValue(parsing: try await request.body.collect(upTo: 1 << 20).readableBytesView)
    let events = body["events"]?.array ?? []
    let next = plan.withLock { $0.isEmpty ? .codes([:]) : $0.removeFirst() }
    arrivals.continuation.yield(
      Received(events: events, version: request.headers[OpenStackHeader.microversion]))
    switch next {
    case .status(let status):
      return .json(
        ["badRequest": ["code": JSONValue(status), "message": "as the test wants it"]], status: .init(code: status))
    case .codes(let codes): return Self.judged(events, codes)
    case .held(let gate, let codes):
      await gate.opened()
      return Self.judged(events, codes)
    }
  }

  private static func judged(_ events: [JSONValue], _ codes: [String: Int]) -> Response {
    var isMixed = false
    let answers = events.map { event -> JSONValue in
      var answer = event.object ?? JSONObject()
      let code = codes[event["tag"]?.string ?? ""] ?? 200
      isMixed = isMixed || code != 200
      answer["code"] = JSONValue(code)
      answer["status"] = code == 200 ? "completed" : "failed"
      return .object(answer)
    }
    return .json(["events": .array(answers)], status: .init(code: isMixed ? 207 : 200))
  }
}

/// Holds whoever waits until it is opened.
final class Gate: Sendable {
  private let stream = AsyncStream.makeStream(of: Void.self)

  func open() { stream.continuation.finish() }

  func opened() async {
    for await _ in stream.stream {}
  }
}

extension ServiceClient {
  /// A client without a token for a double on this machine.
  static func local(port: Int) -> ServiceClient {
    ServiceClient(
      endpoint: "http://127.0.0.1:\(port)", tokens: nil, httpClient: .shared, logger: Logger(label: "client"))
  }
}
