import HostRPC
import JSON
import Model
import SQLite
import Store
import Support
import Synchronization
import Testing

@testable import ComputeService

@Suite(.timeLimit(.minutes(2))) struct ServerLifeTests {
  @Test("a server is built, shown, listed and deleted, and its host is told of both")
  func life() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer("c1")
      #expect(try await compute.show(id)?["status"] == "BUILD")
      let host = compute.host("h1")
      var messages = try await host.messages().makeAsyncIterator()
      let build = try #require(try await messages.next())
      let request = try #require(try build.arguments(of: BuildAndRunInstance.self)).instance
      #expect(request.instanceID == id)
      #expect(request.networks == [BuildRequest.Network(networkID: ComputeFixture.network)])
      #expect(request.image.kernelID == ComputeFixture.port)
      #expect(request.image.properties["os_command_line"] == "console=ttyS0")
      compute.peers.portOwner.withLock { $0 = id }
      let update = InstanceUpdate(instanceID: id, vmState: "active", taskState: .cleared, powerState: 1)
      _ = try await host.call(UpdateInstance.self, update)
      _ = try await host.call(Acknowledge.self, .init(messageIDs: [try #require(build.id)]))
      let shown = try await compute.show(id)
      #expect(shown?["status"] == "ACTIVE")
      #expect(shown?["OS-EXT-SRV-ATTR:host"] == "h1")
      #expect(
        shown?["addresses"] == [
          "priv": [
            [
              "version": 4, "addr": "10.88.3.233", "OS-EXT-IPS:type": "fixed",
              "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01",
            ]
          ]
        ])
      let list = try await compute.send("GET", "/v2.1/servers/detail?name=c1&status=ACTIVE")
      #expect(list.body?["servers"]?.array?.count == 1)
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)").status == 204)
      let terminate = try #require(try await messages.next())
      #expect(try terminate.arguments(of: TerminateInstance.self)?.instanceID == id)
      #expect(try await compute.show(id)?["OS-EXT-STS:task_state"] == "deleting")
      _ = try await host.call(UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "deleted"))
      let gone = try await compute.send("GET", "/v2.1/servers/\(id)")
      #expect(gone.status == 404)
      #expect(gone.body == ["itemNotFound": ["code": 404, "message": .string("Instance \(id) could not be found.")]])
    }
  }

  @Test("a server that no host has room for is in ERROR with the reason, and is deleted at once")
  func noValidHost() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1", memoryMB: 64)
      let id = try await compute.createServer()
      let shown = try await compute.show(id)
      #expect(shown?["status"] == "ERROR")
      #expect(shown?["fault"]?["message"] == "No valid host was found. There are not enough hosts available.")
      #expect(shown?["fault"]?["details"] == "Resources: h1 (64 MB of memory free of 128 wanted)")
      #expect(try await compute.show(id, token: "member")?["fault"]?["details"] == nil)
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)").status == 204)
      #expect(try await compute.send("GET", "/v2.1/servers/\(id)").status == 404)
    }
  }

  @Test("servers that are asked for at the same time do not get the same room")
  func claims() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1", memoryMB: 128 * 3)
      let ids = try await withThrowingTaskGroup(of: UUID.self) { group in
        for _ in 0..<6 { group.addTask { try await compute.createServer() } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      var states: [String] = []
      for id in ids { states.append(try await compute.show(id)?["status"]?.string ?? "") }
      #expect(states.sorted() == ["BUILD", "BUILD", "BUILD", "ERROR", "ERROR", "ERROR"])
    }
  }

  @Test("a failed build shows its fault")
  func failedBuild() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer()
      let fault = InstanceUpdate.Fault(message: "Virtual Interface creation failed", details: "tap1 timed out")
      _ = try await compute.host("h1").call(
        UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "error", taskState: .cleared, fault: fault))
      let shown = try await compute.show(id)
      #expect(shown?["status"] == "ERROR")
      #expect(shown?["fault"]?["message"] == "Virtual Interface creation failed")
      #expect(shown?["fault"]?["code"] == 500)
    }
  }

  @Test("a host cannot report another host's server")
  func foreignHost() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer()
      await #expect(throws: HostRPCError.self) {
        try await compute.host("h2").call(UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "active"))
      }
      #expect(try await compute.show(id)?["status"] == "BUILD")
    }
  }

  @Test("a server of another project does not exist for a user")
  func projects() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer()
      #expect(try await compute.send("GET", "/v2.1/servers/\(id)", token: "other").status == 404)
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)", token: "other").status == 404)
      #expect(try await compute.send("GET", "/v2.1/servers", token: "other").body == ["servers": []])
      let all = try await compute.send("GET", "/v2.1/servers?all_tenants=1", token: "other")
      #expect(all.status == 403)
      #expect(try await compute.show(id, token: "member")?["OS-EXT-SRV-ATTR:host"] == nil)
    }
  }

  @Test("a list is paged by limit and marker")
  func paging() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let ids = [
        try await compute.createServer("a"), try await compute.createServer("b"), try await compute.createServer("c"),
      ]
      let first = try await compute.send("GET", "/v2.1/servers?limit=2")
      #expect(first.body?["servers"]?.array?.map { $0["name"] } == ["c", "b"])
      let next = try #require(first.body?["servers_links"]?.array?.first?["href"]?.string)
      let second = try await compute.send("GET", String(next.dropFirst(compute.url.count)))
      #expect(second.body?["servers"]?.array?.map { $0["id"]?.string } == [ids[0].description])
      #expect(second.body?["servers_links"] == nil)
      let sorted = try await compute.send("GET", "/v2.1/servers?sort_key=display_name&sort_dir=asc&marker=\(ids[0])")
      #expect(sorted.body?["servers"]?.array?.map { $0["name"] } == ["b", "c"])
      #expect(try await compute.send("GET", "/v2.1/servers?marker=\(UUID())").status == 400)
    }
  }

  @Test("several servers of one request are numbered and have one reservation")
  func several() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      var body = ComputeFixture.server("m").object ?? JSONObject()
      var server = body["server"]?.object ?? JSONObject()
      server["min_count"] = 2
      server["return_reservation_id"] = true
      body["server"] = .object(server)
      let reply = try await compute.send("POST", "/v2.1/servers", .object(body))
      #expect(reply.status == 202)
      let reservation = try #require(reply.body?["reservation_id"]?.string)
      let list = try await compute.send("GET", "/v2.1/servers?reservation_id=\(reservation)")
      #expect(list.body?["servers"]?.array?.map { $0["name"] } == ["m-2", "m-1"])
    }
  }

  @Test("the boot is a timeline that a person can read in the database")
  func timeline() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer()
      let host = compute.host("h1")
      let time = Timestamp.systemNow()
      let step = RecordInstanceEvents.Step(
        event: "guest_resumed", startedAt: time, finishedAt: time + .milliseconds(1), detail: "RUNNING")
      for _ in 0..<2 {
        _ = try await host.call(RecordInstanceEvents.self, .init(instanceID: id, events: [step]))
      }
      _ = try await host.call(UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "active"))
      let rows = try await compute.store.read { snapshot in
        try snapshot.rows("SELECT step, ms, ms_step, host FROM v_boot_timeline WHERE instance_id = ?", id) {
          ($0.text(0), $0.double(1), $0.double(2), $0.optionalText(3))
        }
      }
      #expect(rows.map(\.0) == ["api_accepted", "scheduled", "build_sent", "guest_resumed", "active"])
      #expect(rows.first?.1 == 0)
      #expect(rows.allSatisfy { $0.1 >= 0 && $0.2 >= 0 })
      #expect(rows.dropFirst().allSatisfy { $0.3 == "h1" })
    }
  }
}
