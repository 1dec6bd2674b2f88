import AsyncHTTPClient
import EventDelivery
import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store
import Support
import Synchronization
import Testing

/// A Compute service that is found in the catalog of a Keystone elsewhere, and called with that Keystone's token.
@Suite(.timeLimit(.minutes(2))) struct CatalogDeliveryTests {
  @Test("events wait until Keystone tells where the Compute service is, and go there with its token")
  func catalog() async throws {
    let database = try TemporaryDatabase()
    let clock = ManualClock()
    let nova = NovaDouble()
    let keystone = CatalogDouble()
    let wakeUp = EventDelivery.makeWakeUp()
    let store = try database.store(listeners: [wakeUp], clock: { clock.now })
    try await nova.serving { novaPort in
      try await keystone.running { url in
        let tokens = KeystoneTokenSource(
          authURL: url, credentials: .init(username: "nova", password: "pw", projectName: "service"),
          httpClient: .shared, retryAfter: .zero, logger: Logger(label: "test"))
        let delivery = EventDelivery(
          store: store, wakeUp: wakeUp,
          client: {
            let endpoint = try await tokens.catalog().url(of: "compute", interfaces: ["public"], region: "North")
            return ServiceClient(
              endpoint: try #require(endpoint), tokens: tokens, httpClient: .shared, logger: Logger(label: "test"))
          }, clock: clock.delivery, logger: Logger(label: "test"))
        try await serving(delivery.run) {
          try await store.queue("a")
          // Keystone does not let anybody in yet.
          let retry = await clock.nextSleep()
          #expect(try await store.outcomes() == [])
          keystone.open(compute: "http://127.0.0.1:\(novaPort)/v2.1/project")
          if let retry { clock.advance(to: retry) }
          #expect(await nova.nextRequest()?.tags == ["a"])
          try await waitUntil("the event is marked") { try await store.outcomes() == ["a delivered"] }
        }
      }
    }
    await store.close()
  }
}

/// A Keystone that refuses log-ins until it is opened, and then has a Compute service in its catalog.
private final class CatalogDouble: Sendable {
  private let compute = Mutex<String?>(nil)

  func open(compute url: String) { compute.withLock { $0 = url } }

  func running(_ body: @Sendable @escaping (_ url: String) async throws -> Void) async throws {
    let router = Router()
    router.post("v3/auth/tokens") { _, _ in self.logIn() }
    let ports = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "keystone"))
    try await serving(application.run) {
      for await port in ports.stream { return try await body("http://127.0.0.1:\(port)/v3/") }
    }
  }

  private func logIn() -> Response {
    guard let url = compute.withLock({ $0 }) else { return .json([:], status: .serviceUnavailable) }
    var response = Response.json(
      [
        "token": [
          "issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2026-01-01T01:00:00.000000Z",
          "catalog": [
            [
              "type": "compute",
              "endpoints": [
                ["interface": "public", "region": "South", "url": "http://127.0.0.1:1/v2.1"],
                ["interface": "public", "region": "North", "url": .string(url)],
              ],
            ]
          ],
        ]
      ], status: .created)
    response.headers[OpenStackHeader.subjectToken] = "token"
    return response
  }
}
