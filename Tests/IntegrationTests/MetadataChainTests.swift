import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("Metadata from end to end")
  struct MetadataChainTests {
    @Test("who has an instance's address on its network reads the instance's metadata, and nobody else does")
    func chain() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startAgent(environment: ["OS_PLUGBOARD__ROLES": "l2,metadata"])
        try await installation.startCompute()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let image = try await api.makeEmptyImage()
        let server = try await api.bootServer("Web 1", image: image, networks: [["uuid": .string(network)]])
        try await installation.waitUntilActive(server)
        let port = try await api.checked("GET", .networking, "/v2.0/ports/\(try await installation.port(of: server))")
        let address = try #require(port["port"]?["fixed_ips"]?.array?.first?["ip_address"]?.string)
        try await withNamespace("qdhcp-\(network)", [address, "10.20.30.250"]) { ask in
          let text = try await ask(address, "/openstack/latest/meta_data.json")
          let data = try JSONValue(parsing: text.body.utf8)
          #expect(text.status == "200")
          #expect(data["uuid"]?.string == server)
          #expect(data["hostname"] == "web-1.novalocal")
          #expect(try await ask(address, "/latest/meta-data/local-ipv4").body == address)
          #expect(try await ask(address, "/openstack/latest/password").status == "200")
          #expect(try await ask("10.20.30.250", "/openstack/latest/meta_data.json").status == "404")
        }
        let agents = try await api.checked("GET", .networking, "/v2.0/agents?agent_type=Metadata%20agent")
        #expect(agents["agents"]?.array?.first?["binary"] == "neutron-metadata-agent")
      }
    }

    private typealias Ask = (_ address: String, _ path: String) async throws -> (status: String, body: String)

    /// A namespace as the DHCP role makes it, whose loopback has the service's address and those of guests.
    private func withNamespace(
      _ name: String, _ addresses: [String], _ body: (Ask) async throws -> Void
    ) async throws {
      try await runChecked(["ip", "netns", "add", name])
      do {
        try await runChecked(["ip", "-n", name, "link", "set", "lo", "up"])
        for address in addresses + ["169.254.169.254"] {
          try await runChecked(["ip", "-n", name, "address", "add", "\(address)/32", "dev", "lo"])
        }
        try await body { address, path in
          let command = ["ip", "netns", "exec", name, "curl", "--silent", "--max-time", "20", "--interface", address]
          // curl's 7 is a refused connection: the agent has not seen the namespace yet.
          let result = try await eventually("somebody listens in \(name)") {
            let result = try await run(command + ["--write-out", "\n%{http_code}", "http://169.254.169.254\(path)"])
            return result.status == 7 ? nil : result
          }
          let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
          return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
        }
      } catch {
        try await runChecked(["ip", "netns", "delete", name])
        throw error
      }
      try await runChecked(["ip", "netns", "delete", name])
    }
  }
}
