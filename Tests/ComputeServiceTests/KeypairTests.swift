import ComputeService
import JSON
import Model
import Support
import Testing

@Suite("Key pairs", .timeLimit(.minutes(2)))
struct KeypairTests {
  private static func body(_ members: [String: JSONValue]) -> JSONValue {
    var pair = JSONObject()
    for (name, value) in members { pair[name] = value }
    return ["keypair": .object(pair)]
  }

  @Test("a key is imported, listed, shown and deleted, by its user alone")
  func life() async throws {
    try await ComputeFixture.serving { compute in
      let key = MetadataTreeTests.key
      let path = "/v2.1/os-keypairs"
      let created = try await compute.send(
        "POST", path, Self.body(["name": "mine", "public_key": .string(key)]), token: "member", version: "2.92")
      #expect(created.status == 201)
      let pair = created.body?["keypair"]
      #expect(pair?["fingerprint"] == "65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd")
      #expect(pair?["type"] == "ssh")
      #expect(pair?["user_id"] == "u-member")
      #expect(pair?["private_key"] == nil)
      let listed = try await compute.send("GET", path, token: "member")
      #expect(listed.body?["keypairs"]?.array?.first?["keypair"]?["public_key"]?.string == key)
      #expect(try await compute.send("GET", path, token: "other").body == ["keypairs": []])
      let shown = try await compute.send("GET", "\(path)/mine", token: "member")
      #expect(shown.body?["keypair"]?["deleted"] == false)
      #expect(try await compute.send("GET", "\(path)/mine", token: "other").status == 404)
      #expect(
        try await compute.send("GET", "\(path)/mine?user_id=u-member", version: "2.10").status == 200)
      #expect(
        try await compute.send("GET", "\(path)?user_id=u-member", token: "other", version: "2.10").status == 403)
      #expect(try await compute.send("DELETE", "\(path)/mine", token: "member", version: "2.2").status == 204)
      let gone = try await compute.send("DELETE", "\(path)/mine", token: "member")
      #expect(gone.status == 404)
      #expect(gone.message == "Keypair mine not found for user u-member")
    }
  }

  @Test("a key is generated for who sends none, in a form that ssh-keygen reads")
  func generated() async throws {
    try await ComputeFixture.serving { compute in
      let reply = try await compute.send("POST", "/v2.1/os-keypairs", Self.body(["name": "new"]))
      #expect(reply.status == 200)
      let pair = reply.body?["keypair"]
      let folder = try TemporaryDirectory()
      let file = try folder.write((pair?["private_key"]?.string ?? "").utf8, to: "key")
      try await runChecked(["chmod", "600", file])
      let known = try await runChecked(["ssh-keygen", "-y", "-f", file])
      let own = pair?["public_key"]?.string ?? ""
      #expect(known.split(whereSeparator: \.isWhitespace).prefix(2) == own.split(separator: " ").prefix(2))
    }
  }

  @Test("what is no key, or no name, is refused")
  func refused() async throws {
    try await ComputeFixture.serving { compute in
      let key: JSONValue = .string(MetadataTreeTests.key)
      let cases: [([String: JSONValue], String?, Int, String)] = [
        (["public_key": key], nil, 400, "Invalid input for field/attribute keypair."),
        (["name": "a"], "2.92", 400, "Invalid input for field/attribute keypair."),
        (
          ["name": "a/b", "public_key": key], nil, 400,
          "Keypair data is invalid: Keypair name contains unsafe characters"
        ),
        (["name": "a", "public_key": "nonsense"], nil, 400, "Keypair data is invalid: failed to generate fingerprint"),
        (
          ["name": "a", "public_key": "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA=="], nil, 400,
          "Keypair data is invalid: failed to generate fingerprint"
        ),
        (["name": "a", "public_key": key, "type": "x509"], "2.2", 400, "Keypair data is invalid: x509"),
        (["name": "a", "public_key": key, "user_id": "u-admin"], "2.10", 201, ""),
        (["name": "a", "public_key": key], nil, 409, "Key pair 'a' already exists."),
      ]
      for (members, version, status, message) in cases {
        let reply = try await compute.send("POST", "/v2.1/os-keypairs", Self.body(members), version: version)
        #expect(reply.status == status, "\(members)")
        if status != 201 { #expect(reply.message?.hasPrefix(message) == true, "\(reply.message ?? "")") }
      }
    }
  }

  @Test("a name with blanks is found under its escaped form")
  func escaped() async throws {
    try await ComputeFixture.serving { compute in
      let path = "/v2.1/os-keypairs"
      let body = Self.body(["name": "my own_key", "public_key": .string(MetadataTreeTests.key)])
      #expect(try await compute.send("POST", path, body).status == 200)
      let shown = try await compute.send("GET", "\(path)/my%20own%5Fkey")
      #expect(shown.body?["keypair"]?["name"] == "my own_key")
      #expect(try await compute.send("DELETE", "\(path)/my%20own_key").status == 202)
    }
  }

  @Test("a user has no more than the quota")
  func quota() async throws {
    var options = ComputeOptions()
    options.quotas[.keyPairs] = 1
    try await ComputeFixture.serving(options: options) { compute in
      for (name, status) in [("a", 200), ("b", 403)] {
        let body = Self.body(["name": .string(name), "public_key": .string(MetadataTreeTests.key)])
        let reply = try await compute.send("POST", "/v2.1/os-keypairs", body)
        #expect(reply.status == status)
      }
    }
  }
}
