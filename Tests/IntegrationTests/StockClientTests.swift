import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("python-openstackclient, the stock client of PyPI")
  struct StockClientTests {
    @Test("creates, shows, lists and deletes network, subnet, port and server with clouds.yaml alone")
    func resources() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let client = try Client(installation)
        let network = try await client.id("network", "create", "net1", "--provider-network-type", "local")
        #expect(try await client.id("network", "show", "net1") == network)
        let subnet = try await client.id(
          "subnet", "create", "sub1", "--network", "net1", "--subnet-range", "10.1.2.0/24")
        #expect(try await client.id("subnet", "show", "sub1") == subnet)
        let port = try await client.id("port", "create", "port1", "--network", "net1")
        #expect(try await client.id("port", "show", "port1") == port)
        let file = try installation.folder.write(Array(repeating: 0, count: 1024), to: "image.raw")
        _ = try await client.id(
          "image", "create", "image1", "--disk-format", "raw", "--container-format", "bare", "--file", file)
        let server = try await client.id(
          "server", "create", "server1", "--image", "image1", "--flavor", "m1.nano", "--port", "port1", "--wait")
        #expect(try await client.json("server", "show", "server1")["status"] == "ACTIVE")

        #expect(try await client.ids("network", "list") == [network])
        #expect(try await client.ids("subnet", "list") == [subnet])
        #expect(try await client.ids("port", "list", "--server", "server1") == [port])
        #expect(try await client.ids("server", "list") == [server])

        try await client.run("server", "delete", "server1", "--wait")
        try await client.run("port", "delete", "port1")
        try await client.run("subnet", "delete", "sub1")
        try await client.run("network", "delete", "net1")
        for resource in ["server", "port", "subnet", "network"] {
          #expect(try await client.ids(resource, "list") == [], "\(resource)")
        }
        let refused = try await client.run(checked: false, "network", "show", "net1")
        #expect(!refused.succeeded)
        #expect(refused.errors.contains("No Network found for net1"), "\(refused.errors)")
      }
    }

    @Test("imports, shows and deletes key pairs, and gives a server its key, user data and config drive")
    func keypairs() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let client = try Client(installation)
        let file = try installation.folder.write((Self.key + "\n").utf8, to: "key.pub")
        try await client.run("keypair", "create", "my key", "--public-key", file)
        #expect(try await client.json("keypair", "show", "my key")["fingerprint"]?.string == Self.fingerprint)
        #expect(try await client.json("keypair", "list").array?.map { $0["Name"] } == ["my key"])
        try await client.run("network", "create", "net1", "--provider-network-type", "local")
        try await client.run("subnet", "create", "sub1", "--network", "net1", "--subnet-range", "10.1.2.0/24")
        let image = try installation.folder.write(Array(repeating: 0, count: 1024), to: "image.raw")
        try await client.run(
          "image", "create", "image1", "--disk-format", "raw", "--container-format", "bare", "--file", image)
        let data = try installation.folder.write("#!/bin/sh\necho from user data\n".utf8, to: "user-data")
        let server = try await client.id(
          "server", "create", "server1", "--image", "image1", "--flavor", "m1.nano", "--network", "net1", "--wait",
          "--key-name", "my key", "--user-data", data, "--use-config-drive", "--property", "role=web")
        let shown = try await client.json("server", "show", "server1")
        #expect(shown["key_name"] == "my key")
        #expect(shown["config_drive"] == "True")
        let disc = textOfFile(installation.folder.file("host/instances/\(server)/disk.config"))
        for text in ["echo from user data", Self.key, #""hostname":"server1.novalocal""#, #""role":"web""#] {
          #expect(disc.contains(text), "\(text)")
        }
        try await client.run("keypair", "delete", "my key")
        #expect(!(try await client.run(checked: false, "keypair", "show", "my key").succeeded))
        // The server keeps what it has been given.
        #expect(try await client.json("server", "show", "server1")["key_name"] == "my key")
      }
    }

    private static let key = ConfigDriveBootTests.key
    private static let fingerprint = "65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd"
  }

  /// `openstack --os-cloud plugboard` in an installation's namespace.
  private struct Client: Sendable {
    let installation: Installation
    let program: String

    init(_ installation: Installation) throws {
      self.installation = installation
      program = try ClientScripts.program("openstack")
    }

    @discardableResult
    func run(checked: Bool = true, _ arguments: String...) async throws -> CommandOutput {
      try await run(arguments, checked: checked)
    }

    func json(_ arguments: String...) async throws -> JSONValue {
      try JSONValue(parsing: await run(arguments + ["-f", "json"], checked: true).output)
    }

    func id(_ arguments: String...) async throws -> String {
      try await run(arguments + ["-f", "value", "-c", "id"], checked: true).output.trimmingCharacters(in: .newlines)
    }

    func ids(_ arguments: String...) async throws -> [String] {
      let output = try await run(arguments + ["-f", "value", "-c", "ID"], checked: true).output
      return output.split(separator: "\n").map(String.init)
    }

    private func run(_ arguments: [String], checked: Bool) async throws -> CommandOutput {
      let output = try await installation.namespace.run(
        [program, "--os-cloud", "plugboard"] + arguments,
        environment: installation.clientEnvironment)
      if checked {
        let command = arguments.joined(separator: " ")
        try #require(output.succeeded, "openstack \(command): \(output.errors)\(output.output)")
      }
      return output
    }
  }
}
