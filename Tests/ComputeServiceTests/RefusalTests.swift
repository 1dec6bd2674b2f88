import JSON
import Model
import Support
import Testing

@Suite(.timeLimit(.minutes(2))) struct RefusalTests {
  struct Example: Sendable {
    var change: [String: JSONValue]
    var removed: [String] = []
    var version: String?
    var status = 400
    var message: String
  }

  static let missing = UUID()
  static let examples = [
    Example(change: [:], removed: ["name"], message: "Invalid input for field/attribute server."),
    Example(change: ["name": ""], message: "Invalid input for field/attribute name. Value: . '' is too short"),
    Example(
      change: ["name": 1], message: "Invalid input for field/attribute name. Value: 1. 1 is not of type 'string'"),
    Example(
      change: ["imageRef": "x"],
      message: "Invalid input for field/attribute imageRef. Value: x. 'x' is not valid under any of the given schemas"),
    Example(change: ["imageRef": .string(missing.description)], message: "Can not find requested image"),
    Example(change: [:], removed: ["imageRef"], message: "Missing imageRef attribute"),
    Example(change: ["flavorRef": "99"], message: "Flavor 99 could not be found."),
    Example(
      change: ["networks": [["uuid": .string(missing.description)]]],
      message: "Network \(missing) could not be found."),
    Example(
      change: ["networks": [["port": .string(missing.description)]]], message: "Port id \(missing) could not be found."),
    Example(change: ["key_name": "mine"], message: "Invalid key_name provided."),
    Example(change: ["min_count": 3, "max_count": 2], message: "min_count must be <= max_count"),
    Example(
      change: ["min_count": 0],
      message: "Invalid input for field/attribute min_count. Value: 0. 0 is less than the minimum of 1"),
    Example(
      change: ["user_data": "not base64"],
      message: "Invalid input for field/attribute user_data. Value: not base64. 'not base64' is not a 'base64'"),
    Example(
      change: ["user_data": .string(String(repeating: "QUJD", count: 16384))],
      message: "Invalid input for field/attribute user_data. Value: QUJD"),
    Example(
      change: ["personality": [["path": "/etc/motd", "contents": "QUJD"]]],
      message: "Personality files are not supported; use user_data."),
    Example(change: ["availability_zone": "mars"], message: "The requested availability zone is not available"),
    Example(
      change: ["wings": 2],
      message: "Invalid input for field/attribute server."),
    Example(change: [:], removed: ["networks"], version: "2.37", message: "Invalid input for field/attribute server."),
    Example(
      change: ["networks": "auto"], version: "2.36",
      message: "Invalid input for field/attribute networks. Value: auto. 'auto' is not of type 'array'"),
    Example(change: ["tags": ["a"]], version: "2.51", message: "Invalid input for field/attribute server."),
  ]

  @Test("a server that cannot be is refused with upstream's words", arguments: examples)
  func refused(_ example: Example) async throws {
    try await ComputeFixture.serving { compute in
      var server = ComputeFixture.server()["server"]?.object ?? JSONObject()
      for (name, value) in example.change { server[name] = value }
      for name in example.removed { server[name] = nil }
      let reply = try await compute.send(
        "POST", "/v2.1/servers", ["server": .object(server)], version: example.version)
      #expect(reply.status == example.status)
      #expect(reply.message?.hasPrefix(example.message) == true, "\(reply.message ?? "")")
    }
  }

  static let networkChoices: [(String, JSONValue)] = [
    ("2.37", "auto"), ("2.37", "none"), ("2.1", [["port": .string(ComputeFixture.port.description)]]),
    ("2.1", [["uuid": .string(ComputeFixture.network.description), "fixed_ip": "10.0.0.5"]]),
  ]

  @Test("a server on networks chosen by itself, on none, or on a port is accepted", arguments: networkChoices)
  func accepted(_ version: String, _ networks: JSONValue) async throws {
    try await ComputeFixture.serving { compute in
      let reply = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server(networks: networks), version: version)
      #expect(reply.status == 202, "\(reply.message ?? "")")
    }
  }

  @Test("without a token nothing is served but discovery")
  func token() async throws {
    try await ComputeFixture.serving { compute in
      #expect(try await compute.send("GET", "/v2.1/servers", token: nil).status == 401)
      let root = try await compute.send("GET", "/", token: nil)
      #expect(root.body?["versions"]?.array?.first?["version"] == "2.93")
      #expect(root.body?["versions"]?.array?.first?["min_version"] == "2.1")
      #expect(try await compute.send("GET", "/v2.1/", token: nil).body?["version"]?["id"] == "v2.1")
    }
  }
}
