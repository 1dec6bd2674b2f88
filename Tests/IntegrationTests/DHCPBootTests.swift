import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("DHCP from end to end")
  struct DHCPBootTests {
    static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"

    @Test("a real guest gets its address by DHCP, and its hostname and key by metadata")
    func guest() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startServer()
        try await installation.startAgentInAllRoles()
        try await installation.startCompute()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        try await api.checked(
          "POST", .compute, "/v2.1/os-keypairs", ["keypair": ["name": "mine", "public_key": .string(Self.key)]])
        let body = try await api.checked(
          "POST", .compute, "/v2.1/servers",
          [
            "server": [
              "name": "Web 1", "imageRef": .string(try await api.makeGuestImage()), "flavorRef": "0",
              "networks": [["uuid": .string(network)]], "key_name": "mine",
            ]
          ])
        let server = try #require(body["server"]?["id"]?.string)
        try await installation.waitUntilActive(server)
        let port = try await api.checked("GET", .networking, "/v2.0/ports/\(try await installation.port(of: server))")
        let address = try #require(port["port"]?["fixed_ips"]?.array?.first?["ip_address"]?.string)
        let mac = try #require(port["port"]?["mac_address"]?.string)
        // It says one or the other: the service's answer, or that there was none.
        try await waitUntil("the guest has looked for itself", within: .seconds(120)) {
          let console = textOfFile(installation.console(of: server))
          return ["metadata key none", "metadata key \(Self.key)", "metadata from nobody", "without an address"]
            .contains { console.contains($0) }
        }
        let console = textOfFile(installation.console(of: server))
        #expect(console.contains("PLUGBOARD GUEST eth0 \(mac) \(address)/24"), "\(console)")
        #expect(console.contains("PLUGBOARD GUEST metadata from SERVICE hostname web-1.novalocal"), "\(console)")
        #expect(console.contains("PLUGBOARD GUEST metadata key \(Self.key)"), "\(console)")
      }
    }

    @Test("a port waits for its reservation, an agent is killed and finds dnsmasq again, and a network leaves nothing")
    func life() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startAgentInAllRoles()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let tap = try await Self.plug(api, network, installation)
        let pidFile = installation.folder.file("dhcp/\(network)/pid")
        let process = try #require(Int32(textOfFile(pidFile).filter { !$0.isWhitespace }))
        try await installation.agent.kill()
        try await installation.startAgentInAllRoles()
        let another = try await Self.plug(api, network, installation)
        #expect(Int32(textOfFile(pidFile).filter { !$0.isWhitespace }) == process)
        try await Self.bindLate(api, network, installation)
        let agents = try await api.checked("GET", .networking, "/v2.0/networks/\(network)/dhcp-agents")
        #expect(agents["agents"]?.array?.first?["host"] == .string(Installation.host))

        for port in try await api.ports(on: network) where port["device_owner"] != "network:dhcp" {
          try await api.checked("DELETE", .networking, "/v2.0/ports/\(port["id"]?.string ?? "")")
        }
        for tap in [tap, another] { try await installation.namespace.ip("link", "delete", tap) }
        try await api.checked("DELETE", .networking, "/v2.0/networks/\(network)")
        try await waitUntil("the network's folder is gone") { !FileManager.default.fileExists(atPath: pidFile) }
        try await waitUntil("dnsmasq has ended") { textOfFile("/proc/\(process)/cmdline").isEmpty }
        // The cable goes before the folder.
        #expect(try await !installation.namespace.links().contains { $0.hasPrefix("tap") })
      }
    }

    /// A port that is made without a host and has its reservation before it is bound, as Nova's are, becomes ACTIVE.
    private static func bindLate(_ api: API, _ network: String, _ installation: Installation) async throws {
      let port = try await api.makePort(on: network)
      try await installation.database.wait(
        until: "nothing of DHCP blocks the port",
        "SELECT id FROM ports WHERE id = ?1 AND NOT EXISTS "
          + "(SELECT 1 FROM provisioning_blocks WHERE port_id = ports.id AND entity = 'DHCP')", port)
      try await api.checked(
        "PUT", .networking, "/v2.0/ports/\(port)",
        ["port": ["device_owner": "compute:nova", "binding:host_id": .string(Installation.host)]])
      try await installation.makeTap(of: port)
      try await installation.namespace.ip("link", "delete", "tap\(port.prefix(11))")
    }

    /// A bound port on the network with its tap, which is ACTIVE when this returns; gives the tap's name.
    private static func plug(_ api: API, _ network: String, _ installation: Installation) async throws -> String {
      let port = try await installation.plug(api, on: network)
      #expect(textOfFile(installation.folder.file("dhcp/\(network)/host")).contains(port.mac))
      try await installation.database.wait(
        until: "the agent's own port is ACTIVE",
        "SELECT id FROM ports WHERE network_id = ?1 AND device_owner = 'network:dhcp' AND status = 'ACTIVE'", network)
      return port.tap
    }
  }
}

extension API {
  fileprivate func ports(on network: String) async throws -> [JSONValue] {
    try await checked("GET", .networking, "/v2.0/ports?network_id=\(network)")["ports"]?.array ?? []
  }
}
