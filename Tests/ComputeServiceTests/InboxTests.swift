import ComputeService
import HostRPC
import JSON
import Model
import Store
import Support
import Testing

/// What a host is told survives whatever happens to the host, the server and the connection between them.
@Suite(.timeLimit(.minutes(2))) struct InboxTests {
  @Test("a message is sent on every connection until it is acknowledged, in order")
  func redelivery() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let ids = [try await compute.createServer("a"), try await compute.createServer("b")]
      let host = compute.host("h1")
      var first = try await host.messages().makeAsyncIterator()
      let messages = [try #require(try await first.next()), try #require(try await first.next())]
      #expect(try messages.map { try $0.arguments(of: BuildAndRunInstance.self)?.instance.instanceID } == ids)
      var second = try await host.messages().makeAsyncIterator()
      #expect(try await second.next()?.id == messages[0].id)
      #expect(try await second.next()?.id == messages[1].id)
      _ = try await host.call(Acknowledge.self, .init(messageIDs: [try #require(messages[0].id)]))
      var third = try await host.messages().makeAsyncIterator()
      #expect(try await third.next()?.id == messages[1].id)
    }
  }

  @Test("messages outlive the server")
  func restart() async throws {
    let database = try TemporaryDatabase()
    try await ComputeFixture.serving(database: database) { compute in
      try await compute.report("h1")
      _ = try await compute.createServer("a")
    }
    try await ComputeFixture.serving(database: database) { compute in
      var messages = try await compute.host("h1").messages().makeAsyncIterator()
      #expect(try await messages.next()?.method == BuildAndRunInstance.name)
      let later = try await compute.createServer("b")
      let next = try #require(try await messages.next())
      #expect(try next.arguments(of: BuildAndRunInstance.self)?.instance.instanceID == later)
    }
  }

  @Test("a host acknowledges only what is its own")
  func foreign() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      _ = try await compute.createServer("a")
      var messages = try await compute.host("h1").messages().makeAsyncIterator()
      let id = try #require(try await messages.next()?.id)
      _ = try await compute.host("h2").call(Acknowledge.self, .init(messageIDs: [id]))
      let count = try await compute.store.read { try $0.messages(after: 0, limit: 10).count }
      #expect(count == 1)
    }
  }

  @Test("deleting a server whose build no host has taken yet takes the build back")
  func withdrawn() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer("a")
      _ = try await compute.send("DELETE", "/v2.1/servers/\(id)")
      _ = try await compute.send("DELETE", "/v2.1/servers/\(id)")
      let methods = try await compute.store.read { try $0.messages(after: 0, limit: 10).map(\.method) }
      #expect(methods == [TerminateInstance.name])
    }
  }

  @Test("a host learns what it should have")
  func getInstances() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer("a")
      let instances = try await compute.host("h1").call(GetInstances.self, NoArguments()).instances
      #expect(instances.map(\.instanceID) == [id])
      #expect(instances.first?.vmState == "building")
      #expect(instances.first?.build?.flavor.name == "m1.nano")
      #expect(try await compute.host("h2").call(GetInstances.self, NoArguments()).instances == [])
    }
  }
}
