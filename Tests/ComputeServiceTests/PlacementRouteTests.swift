import ComputeService
import HostRPC
import JSON
import Model
import SQLite
import Store
import Support
import Testing

@Suite("Placement through the API", .timeLimit(.minutes(2))) struct PlacementRouteTests {
  @Test("64 servers at once never overbook a host, and whoever finds no room is told why")
  func neverOverbooked() async throws {
    try await ComputeFixture.serving(options: .unlimited) { compute in
      try await compute.report("h1", memoryMB: 128 * 20)
      try await compute.report("h2", memoryMB: 128 * 15)
      let servers = try await withThrowingTaskGroup(of: JSONValue.self) { group in
        for _ in 0..<64 { group.addTask { try await compute.place() } }
        return try await group.reduce(into: [JSONValue]()) { $0.append($1) }
      }
      #expect(servers.filter { $0.host == "h1" }.count == 20)
      #expect(servers.filter { $0.host == "h2" }.count == 15)
      #expect(servers.filter { $0["status"] == "ERROR" }.count == 29)
      let nodes = try await compute.store.read { try $0.computeNodes() }
      #expect(nodes.map(\.used.memoryMB) == nodes.map(\.memoryMB))
    }
  }

  @Test("64 servers at once never exceed a quota")
  func neverOverQuota() async throws {
    var options = ComputeOptions.unlimited
    options.quotas[.cores] = 7
    try await ComputeFixture.serving(options: options) { compute in
      try await compute.report("h1", memoryMB: 128 * 100)
      let replies = try await withThrowingTaskGroup(of: ComputeFixture.Reply.self) { group in
        for _ in 0..<64 {
          group.addTask { try await compute.send("POST", "/v2.1/servers", ComputeFixture.server(), token: "member") }
        }
        return try await group.reduce(into: [ComputeFixture.Reply]()) { $0.append($1) }
      }
      #expect(replies.filter { $0.status == 202 }.count == 7)
      let refused = replies.filter { $0.status == 403 }
      #expect(refused.count == 57)
      #expect(
        refused.allSatisfy {
          $0.message == "Quota exceeded for cores: Requested 1, but already used 7 of 7 cores"
        })
      #expect(refused.first?.body?["forbidden"]?["code"] == 403)
    }
  }

  @Test("of several servers as many are made as the quota leaves, if that is enough")
  func severalWithinQuota() async throws {
    var options = ComputeOptions.unlimited
    options.quotas[.instances] = 3
    try await ComputeFixture.serving(options: options) { compute in
      try await compute.report("h1")
      let body = ComputeFixture.server(["min_count": 2, "max_count": 5])
      #expect(try await compute.send("POST", "/v2.1/servers", body).status == 202)
      #expect(try await compute.store.read { try $0.usage(ofProject: "p1").instances } == 3)
      let refused = try await compute.send("POST", "/v2.1/servers", body)
      #expect(refused.status == 403)
      #expect(
        refused.message == "Quota exceeded for instances: Requested 2-5, but already used 3 of 3 instances")
    }
  }

  @Test("a zone's hosts get its servers, and each server shows the zone of its host")
  func zones() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      _ = try await compute.aggregate("a", zone: "z1", hosts: ["h2"])
      for _ in 0..<2 {
        let server = try await compute.place(["availability_zone": "z1"])
        #expect(server.host == "h2")
        #expect(server.zone == "z1")
      }
      let server = try await compute.place(["availability_zone": "nova"])
      #expect(server.host == "h1")
      #expect(server.zone == "nova")
      let missing = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server(["availability_zone": "z9"]))
      #expect(missing.status == 400)
      #expect(missing.message == "The requested availability zone is not available")
    }
  }

  @Test("an administrator names a host with or without a zone, and nobody else does")
  func namedHosts() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      _ = try await compute.aggregate("a", hosts: ["h2"], metadata: ["filter_tenant_id": "p9"])
      #expect(try await compute.place(["availability_zone": "nova:h2"]).host == "h2")
      let body = ComputeFixture.server(["host": "h2"])
      let refused = try await compute.send("POST", "/v2.1/servers", body, version: "2.74")
      let id = try #require(refused.body?["server"]?.uuid)
      let fault = try await compute.show(id)?["fault"]
      #expect(fault?["details"] == "AggregateMultiTenancyIsolation: h2")
      let unknown = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server(["host": "h9"]), version: "2.74")
      #expect(unknown.status == 400)
      #expect(unknown.message == "Compute host h9 could not be found.")
      #expect(
        try await compute.send("POST", "/v2.1/servers", body, token: "member", version: "2.74").status == 403)
    }
  }

  @Test("a group keeps its members apart, and no more than it may have")
  func groups() async throws {
    var options = ComputeOptions.unlimited
    options.quotas[.serverGroupMembers] = 3
    try await ComputeFixture.serving(options: options) { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      let made = try await compute.send(
        "POST", "/v2.1/os-server-groups", ["server_group": ["name": "g", "policies": ["anti-affinity"]]])
      let group = try #require(made.body?["server_group"]?["id"]?.string)
      let first = try await compute.place(hints: ["group": .string(group)])
      let second = try await compute.place(hints: ["group": .string(group)])
      #expect(Set([first.host, second.host]) == ["h1", "h2"])
      let third = try await compute.place(hints: ["group": .string(group)])
      #expect(third["status"] == "ERROR")
      #expect(third["fault"]?["details"] == "ServerGroupAntiAffinityFilter: h1 (1 of 1), h2 (1 of 1)")
      let shown = try await compute.send("GET", "/v2.1/os-server-groups/\(group)")
      #expect(shown.body?["server_group"]?["members"]?.array?.count == 3)
      let fourth = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server([:], hints: ["group": .string(group)]))
      #expect(fourth.status == 403)
      #expect(fourth.message == "Quota exceeded, too many servers in group")
      let id = UUID().description
      let unknown = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server([:], hints: ["group": .string(id)]))
      #expect(unknown.status == 400)
      #expect(unknown.message == "Instance group \(id) could not be found.")
      let foreign = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server([:], hints: ["group": .string(group)]), token: "other")
      #expect(foreign.status == 400)
    }
  }

  @Test("hints bring a server to another one, or away from it")
  func hints() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      let first = try await compute.place()
      let id = try #require(first["id"])
      #expect(try await compute.place(hints: ["same_host": id]).host == first.host)
      #expect(try await compute.place(hints: ["different_host": [id]]).host != first.host)
    }
  }

  @Test("a disabled host and one that is forced down get nothing")
  func disabledHosts() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2", "h3"] { try await compute.report(host) }
      let body: JSONValue = ["host": "h1", "binary": "nova-compute", "disabled_reason": "disk"]
      #expect(try await compute.send("PUT", "/v2.1/os-services/disable-log-reason", body).status == 200)
      let down: JSONValue = ["host": "h2", "binary": "nova-compute", "forced_down": true]
      #expect(try await compute.send("PUT", "/v2.1/os-services/force-down", down, version: "2.11").status == 200)
      for _ in 0..<3 { #expect(try await compute.place().host == "h3") }
      #expect(
        try await compute.store.read { try $0.computeNodes().map(\.used.instances) } == [0, 0, 3])
    }
  }

  @Test("what an operation claims on a host is taken, and the queries of placement do not grow with its instances")
  func claims() async throws {
    try await ComputeFixture.serving(options: .unlimited) { compute in
      try await compute.report("h1", memoryMB: 256)
      let id = try #require(try await compute.place().uuid)
      try await compute.store.write { transaction in
        try transaction.execute(
          "INSERT INTO instance_claims (instance_id, host, vcpus, memory_mb, disk_gb) VALUES (?, 'h1', 1, 100, 0)", id)
      }
      let second = try await compute.place()
      #expect(second["fault"]?["details"] == "Resources: h1 (28 MB of memory free of 128 wanted)")
    }
  }

  @Test("with a thousand instances on ten hosts zones cost what they cost without, and room a few steps an instance")
  func cost() async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    func steps(_ body: @escaping @Sendable (Snapshot) throws -> Void) async throws -> Int {
      try await store.read { snapshot in
        let before = snapshot.stepCount
        try body(snapshot)
        return snapshot.stepCount - before
      }
    }
    let room: @Sendable (Snapshot) throws -> Void = { _ = try $0.computeNodes() }
    let zones: @Sendable (Snapshot) throws -> Void = { _ = try $0.zonesOfHosts() }
    let usage: @Sendable (Snapshot) throws -> Void = { _ = try $0.usage(ofProject: "p1") }
    try await store.write { transaction in
      for number in 0..<10 {
        let node = ComputeNode(
          id: UUID(), host: "h\(number)", hypervisorType: "QEMU", vcpus: 64, memoryMB: 65536, diskGB: 100,
          heartbeatAt: transaction.now)
        try transaction.reportComputeNode(node, isStart: true)
      }
    }
    let before = (room: try await steps(room), zones: try await steps(zones), usage: try await steps(usage))
    try await store.write { transaction in
      for number in 0..<1000 {
        var instance = Instance(
          id: UUID(), name: "s", description: nil, hostname: "s", projectID: "p1", userID: "u",
          flavor: Flavor(id: "0", name: "nano", vcpus: 1, memoryMB: 64, rootGB: 0), image: nil,
          request: InstanceRequest(), reservationID: "r", launchIndex: 0, createdAt: transaction.now)
        instance.host = "h\(number % 10)"
        try transaction.insert(instance)
      }
    }
    #expect(try await store.read { try $0.computeNodes().map(\.used.memoryMB) } == Array(repeating: 6400, count: 10))
    #expect(try await steps(zones) == before.zones)
    #expect(try await steps(room) - before.room < 30 * 1000)
    #expect(try await steps(usage) - before.usage < 20 * 1000)
    await store.close()
  }
}
