import Hummingbird
import JSON
import Logging
import NIOConcurrencyHelpers
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Connections of strangers", .timeLimit(.minutes(2)))
struct ConnectionTests {
  private static func routes(_ router: Router<OpenStackRequestContext>) {
    router.get("/v2.0/ports") { _, _ in Response.json(["ports": []]) }
    router.post("/v2.0/ports") { request, context in
      Response.json(try await context.json(of: request), status: .created)
    }
  }

  private static let get = "GET /v2.0/ports HTTP/1.1\r\nHost: a\r\nX-Auth-Token: good\r\n"
  private static let post = "POST /v2.0/ports HTTP/1.1\r\nHost: a\r\nX-Auth-Token: good\r\n"

  private func goesOn(_ client: Client) async throws {
    #expect(try await client.send(.GET, "/v2.0/ports").status == 200)
  }

  @Test("a head of 1 MB is refused with 431 and a request id, or the connection is closed; nothing of it is kept")
  func hugeHead() async throws {
    try await withService(routes: Self.routes) { client in
      let long = String(repeating: "x", count: 1 << 20)
      for field in ["X-Long: \(long)", String(repeating: "X-A: b\r\n", count: 100_000)] {
        let answer = try await client.onTheWire { wire in
          // The server may close before all of it is sent.
          try? await wire.send(Self.get + field)
          return await wire.everything()
        }
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 431 "), "\(answer)")
        if !answer.isEmpty { #expect(answer.lowercased().contains("x-openstack-request-id: req-"), "\(answer)") }
      }
      try await goesOn(client)
    }
  }

  @Test("what is not HTTP is refused with 400 and a request id, and the connection closed")
  func noHTTP() async throws {
    try await withService(routes: Self.routes) { client in
      for text in ["\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", "GET\r\n\r\n", "nonsense \r\n\r\n"] {
        let answer = try await client.onTheWire { wire in
          try? await wire.send(text)
          return await wire.everything()
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        #expect(answer.lowercased().contains("x-openstack-request-id: req-"), "\(answer)")
      }
      try await goesOn(client)
    }
  }

  @Test("a head that does not come to its end is waited for as long as an idle connection")
  func slowHead() async throws {
    let limits = { (configuration: inout OpenStackApplication.Configuration) in
      configuration.limits.idleTime = .milliseconds(200)
    }
    try await withService(configure: limits, routes: Self.routes) { client in
      let answer = try await client.onTheWire { wire in
        // On a busy machine the connection may have been idle for long enough before anything is sent.
        try? await wire.send("GET /v2.0/ports HTTP/1.1\r\nHost:")
        return await wire.everything()
      }
      #expect(answer.isEmpty, "\(answer)")
      try await goesOn(client)
    }
  }

  @Test("a body that comes too slowly is waited for no longer than its time, and nothing is made of it")
  func slowBody() async throws {
    let limits = { (configuration: inout OpenStackApplication.Configuration) in
      configuration.limits.bodyTime = .milliseconds(200)
    }
    try await withService(configure: limits, routes: Self.routes) { client in
      let answer = try await client.onTheWire { wire in
        try await wire.send(Self.post + "Content-Length: 1000\r\n\r\n{\"port\":")
        return await wire.everything()
      }
      #expect(!answer.contains("201"), "\(answer)")
      try await goesOn(client)
    }
  }

  @Test("a client that has sent its request and closed its side is answered")
  func halfClosed() async throws {
    try await withService(routes: Self.routes) { client in
      let answer = try await client.onTheWire { wire in
        try await wire.send(Self.post + "Content-Length: 11\r\n\r\n{\"port\":{}}")
        wire.closeSending()
        return await wire.everything()
      }
      #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
      #expect(answer.hasSuffix("{\"port\":{}}"), "\(answer)")
      try await goesOn(client)
    }
  }

  @Test("a body that ends early is not taken for a whole one, even if it is JSON")
  func halfABody() async throws {
    let made = NIOLockedValueBox(0)
    let routes = { (router: Router<OpenStackRequestContext>) in
      Self.routes(router)
      router.post("/v2.0/networks") { request, context in
        let body = try await context.json(of: request)
        made.withLockedValue { $0 += 1 }
        return Response.json(body, status: .created)
      }
    }
    let json = "{\"port\":{}}"
    try await withService(routes: routes) { client in
      for ending in ["Content-Length: 100\r\n\r\n\(json)", "Transfer-Encoding: chunked\r\n\r\nb\r\n\(json)\r\n"] {
        let answer = try await client.onTheWire { wire in
          try await wire.send(
            "POST /v2.0/networks HTTP/1.1\r\nHost: a\r\nX-Auth-Token: good\r\n" + ending)
          wire.closeSending()
          return await wire.everything()
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      }
      try await goesOn(client)
      #expect(made.withLockedValue { $0 } == 0)
    }
  }

  @Test("a connection above the limit waits until another ends")
  func connectionLimit() async throws {
    let limits = { (configuration: inout OpenStackApplication.Configuration) in configuration.limits.connections = 1 }
    try await withService(configure: limits, routes: Self.routes) { client in
      let request = Self.get + "\r\n"
      try await client.onTheWire { first in
        try await first.send(request)
        #expect(try await first.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        async let second = client.onTheWire { wire in
          try await wire.send(request)
          return try await wire.text(until: "\r\n\r\n")
        }
        // The first is served all the while.
        try await first.send(request)
        #expect(try await first.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        first.closeSending()
        _ = await first.everything()
        #expect(try await second.hasPrefix("HTTP/1.1 200 "))
      }
    }
  }

  @Test("requests that come in one go are answered one after the other")
  func pipelining() async throws {
    try await withService(routes: Self.routes) { client in
      let answers = try await client.onTheWire { wire in
        try await wire.send(String(repeating: Self.get + "\r\n", count: 20))
        wire.closeSending()
        return await wire.everything()
      }
      #expect(answers.split(separator: "HTTP/1.1 200 ").count == 20)
    }
  }
}
