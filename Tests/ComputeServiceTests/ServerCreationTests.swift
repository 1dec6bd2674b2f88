import ComputeService
import HostRPC
import JSON
import Model
import Support
import Testing

/// What `POST /servers` takes, keeps and refuses beside the ordinary.
@Suite(.timeLimit(.minutes(2))) struct ServerCreationTests {
  struct Example: Sendable {
    var change: [String: JSONValue]
    var version = "2.1"
    var status = 400
    var message: String
  }

  static let image = JSONValue.string(ComputeFixture.image.description)
  static let theImage: JSONValue = [
    "source_type": "image", "destination_type": "local", "boot_index": 0, "uuid": image, "delete_on_termination": true,
  ]

  private static func device(_ members: [String: JSONValue]) -> JSONValue {
    var device: JSONObject = ["source_type": "blank", "destination_type": "local", "boot_index": -1]
    for (name, value) in members { device[name] = value }
    return .object(device)
  }

  static let refused: [Example] = [
    .init(
      change: [
        "block_device_mapping_v2": [
          ["source_type": "volume", "destination_type": "volume", "uuid": "v1", "boot_index": 1]
        ]
      ],
      message: "Block Device Mapping is Invalid: failed to get volume v1."),
    .init(
      change: [
        "block_device_mapping_v2": [
          ["source_type": "snapshot", "destination_type": "volume", "uuid": "s1", "boot_index": 1]
        ]
      ],
      message: "Block Device Mapping is Invalid: failed to get snapshot s1."),
    .init(
      change: ["block_device_mapping_v2": [["source_type": "volume", "destination_type": "volume"]]],
      message: "Block Device Mapping is Invalid: Missing device UUID."),
    .init(
      change: ["block_device_mapping_v2": [device(["uuid": "x"])]],
      message: "Block Device Mapping is Invalid: Invalid device UUID."),
    .init(
      change: [
        "block_device_mapping_v2": [
          ["source_type": "image", "destination_type": "local", "uuid": image, "boot_index": 1]
        ]
      ],
      message: "Block Device Mapping is Invalid: Mapping image to local is not supported."),
    .init(
      change: ["block_device_mapping_v2": [theImage, device(["boot_index": 0])]],
      message: "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping"),
    .init(
      change: ["block_device_mapping_v2": [theImage, device(["volume_size": 1])]],
      message: "Ephemeral disks requested are larger than the instance type allows."),
    .init(
      change: ["block_device_mapping_v2": [theImage, device(["guest_format": "swap", "volume_size": 1])]],
      message: "Swap drive requested is larger than instance type allows."),
    .init(
      change: ["block_device_mapping": [["volume_id": .string(UUID().description)]]],
      message: "Block Device Mapping is Invalid: failed to get volume"),
    .init(
      change: ["metadata": ["a/b": "c"]],
      message:
        "Invalid input for field/attribute metadata. Value: {'a/b': 'c'}. 'a/b' does not match any of the regexes"),
    .init(
      change: ["metadata": ["a": .string(String(repeating: "x", count: 256))]],
      message: "Invalid input for field/attribute a."),
    .init(change: ["name": " s"], message: "An invalid 'name' value was provided."),
    .init(change: ["name": "a\u{0}b"], message: "An invalid 'name' value was provided."),
    .init(
      change: ["name": .string(String(repeating: "n", count: 256))],
      message: "Invalid input for field/attribute name."),
    .init(
      change: ["accessIPv6": "10.0.0.1"],
      message: "Invalid input for field/attribute accessIPv6. Value: 10.0.0.1. '10.0.0.1' is not a 'ipv6'"),
    .init(change: ["hostname": "h"], version: "2.89", message: "Invalid input for field/attribute server."),
    .init(
      change: ["hostname": "a.example.org"], version: "2.90",
      message: "Invalid input for field/attribute hostname. Value: a.example.org. 'a.example.org' does not match"),
    .init(
      change: ["hostname": "host", "max_count": 2, "networks": "none"], version: "2.90",
      message: "Unable to allocate a single hostname to multiple instances"),
    .init(
      change: [
        "max_count": 2, "networks": [["uuid": .string(ComputeFixture.network.description), "fixed_ip": "10.88.0.9"]],
      ], message: "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified."),
    .init(
      change: ["networks": [["uuid": "x"]]], message: "Bad networks format: network uuid is not in proper format (x)"),
    .init(
      change: ["networks": [["uuid": .string(ComputeFixture.network.description), "tag": "t"]]], version: "2.37",
      message: "Invalid input for field/attribute networks."),
    .init(change: ["tags": ["a,b"]], version: "2.52", message: "Invalid input for field/attribute 0. Value: a,b."),
    .init(
      change: ["personality": []], version: "2.57", message: "Invalid input for field/attribute server."),
    .init(
      change: ["host": "h1", "networks": "none"], version: "2.74", status: 403,
      message: "Policy doesn't allow os_compute_api:servers:create:requested_destination to be performed."),
    .init(
      change: ["availability_zone": "nova:h1"], status: 403,
      message: "Policy doesn't allow os_compute_api:servers:create:forced_host to be performed."),
  ]

  @Test("a server that cannot be is refused with upstream's words, and nothing is left of it")
  func refusals() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      for example in Self.refused {
        let reply = try await Self.create(compute, example.change, version: example.version)
        #expect(reply.status == example.status, "\(example.change): \(reply.message ?? "")")
        #expect(reply.message?.hasPrefix(example.message) == true, "\(example.change): \(reply.message ?? "")")
      }
      let reader = try await compute.send("POST", "/v2.1/servers", ComputeFixture.server(), token: "reader")
      #expect(reader.message == "Policy doesn't allow os_compute_api:servers:create to be performed.")
      #expect(try await compute.send("GET", "/v2.1/servers").body == ["servers": []])
    }
  }

  static let names = [
    "\"quoted\" & 'single' <b>bold</b>", "😀 smile", "]]>&amp;<!-- -->", String(repeating: "é", count: 255),
    "%s${x}`ls`",
  ]

  @Test("a name is kept as it is, whatever it would mean elsewhere", arguments: names)
  func hostileNames(_ name: String) async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try await compute.createServer(name)
      #expect(try await compute.show(id)?["name"] == .string(name))
      let hostname = try #require(try await compute.show(id, version: "2.90")?["OS-EXT-SRV-ATTR:hostname"]?.string)
      #expect(hostname.utf8.count <= 63)
      #expect(
        hostname.utf8.allSatisfy {
          (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46].contains($0)
        })
    }
  }

  @Test("what is asked for beside flavor and image is kept and shown")
  func kept() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let network = JSONValue.string(ComputeFixture.network.description)
      let reply = try await Self.create(
        compute,
        [
          "accessIPv4": "192.0.2.1", "accessIPv6": "2001:db8::1", "OS-DCF:diskConfig": "AUTO", "hostname": "web-1",
          "description": "d", "tags": ["b", "a"], "networks": [["uuid": network, "fixed_ip": "2001:db8::5"]],
          "block_device_mapping_v2": [Self.theImage], "adminPass": "secret", "trusted_image_certificates": .null,
        ], version: "2.90")
      #expect(reply.status == 202, "\(reply.message ?? "")")
      #expect(reply.body?["server"]?["adminPass"] == "secret")
      #expect(reply.body?["server"]?["OS-DCF:diskConfig"] == "AUTO")
      let id = try #require(reply.body?["server"]?["id"]?.string.flatMap { UUID($0) })
      let shown = try await compute.show(id, token: "member", version: "2.90")
      #expect(shown?["accessIPv4"] == "192.0.2.1")
      #expect(shown?["accessIPv6"] == "2001:db8::1")
      #expect(shown?["OS-EXT-SRV-ATTR:hostname"] == "web-1")
      #expect(shown?["description"] == "d")
      #expect(shown?["tags"] == ["a", "b"])
    }
  }

  @Test("user data of 64 KB is taken, more is refused, and a megabyte is not even read")
  func userData() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      func status(_ count: Int) async throws -> Int {
        try await Self.create(compute, ["user_data": .string(String(repeating: "QUJD", count: count))]).status
      }
      #expect(try await status(16383) == 202)
      #expect(try await status(16384) == 400)
      #expect(try await status(1 << 18) == 413)
    }
  }

  private static func create(
    _ compute: ComputeFixture, _ change: [String: JSONValue], version: String = "2.1"
  ) async throws -> ComputeFixture.Reply {
    var server = ComputeFixture.server()["server"]?.object ?? JSONObject()
    for (name, value) in change { server[name] = value }
    return try await compute.send(
      "POST", "/v2.1/servers", ["server": .object(server)], token: "member", version: version)
  }
}
