import ComputeService
import HostRPC
import JSON
import Model
import Support
import Synchronization
import Testing

/// What hangs below a server, over the real router.
@Suite(.timeLimit(.minutes(2))) struct ServerPartTests {
  @Test("metadata is added to, replaced, shown and taken away key by key")
  func metadata() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer("s", ["metadata": ["a": "1"]])
      let path = "/v2.1/servers/\(id)/metadata"
      func send(_ method: String, _ key: String = "", _ body: JSONValue? = nil) async throws -> ComputeFixture.Reply {
        try await compute.send(method, path + key, body, token: "member")
      }
      #expect(try await send("POST", "", ["metadata": ["b": "2"]]).body == ["metadata": ["a": "1", "b": "2"]])
      #expect(try await send("GET", "/b").body == ["meta": ["b": "2"]])
      #expect(try await send("PUT", "/b", ["meta": ["b": "3"]]).body == ["meta": ["b": "3"]])
      #expect(try await send("PUT", "/b", ["meta": ["c": "3"]]).message == "Request body and URI mismatch")
      #expect(try await send("PUT", "/b", ["meta": ["b": "3", "c": "4"]]).status == 400)
      #expect(try await send("DELETE", "/a").status == 204)
      #expect(try await send("DELETE", "/a").message == "Metadata item was not found")
      #expect(try await send("GET").body == ["metadata": ["b": "3"]])
      #expect(try await send("PUT", "", ["metadata": ["x": "y"]]).body == ["metadata": ["x": "y"]])
      var many = JSONObject()
      for index in 0..<129 { many["k\(index)"] = "v" }
      let over = try await send("POST", "", ["metadata": .object(many)])
      #expect(over.status == 403)
      #expect(over.message == "Maximum number of metadata items exceeds 128")
      let reader = try await compute.send("DELETE", path + "/x", token: "reader")
      #expect(reader.message == "Policy doesn't allow os_compute_api:server-metadata:delete to be performed.")
      #expect(try await compute.send("GET", path, token: "other").status == 404)
    }
  }

  @Test("tags are there from 2.26 on, and there are at most 50")
  func tags() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let path = "/v2.1/servers/\(id)/tags"
      #expect(try await compute.send("GET", path, version: "2.25").status == 404)
      func send(_ method: String, _ tag: String = "", _ body: JSONValue? = nil) async throws -> ComputeFixture.Reply {
        try await compute.send(method, path + tag, body, token: "member", version: "2.26")
      }
      let added = try await send("PUT", "/blue")
      #expect(added.status == 201)
      #expect(added.headers["location"]?.hasSuffix("/tags/blue") == true)
      #expect(try await send("PUT", "/blue").status == 204)
      #expect(try await send("GET", "/blue").status == 204)
      #expect(try await send("GET", "/red").message == "Server \(id) has no tag 'red'")
      #expect(try await send("PUT", "/a%2Cb").status == 400)
      #expect(try await send("PUT", "", ["tags": ["c", "a", "a"]]).body == ["tags": ["a", "c"]])
      #expect(try await send("DELETE", "/a").status == 204)
      #expect(try await send("DELETE", "/a").status == 404)
      #expect(try await send("PUT", "", ["tags": .array((0..<51).map { .string("t\($0)") })]).status == 400)
      #expect(try await send("DELETE").status == 204)
      #expect(try await send("GET").body == ["tags": []])
      _ = try await compute.act(id, "pause")
      try await compute.reset(id, to: "error")
      #expect(try await send("PUT", "/x").message == "Cannot 'update tag' instance \(id) while it is in vm_state error")
    }
  }

  @Test("the interfaces of a server are listed, shown, and taken off it")
  func interfaces() async throws {
    try await ComputeFixture.serving { compute in
      compute.peers.portOwner.withLock { $0 = nil }
      let id = try await compute.activeServer(
        "s",
        [
          "networks": [["uuid": .string(ComputeFixture.network.description), "tag": "nic"]]
        ], version: "2.42")
      compute.peers.portOwner.withLock { $0 = id }
      _ = try await compute.host("h1").call(
        UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "active", taskState: .cleared, powerState: 1))
      let path = "/v2.1/servers/\(id)/os-interface"
      let port = ComputeFixture.port.description
      let list = try await compute.send("GET", path, token: "member", version: "2.70").body?["interfaceAttachments"]
      #expect(list?.array?.map { $0["port_id"] } == [.string(port)])
      #expect(list?.array?.first?["tag"] == "nic")
      #expect(try await compute.send("GET", "\(path)/\(port)").body?["interfaceAttachment"]?["tag"] == nil)
      #expect(try await compute.send("GET", "\(path)/\(UUID())").status == 404)
      #expect(try await compute.send("DELETE", "\(path)/\(UUID())", token: "member").status == 404)
      #expect(try await compute.send("DELETE", "\(path)/\(port)", token: "reader").status == 403)
      #expect(try await compute.send("DELETE", "\(path)/\(port)", token: "member").status == 202)
      #expect(try await compute.send("GET", "/v2.1/servers/\(id)/ips/priv").body?["priv"]?.array?.count == 1)
      let absent = try await compute.send("GET", "/v2.1/servers/\(id)/ips/public")
      #expect(absent.message == "Instance is not a member of specified network")
    }
  }

  static let attachments: [(JSONValue, Int, String)] = [
    (
      ["net_id": .string(ComputeFixture.network.description), "port_id": .string(ComputeFixture.port.description)], 400,
      "Must not input both network_id and port_id"
    ),
    (["fixed_ips": [["ip_address": "10.0.0.1"]]], 400, "Must input network_id when request IP address"),
    (["net_id": .string(ActionTests.missing.description)], 404, "Network \(ActionTests.missing) could not be found."),
    (["port_id": .string(ActionTests.missing.description)], 404, "Port id \(ActionTests.missing) could not be found."),
    (["tag": "x"], 400, "Invalid input for field/attribute interfaceAttachment."),
  ]

  @Test("an interface that cannot be attached is refused with upstream's words", arguments: attachments)
  func attachment(_ value: JSONValue, _ status: Int, _ message: String) async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let reply = try await compute.send(
        "POST", "/v2.1/servers/\(id)/os-interface", ["interfaceAttachment": value], token: "member")
      #expect(reply.status == status)
      #expect(reply.message?.hasPrefix(message) == true, "\(reply.message ?? "")")
    }
  }

  @Test("a host that is not there is told to who asks it something")
  func hostCalls() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let output = try await compute.act(id, "os-getConsoleOutput", [:])
      #expect(output.status == 503)
      #expect(try await compute.act(id, "os-getConsoleOutput", ["length": "-2"]).status == 400)
      #expect(try await compute.act(id, "os-getConsoleOutput", ["length": 1], token: "reader").status == 403)
      let console: JSONValue = ["remote_console": ["protocol": "vnc", "type": "novnc"]]
      let path = "/v2.1/servers/\(id)/remote-consoles"
      #expect(try await compute.send("POST", path, console, token: "member").status == 404)
      #expect(try await compute.send("POST", path, console, token: "member", version: "2.6").status == 503)
      let spice: JSONValue = ["remote_console": ["protocol": "spice", "type": "spice-html5"]]
      let refused = try await compute.send("POST", path, spice, token: "member", version: "2.6")
      #expect(refused.message == "Unavailable console type spice-html5.")
      #expect(try await compute.send("GET", "/v2.1/servers/\(id)/diagnostics", token: "member").status == 403)
      #expect(try await compute.send("GET", "/v2.1/servers/\(id)/diagnostics").status == 503)
    }
  }

  @Test("the rest is as empty as it is")
  func rest() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let path = "/v2.1/servers/\(id)"
      #expect(try await compute.send("GET", path + "/os-server-password").body == ["password": ""])
      #expect(try await compute.send("DELETE", path + "/os-server-password", token: "member").status == 204)
      #expect(try await compute.send("GET", path + "/topology", version: "2.77").status == 404)
      #expect(
        try await compute.send("GET", path + "/topology", version: "2.78").body == ["nodes": [], "pagesize_kb": .null])
      #expect(try await compute.send("GET", path + "/os-virtual-interfaces").status == 410)
      #expect(try await compute.send("GET", path + "/os-virtual-interfaces", version: "2.44").status == 404)
      #expect(try await compute.send("GET", path + "/os-volume_attachments").body == ["volumeAttachments": []])
    }
  }
}
