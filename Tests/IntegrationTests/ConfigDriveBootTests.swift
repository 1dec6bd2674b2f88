import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("What a real guest learns of itself")
  struct ConfigDriveBootTests {
    static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"

    @Test("a guest on a network without DHCP has its address, hostname and key from its config drive")
    func withoutDHCP() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startAll()
        let api = try await API(installation)
        let network = try await api.makeStaticNetwork()
        try await api.checked(
          "POST", .compute, "/v2.1/os-keypairs", ["keypair": ["name": "mine", "public_key": .string(Self.key)]])
        let created = try await api.checked(
          "POST", .networking, "/v2.0/security-groups", ["security_group": ["name": "web"]])
        let group = try #require(created["security_group"]?["id"]?.string)
        let body = try await api.checked(
          "POST", .compute, "/v2.1/servers",
          [
            "server": [
              "name": "Web 1", "imageRef": .string(try await api.makeGuestImage()), "flavorRef": "0",
              "networks": [["uuid": .string(network)]], "key_name": "mine", "security_groups": [["name": "web"]],
            ]
          ])
        let server = try #require(body["server"]?["id"]?.string)
        try await installation.waitUntilActive(server)
        let port = try await api.checked("GET", .networking, "/v2.0/ports/\(try await installation.port(of: server))")
        #expect(port["port"]?["security_groups"] == [.string(group)])
        let address = try #require(port["port"]?["fixed_ips"]?.array?.first?["ip_address"]?.string)
        let mac = try #require(port["port"]?["mac_address"]?.string)
        try await waitUntil("the guest has told its key", within: .seconds(120)) {
          textOfFile(installation.console(of: server)).contains("PLUGBOARD GUEST metadata key")
        }
        let console = textOfFile(installation.console(of: server))
        #expect(console.contains("PLUGBOARD GUEST eth0 \(mac) \(address)/24"), "\(console)")
        #expect(console.contains("PLUGBOARD GUEST metadata from DRIVE hostname web-1.novalocal"), "\(console)")
        #expect(console.contains("PLUGBOARD GUEST metadata key \(Self.key)"), "\(console)")
        let shown = try await api.checked("GET", .compute, "/v2.1/servers/\(server)")
        #expect(shown["server"]?["config_drive"] == "True")
      }
    }
  }
}

extension API {
  /// A network whose subnet has no DHCP; returns the network's id.
  fileprivate func makeStaticNetwork() async throws -> String {
    let network = try await checked(
      "POST", .networking, "/v2.0/networks", ["network": ["name": "static", "provider:network_type": "local"]])
    let id = try #require(network["network"]?["id"]?.string)
    try await checked(
      "POST", .networking, "/v2.0/subnets",
      ["subnet": ["network_id": .string(id), "ip_version": 4, "cidr": "10.20.30.0/24", "enable_dhcp": false]])
    return id
  }
}
