import AsyncHTTPClient
import Crypto
import HostRPC
import Hummingbird
import JSON
import Model
import NIOHTTP1
import Support
import Synchronization
import Testing

@Suite("The metadata service", .timeLimit(.minutes(2)))
struct MetadataServiceTests {
  struct Answer: Sendable {
    var status: Int
    var type: String?
    var body: String
  }

  private static func signature(of id: String, secret: String = ComputeFixture.metadataSecret) -> String {
    HMAC<SHA256>.authenticationCode(for: Array(id.utf8), using: SymmetricKey(data: Array(secret.utf8)))
      .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// The fields of a request of an agent's for an instance; those in `changes` replace them, `nil` removes one.
  private static func fields(_ id: UUID, _ changes: [String: String?] = [:]) -> [String: String] {
    var fields: [String: String?] = [
      "X-Instance-ID": "\(id)", "X-Tenant-ID": "p1", "X-Instance-ID-Signature": signature(of: "\(id)"),
      "X-Forwarded-For": "10.0.0.9",
    ]
    for (name, value) in changes { fields[name] = value }
    return fields.compactMapValues { $0 }
  }

  private static func ask(
    _ compute: ComputeFixture, _ path: String, _ fields: [String: String], method: HTTPMethod = .GET,
    body: String? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: compute.metadataURL + path)
    request.method = method
    for (name, value) in fields { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(Array(body.utf8)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    let bytes = try await response.body.collect(upTo: 1 << 20)
    return Answer(
      status: Int(response.status.code), type: response.headers.first(name: "content-type"),
      body: String(decoding: bytes.readableBytesView, as: UTF8.self))
  }

  @Test("a server's own key, user data, metadata and network reach it")
  func whole() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let imported = try await compute.send(
        "POST", "/v2.1/os-keypairs", ["keypair": ["name": "mine", "public_key": .string(MetadataTreeTests.key)]])
      #expect(imported.status == 200)
      var server = ComputeFixture.server("web 1")["server"]?.object ?? JSONObject()
      server["key_name"] = "mine"
      server["user_data"] = "aGVsbG8="
      server["metadata"] = ["role": "web"]
      let created = try await compute.send("POST", "/v2.1/servers", ["server": .object(server)])
      let id = try #require(created.body?["server"]?["id"]?.string.flatMap { UUID($0) })
      compute.peers.portOwner.withLock { $0 = id }
      #expect(try await compute.show(id)?["key_name"] == "mine")

      let data = try await Self.ask(compute, "/openstack/latest/meta_data.json", Self.fields(id))
      #expect(data.status == 200)
      #expect(data.type == "application/json")
      let json = try JSONValue(parsing: data.body.utf8)
      #expect(json["hostname"] == "web-1.novalocal")
      #expect(json["public_keys"]?["mine"]?.string == MetadataTreeTests.key)
      #expect(json["meta"]?["role"] == "web")
      #expect(json["availability_zone"] == "nova")
      #expect(try await Self.ask(compute, "/latest/user-data", Self.fields(id)).body == "hello")
      let network = try await Self.ask(compute, "/openstack/latest/network_data.json", Self.fields(id))
      let networks = try JSONValue(parsing: network.body.utf8)
      #expect(networks["networks"]?.array?.first?["ip_address"] == "10.88.3.233")
      #expect(networks["networks"]?.array?.first?["netmask"] == "255.255.252.0")
      let drive = try await compute.host("h1").call(GetConfigDrive.self, .init(instanceID: id))
      #expect(drive.files.contains { $0.path == "openstack/latest/network_data.json" && !$0.contents.isEmpty })
      #expect(try await compute.show(id)?["config_drive"] == "True")
      await #expect(throws: HostRPCError.self) {
        try await compute.host("h2").call(GetConfigDrive.self, .init(instanceID: id))
      }
    }
  }

  @Test("whoever does not show what an agent shows is refused as upstream refuses")
  func refusals() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.createServer()
      let missing = UUID()
      let cases: [([String: String], Int, String)] = [
        (Self.fields(id, ["X-Instance-ID": nil]), 400, "X-Instance-ID header is missing from request."),
        (
          Self.fields(id, ["X-Instance-ID-Signature": nil]), 400,
          "X-Instance-ID-Signature header is missing from request."
        ),
        (Self.fields(id, ["X-Tenant-ID": nil]), 400, "X-Tenant-ID header is missing from request."),
        (Self.fields(id, ["X-Instance-ID-Signature": "nonsense"]), 403, "Invalid proxy request signature."),
        (
          Self.fields(id, ["X-Instance-ID-Signature": Self.signature(of: "\(id)", secret: "another")]), 403,
          "Invalid proxy request signature."
        ),
        (
          Self.fields(id, ["X-Instance-ID-Signature": Self.signature(of: "\(missing)")]), 403,
          "Invalid proxy request signature."
        ),
        (Self.fields(id, ["X-Tenant-ID": "p2"]), 404, "The resource could not be found."),
        (Self.fields(missing), 404, "The resource could not be found."),
      ]
      for (fields, status, message) in cases {
        let answer = try await Self.ask(compute, "/openstack/latest/meta_data.json", fields)
        #expect(answer.status == status)
        #expect(answer.type == "text/html; charset=UTF-8")
        #expect(answer.body.contains(message), "\(answer.body)")
      }
      #expect(try await Self.ask(compute, "/openstack/nothing", Self.fields(id)).status == 404)
      #expect(try await Self.ask(compute, "/nothing", [:]).status == 400)
      #expect(try await Self.ask(compute, "/", [:]).body.hasPrefix("1.0\n"))
    }
  }

  @Test("a password is kept once, and only if it is short")
  func password() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.createServer()
      let path = "/openstack/latest/password"
      func post(_ body: String) async throws -> Int {
        try await Self.ask(compute, path, Self.fields(id), method: .POST, body: body).status
      }
      #expect(try await Self.ask(compute, path, Self.fields(id)).body == "")
      #expect(try await Self.ask(compute, path, Self.fields(id), method: .PUT, body: "x").status == 400)
      #expect(try await post(String(repeating: "x", count: 1021)) == 400)
      #expect(try await post(String(repeating: "x", count: 1020)) == 200)
      #expect(try await post("another") == 409)
      #expect(try await Self.ask(compute, path, Self.fields(id)).body.utf8.count == 1020)
    }
  }

  @Test("a server's groups are found by name or id and told to its host")
  func securityGroups() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      func create(_ groups: String...) async throws -> ComputeFixture.Reply {
        var server = ComputeFixture.server()["server"]?.object ?? JSONObject()
        server["security_groups"] = .array(groups.map { ["name": .string($0)] })
        return try await compute.send("POST", "/v2.1/servers", ["server": .object(server)])
      }
      let missing = try await create("nowhere")
      #expect(missing.status == 400)
      #expect(missing.message == "Unable to find security_group with name or id 'nowhere'")
      #expect(try await create("twice").status == 409)
      for groups in [["web"], [ComputeFixture.group.description], ["default"]] {
        let reply = try await create(groups[0])
        let id = try #require(reply.body?["server"]?["id"]?.string)
        let listed = try await compute.host("h1").call(GetInstances.self, NoArguments()).instances
        let build = try #require(listed.first { "\($0.instanceID)" == id }?.build)
        #expect(build.securityGroupIDs == (groups == ["default"] ? [] : [ComputeFixture.group]))
      }
    }
  }
}
