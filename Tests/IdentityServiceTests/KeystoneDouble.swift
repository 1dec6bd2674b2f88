import Hummingbird
import JSON
import Logging
import NIOCore
import OpenStackHTTP
import Support
import Synchronization

/// A Keystone of somebody else that answers as a test tells it to, and counts what it is asked.
final class KeystoneDouble: Sendable {
  struct Behaviour: Sendable {
    /// What log-ins are answered with.
    var logIn = 201
    /// What questions about tokens are answered with.
    var question = 200
    /// The `token` of answers to questions.
    var token: JSONValue = KeystoneDouble.token()
    /// Questions wait for it if there is one.
    var gate: Gate?
    var catalog: JSONValue = []
  }

  struct Counts: Sendable, Equatable {
    var logIns = 0
    var questions = 0
  }

  private let state = Mutex<(behaviour: Behaviour, counts: Counts)>((Behaviour(), Counts()))
  private let arrivals = AsyncStream.makeStream(of: Void.self)

  var counts: Counts { state.withLock { $0.counts } }

  func behave(_ change: @Sendable (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

  /// Waits for the next question.
  func nextQuestion() async {
    var arrivals = arrivals.stream.makeAsyncIterator()
    await arrivals.next()
  }

  static func token(expires: String = "2099-01-01T00:00:00.000000Z") -> JSONValue {
    [
      "user": ["id": "u1", "name": "jane", "domain": ["id": "d1", "name": "D"]],
      "project": ["id": "p1", "name": "proj", "domain": ["id": "d1", "name": "D"]],
      "roles": [["id": "r1", "name": "member"]], "methods": ["password"], "audit_ids": ["a1"],
      "issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": .string(expires),
    ]
  }

  /// Serves while `body` runs.
  func running(_ body: @Sendable @escaping (_ url: String) async throws -> Void) async throws {
    let router = Router()
    router.post("v3/auth/tokens") { _, _ in self.logIn() }
    router.get("v3/auth/tokens") { _, _ in await self.question() }
    let ports = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "keystone"))
    try await serving(application.run) {
      for await port in ports.stream { return try await body("http://127.0.0.1:\(port)") }
    }
  }

  private func logIn() -> Response {
    let behaviour = state.withLock { state in
      state.counts.logIns += 1
      return state.behaviour
    }
    guard behaviour.logIn == 201 else { return .json([:], status: .init(code: behaviour.logIn)) }
    var token = Self.token().object ?? JSONObject()
    token["catalog"] = behaviour.catalog
    var response = Response.json(["token": .object(token)], status: .created)
    response.headers[OpenStackHeader.subjectToken] = "service-token"
    return response
  }

  private func question() async -> Response {
    let behaviour = state.withLock { state in
      state.counts.questions += 1
      return state.behaviour
    }
    arrivals.continuation.yield()
    await behaviour.gate?.opened()
    guard behaviour.question == 200 else {
      return .json(["error": ["code": JSONValue(behaviour.question)]], status: .init(code: behaviour.question))
    }
    return .json(["token": behaviour.token])
  }
}

/// Holds whoever waits until it is opened.
final class Gate: Sendable {
  private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func opened() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}
