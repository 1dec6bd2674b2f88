import ComputeService
import HostRPC
import JSON
import Model
import Store
import Support
import Synchronization
import Testing

/// `POST /servers/{id}/action`: which action takes which value, who may ask for it, and what it answers.
@Suite(.timeLimit(.minutes(2))) struct ActionTests {
  struct Example: Sendable, CustomStringConvertible {
    var action: String
    var value: JSONValue = .null
    var version = "2.1"
    var token = "member"
    var status = 202
    var message: String?

    var description: String { "\(action) \(value) \(version) \(token)" }
  }

  static let missing = UUID()
  static let image = JSONValue.string(ComputeFixture.image.description)
  static let extra = "Additional properties are not allowed ('x' was unexpected)"

  static let taken: [Example] = [
    .init(action: "os-stop"), .init(action: "reboot", value: ["type": "SOFT"]),
    .init(action: "reboot", value: ["type": "Hard"]), .init(action: "pause"), .init(action: "suspend"),
    .init(action: "lock"), .init(action: "unlock"),
    .init(action: "lock", value: ["locked_reason": "x"], version: "2.73"),
    .init(action: "unlock"), .init(action: "shelve"), .init(action: "rescue", status: 200),
    .init(action: "rescue", value: ["adminPass": "p", "rescue_image_ref": image], status: 200),
    .init(action: "resize", value: ["flavorRef": "1"]), .init(action: "rebuild", value: ["imageRef": image]),
    .init(action: "createImage", value: ["name": "i"]),
    .init(action: "createImage", value: ["name": "i", "metadata": ["a": "b"]], version: "2.45"),
    .init(action: "createBackup", value: ["name": "b", "backup_type": "daily", "rotation": "1"]),
    .init(action: "injectNetworkInfo", token: "admin"),
  ]

  @Test("an action that the server's state allows is begun")
  func begun() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      for example in Self.taken {
        let reply = try await compute.act(
          id, example.action, example.value, token: example.token, version: example.version)
        #expect(reply.status == example.status, "\(example): \(reply.message ?? "")")
        try await compute.reset(id)
      }
      let images = compute.peers.images.withLock { Array($0.values) }
      #expect(images.count == 4)
      #expect(images.allSatisfy { $0["instance_uuid"] == .string(id.description) && $0["visibility"] == "private" })
      #expect(images.contains { $0["image_type"] == "backup" && $0["backup_type"] == "daily" })
      #expect(images.contains { $0["a"] == "b" })
    }
  }

  @Test("an action that cannot be is refused with upstream's words")
  func refusal() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      for example in Self.refused {
        let reply = try await compute.act(
          id, example.action, example.value, token: example.token, version: example.version)
        #expect(reply.status == example.status, "\(example): \(reply.message ?? "")")
        #expect(reply.message?.hasPrefix(example.message ?? "") == true, "\(example): \(reply.message ?? "")")
        #expect(try await compute.show(id)?["OS-EXT-STS:task_state"] == .null, "\(example)")
      }
      #expect(compute.peers.images.withLock { $0.isEmpty })
      let two = try await compute.send(
        "POST", "/v2.1/servers/\(id)/action", ["pause": .null, "os-stop": .null], token: "member")
      #expect(two.message == "Malformed message body: too many body keys")
    }
  }

  @Test("an image of a server is told in the body or in a field, by microversion")
  func image() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let old = try await compute.act(id, "createImage", ["name": "a"], version: "2.44")
      let first = try #require(compute.peers.images.withLock { $0.keys.first })
      #expect(old.headers["location"]?.hasSuffix("/images/\(first)") == true)
      // What is being done keeps a second one from being made, and nothing is left of it.
      let busy = try await compute.act(id, "createImage", ["name": "b"], version: "2.45")
      #expect(busy.status == 409)
      #expect(compute.peers.images.withLock { $0.count } == 1)
      try await compute.reset(id)
      let new = try await compute.act(id, "createImage", ["name": "b"], version: "2.45")
      #expect(new.body?["image_id"]?.string.flatMap { UUID($0) } != nil)
    }
  }

  @Test("a locked server is changed by administrators only")
  func locked() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      #expect(try await compute.act(id, "lock", ["locked_reason": "in use"], version: "2.73").status == 202)
      let shown = try await compute.show(id, token: "member", version: "2.73")
      #expect(shown?["locked"] == true)
      #expect(shown?["locked_reason"] == "in use")
      let stop = try await compute.act(id, "os-stop")
      #expect(stop.body == ["conflictingRequest": ["code": 409, "message": .string("Instance \(id) is locked")]])
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)", token: "member").status == 409)
      let metadata: JSONValue = ["metadata": ["a": "b"]]
      #expect(try await compute.send("POST", "/v2.1/servers/\(id)/metadata", metadata, token: "member").status == 409)
      #expect(try await compute.act(id, "os-stop", token: "admin").status == 202)
      try await compute.reset(id)
      #expect(try await compute.act(id, "unlock").status == 202)
      #expect(try await compute.show(id, version: "2.73")?["locked_reason"] == .null)
      #expect(try await compute.act(id, "os-stop").status == 202)
    }
  }

  @Test("a rebuild changes what it names and shows the server with its new image")
  func rebuild() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer("old", ["user_data": "QUJD", "metadata": ["a": "b"]])
      let change: JSONValue = [
        "imageRef": Self.image, "name": "new", "description": "d", "metadata": ["c": "d"], "user_data": .null,
        "hostname": "host-1", "accessIPv4": "10.0.0.9",
      ]
      let reply = try await compute.act(id, "rebuild", change, version: "2.90")
      #expect(reply.status == 202, "\(reply.message ?? "")")
      let server = reply.body?["server"]
      #expect(server?["status"] == "REBUILD")
      #expect(server?["name"] == "new")
      #expect(server?["metadata"] == ["c": "d"])
      #expect(server?["user_data"] == .null)
      #expect(server?["accessIPv4"] == "10.0.0.9")
      #expect(server?["OS-EXT-SRV-ATTR:hostname"] == "host-1")
      #expect(server?["adminPass"]?.string?.count == 12)
      #expect(reply.headers["location"]?.hasSuffix("/servers/\(id)") == true)
    }
  }

  @Test("security groups are put on the ports of a server and taken off them")
  func securityGroups() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let missing = try await compute.act(id, "addSecurityGroup", ["name": "web"])
      #expect(missing.message == "instance_id \(id) could not be found as device id on any ports")
      compute.peers.portOwner.withLock { $0 = id }
      #expect(try await compute.act(id, "addSecurityGroup", ["name": "nothing"]).status == 404)
      #expect(try await compute.act(id, "addSecurityGroup", ["name": "twice"]).status == 409)
      #expect(try await compute.act(id, "addSecurityGroup", ["name": "web"]).status == 202)
      #expect(compute.peers.portGroups.withLock { $0 } == [ComputeFixture.group.description])
      #expect(try await compute.show(id)?["security_groups"] == [["name": "web"]])
      let groups = try await compute.send("GET", "/v2.1/servers/\(id)/os-security-groups").body?["security_groups"]
      #expect(groups?.array?.first?["rules"]?.array?.first?["ip_range"] == ["cidr": "0.0.0.0/0"])
      #expect(groups?.array?.first?["rules"]?.array?.first?["from_port"] == 22)
      #expect(try await compute.act(id, "removeSecurityGroup", ["name": "web"]).status == 202)
      #expect(try await compute.act(id, "removeSecurityGroup", ["name": "web"]).status == 404)
    }
  }

  @Test("what was done to a server is told with its steps, by microversion and by who asks")
  func history() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      try await compute.act(id, "lock")
      let path = "/v2.1/servers/\(id)/os-instance-actions"
      let all = try await compute.send("GET", path, token: "member")
      let actions = try #require(all.body?["instanceActions"]?.array)
      #expect(actions.map { $0["action"] } == ["lock", "create"])
      #expect(actions[0]["updated_at"] == nil)
      let page = try await compute.send("GET", path + "?limit=1", version: "2.58").body
      #expect(page?["instanceActions"]?.array?.map { $0["action"] } == ["lock"])
      let next = try #require(page?["links"]?.array?.first?["href"]?.string)
      let second = try await compute.send("GET", String(next.dropFirst(compute.url.count)), version: "2.58").body
      #expect(second?["instanceActions"]?.array?.map { $0["action"] } == ["create"])
      #expect(try await compute.send("GET", path + "?x=1", version: "2.58").status == 400)
      #expect(try await compute.send("GET", path + "?marker=req-0", version: "2.58").status == 400)
      let one = "\(path)/\(actions[1]["request_id"]?.string ?? "")"
      #expect(try await compute.send("GET", one, token: "member").body?["instanceAction"]?["events"] == nil)
      let events = try await compute.send("GET", one, token: "member", version: "2.84").body?["instanceAction"]?[
        "events"]
      #expect(
        events?.array?.first?.object?.names
          == ["event", "start_time", "finish_time", "result", "hostId"])
      let known = try await compute.send("GET", one, version: "2.84").body?["instanceAction"]?["events"]?.array?.first
      #expect(known?["host"] == "h1")
      #expect(known?["traceback"] == .null)
      #expect(known?["details"] != nil)
      let gone = try await compute.send("GET", path + "/req-0")
      #expect(gone.body == ["itemNotFound": ["code": 404, "message": "Action req-0 not found"]])
    }
  }
}
