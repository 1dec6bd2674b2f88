import HostRPC
import JSON
import Model
import Store
import Support
import Testing

@Suite(.timeLimit(.minutes(2))) struct ExternalEventTests {
  @Test("the captures are there")
  func captures() {
    #expect(Capture.all.count == 13)
  }

  /// The servers of the captures: two that have a host, one that has none.
  private func insertServers(_ store: Store) async throws {
    let hosts = [
      "afd48614-bd18-4fef-8451-64ac41c88174": "compute1", "2af09a56-24e0-4c93-a1c2-a49445371393": "compute1",
      "c6fa03c8-f6a6-4c82-b4f8-f64e8cf59d5e": nil,
    ]
    for (id, host) in hosts { try await store.insertServer(try #require(UUID(id)), host: host) }
  }

  @Test("every captured request is answered as nova-api answered it", arguments: Capture.all)
  func replay(_ capture: Capture) async throws {
    try await ComputeFixture.serving { compute in
      try await insertServers(compute.store)
      let tokens = ["<admin token>": "admin", "<demo token>": "member"]
      let token = capture.request["headers"]?["X-Auth-Token"]?.string ?? ""
      let reply = try await compute.send(
        "POST", "/v2.1/os-server-external-events", capture.request["body"], token: tokens[token] ?? "bad")
      #expect(reply.status == capture.response["status"]?.integer.map { Int($0) })
      #expect(reply.body == capture.response["body"])
      if let events = reply.body?["events"]?.array, let expected = capture.response["body"]?["events"]?.array {
        // The members' order is upstream's too.
        #expect(events.map { $0.object?.names } == expected.map { $0.object?.names })
      }
      for name in ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version", "WWW-Authenticate"] {
        #expect(reply.headers[name.lowercased()] == capture.response["headers"]?[name]?.string, "\(name)")
      }
    }
  }

  @Test(
    "a name is accepted from the microversion on that brought it",
    arguments: [
      ("volume-extended", "2.50", 400), ("volume-extended", "2.51", 200), ("power-update", "2.75", 400),
      ("power-update", "2.76", 200), ("accelerator-request-bound", "2.81", 400),
      ("accelerator-request-bound", "2.82", 200), ("volume-reimaged", "2.92", 400), ("volume-reimaged", "2.93", 200),
    ])
  func names(_ name: String, _ version: String, _ status: Int) async throws {
    try await ComputeFixture.serving { compute in
      let id = UUID()
      try await compute.store.insertServer(id, host: "h1")
      let body: JSONValue = [
        "events": [["name": .string(name), "server_uuid": .string(id.description), "tag": "x"]]
      ]
      let reply = try await compute.send("POST", "/v2.1/os-server-external-events", body, version: version)
      #expect(reply.status == status)
    }
  }

  @Test("an event that needs a tag and has none is refused by itself")
  func tag() async throws {
    try await ComputeFixture.serving { compute in
      let id = UUID()
      try await compute.store.insertServer(id, host: "h1")
      let body: JSONValue = ["events": [["name": "volume-extended", "server_uuid": .string(id.description)]]]
      let reply = try await compute.send("POST", "/v2.1/os-server-external-events", body, version: "2.51")
      #expect(reply.status == 207)
      #expect(reply.body?["events"]?.array?.first?["code"] == 400)
    }
  }

  @Test("a service user may send events")
  func serviceRole() async throws {
    try await ComputeFixture.serving { compute in
      let id = UUID()
      try await compute.store.insertServer(id, host: "h1")
      let body: JSONValue = ["events": [["name": "network-changed", "server_uuid": .string(id.description)]]]
      #expect(try await compute.send("POST", "/v2.1/os-server-external-events", body, token: "service").status == 200)
    }
  }

  @Test("accepted events reach each host as one message, in order, whatever else is in the request")
  func grouped() async throws {
    try await ComputeFixture.serving { compute in
      let (first, second, third) = (UUID(), UUID(), UUID())
      try await compute.store.insertServer(first, host: "h1")
      try await compute.store.insertServer(second, host: "h2")
      try await compute.store.insertServer(third, host: "h1")
      func event(_ id: UUID, _ tag: String) -> JSONValue {
        ["name": "network-vif-plugged", "server_uuid": .string(id.description), "tag": .string(tag)]
      }
      let body: JSONValue = [
        "events": [event(first, "a"), event(UUID(), "b"), event(second, "c"), event(third, "d"), event(first, "e")]
      ]
      let reply = try await compute.send("POST", "/v2.1/os-server-external-events", body)
      #expect(reply.status == 207)
      var messages = try await compute.host("h1").messages().makeAsyncIterator()
      let message = try #require(try await messages.next())
      let arguments = try #require(try message.arguments(of: ExternalInstanceEvent.self))
      #expect(arguments.events.map(\.tag) == ["a", "d", "e"])
      #expect(arguments.events.map(\.instanceID) == [first, third, first])
      let rows = try await compute.store.read { try $0.messages(after: 0, limit: 10).map(\.host) }
      #expect(rows == ["h1", "h2"])
    }
  }
}

extension Store {
  /// A server as the scheduler would have left it.
  func insertServer(_ id: UUID, host: String?) async throws {
    try await write { transaction in
      var instance = Instance(
        id: id, name: "s", description: nil, hostname: "s", projectID: "p1", userID: "u",
        flavor: Flavor(id: "0", name: "m1.nano", vcpus: 1, memoryMB: 128, rootGB: 0), image: nil,
        request: InstanceRequest(), reservationID: "r-1", launchIndex: 0, createdAt: transaction.now)
      instance.host = host
      try transaction.insert(instance)
    }
  }
}
