import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Synchronization
import Testing

/// Hands out tokens from a list, and the same one until it is refused.
private final class Tokens: TokenSource {
  private let left: Mutex<[String]>

  init(_ tokens: [String]) {
    left = Mutex(tokens)
  }

  func token() async throws -> String { left.withLock { $0[0] } }

  func invalidate(_ token: String) async {
    left.withLock { if $0.count > 1, $0[0] == token { $0.removeFirst() } }
  }
}

@Suite("Calls between services")
struct ServiceClientTests {
  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.post("/echo") { request, context in Response.json(try await context.json(of: request), status: .accepted) }
  }

  private static func slowRoutes(_ router: Router<OpenStackRequestContext>) {
    router.get("/slow") { _, _ in
      // Stands for a service that never answers; the client's deadline ends the test.
      try await Task.sleep(for: .seconds(3600))
      return Response.empty(.ok)
    }
  }

  private static func client(_ client: Client, tokens: [String]) -> ServiceClient {
    ServiceClient(
      endpoint: client.url, tokens: Tokens(tokens), httpClient: client.http, logger: Logger(label: "test"))
  }

  @Test("a refused token is fetched anew and the call is made again")
  func renewal() async throws {
    try await withService(routes: Self.routes) { client in
      let answer = try await Self.client(client, tokens: ["old", "good"]).call(.post, "/echo", body: ["a": .null])
      #expect(answer.status == 202)
      #expect(answer.body == ["a": .null])
      #expect(answer.requestID?.hasPrefix("req-") == true)
    }
  }

  @Test("a token that is refused twice is an answer, not a loop")
  func refusedTwice() async throws {
    try await withService(routes: Self.routes) { client in
      let answer = try await Self.client(client, tokens: ["old", "older", "good"]).call(.post, "/echo", body: [:])
      #expect(answer.status == 401)
    }
  }

  @Test("a service that does not answer in time is an error")
  func deadline() async throws {
    try await withService(routes: Self.slowRoutes) { client in
      await #expect(throws: (any Error).self) {
        try await Self.client(client, tokens: ["good"]).call(.get, "/slow", deadline: .milliseconds(50))
      }
    }
  }
}
