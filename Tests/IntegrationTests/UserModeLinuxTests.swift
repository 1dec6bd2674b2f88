import JSON
import Support
import Testing

extension IntegrationTests {
  /// Hosts with kernels of their own, and a server that they reach over the LAN which carries their VLANs, too.
  @Suite("Hosts with VLANs between them")
  struct UserModeLinuxTests {
    private static let serverAddress = "10.78.0.254"

    @Test("guests on a VLAN network reach each other by tagged frames, and nobody else")
    func vlan() async throws {
      try await with { installation, api, hosts in
        let blue = try await Network(api, vlan: 100)
        let green = try await Network(api, vlan: 200)
        let (one, two) = (try await blue.guest(1, on: hosts[0]), try await blue.guest(2, on: hosts[1]))
        let stranger = try await green.guest(9, on: hosts[1])
        try await installation.waitUntilActive(ports: [one.port, two.port, stranger.port])

        let capture = try ProgramProcess(
          name: "tcpdump",
          command: installation.namespace.command([
            "tcpdump", "-n", "-e", "-l", "-i", "um1", "-c", "2", "vlan 100 and icmp",
          ]), output: installation.folder.file("frames"))
        try await waitUntil("the capture has begun") {
          textOfFile(installation.folder.file("frames")).contains("listening on")
        }
        for version in [4, 6] {
          try await hosts[0].run(one.ping(two, version: version))
          try await hosts[1].run(two.ping(one, version: version))
        }
        try await capture.waitForExit()
        let frames = textOfFile(installation.folder.file("frames"))
        #expect(frames.contains("ethertype 802.1Q (0x8100)") && frames.contains("vlan 100"), "\(frames)")
        // On another VLAN there is nobody with the address.
        try await hosts[0].run("ip netns exec \(one.name) ping -c 2 -W 1 \(stranger.four)", fails: true)

        let links = try await hosts[0].run("ip -d -o link show vec0.100; ip -o link show master \(blue.bridge)")
        #expect(links.contains("vlan protocol 802.1Q id 100") && links.contains("mtu 1500"), "\(links)")
        #expect(links.contains(one.tap), "\(links)")
      }
    }

    @Test("three hosts with l2population know each other's ports, and their guests reach each other through tunnels")
    func population() async throws {
      try await with(hosts: 3) { installation, api, hosts in
        let network = try await Network(api, vni: 723)
        #expect(network.mtu == 1450)
        var guests: [UserModeGuest] = []
        for (number, host) in hosts.enumerated() { guests.append(try await network.guest(number + 1, on: host)) }
        try await installation.waitUntilActive(ports: guests.map(\.port))
        for host in hosts {
          // Where to flood to, both others; the guests have no addresses that the server knows of.
          try await waitUntilHost(host, "[ $(bridge fdb show dev vxlan-723 | grep -c '^00:00:00:00:00:00 dst') = 2 ]")
        }
        for (one, host) in zip(guests, hosts) {
          for two in guests where two.number != one.number {
            for version in [4, 6] { try await host.run(one.ping(two, version: version)) }
          }
        }
      }
    }

    @Test("a VLAN that somebody has taken is that port's trouble alone, until it is free")
    func vlanInUse() async throws {
      try await with(hosts: 1) { installation, api, hosts in
        try await hosts[0].run("ip link add link vec0 name storage type vlan id 300")
        let taken = try await Network(api, vlan: 300)
        let free = try await Network(api, vlan: 301)
        let (one, two) = (try await taken.guest(1, on: hosts[0]), try await free.guest(2, on: hosts[0]))
        try await installation.waitUntilActive(ports: [two.port])
        let words = "Unable to create VLAN interface for VLAN ID 300 because it is in use by another interface."
        try await waitUntil("the agent has said why") { hosts[0].agentLog.contains(words) }
        #expect(try installation.status(ofPort: one.port) != "ACTIVE")
        try await hosts[0].run("ip link show storage; ip link delete storage")
        try await installation.waitUntilActive(ports: [one.port])
      }
    }

    @Test("another MTU reaches subinterface, bridge and tap, and a network that is deleted leaves nothing behind")
    func changes() async throws {
      try await with(hosts: 1) { installation, api, hosts in
        let network = try await Network(api, vlan: 100)
        let guest = try await network.guest(1, on: hosts[0])
        try await installation.waitUntilActive(ports: [guest.port])
        try await api.checked(
          "PUT", .networking, "/v2.0/networks/\(network.id)", ["network": ["mtu": 1400]])
        let names = ["vec0.100", network.bridge, guest.tap]
        try await waitUntilHost(
          hosts[0], names.map { "ip link show \($0) | grep -q 'mtu 1400'" }.joined(separator: "\n"))
        try await hosts[0].run("ip netns delete \(guest.name)")
        try await waitUntil("the port is down") { try installation.status(ofPort: guest.port) == "DOWN" }
        try await api.checked("DELETE", .networking, "/v2.0/ports/\(guest.port)")
        try await api.checked("DELETE", .networking, "/v2.0/networks/\(network.id)")
        try await waitUntilHost(hosts[0], "! ip link show vec0.100\n! ip link show \(network.bridge)")
        try await hosts[0].run("ip address show dev vec0 | grep -q 10.78.0.1/24")
      }
    }

    private func waitUntilHost(_ host: UserModeLinuxHost, _ commands: String) async throws {
      try await waitUntil("\(host.name): \(commands)") { (try? await host.run(commands)) != nil }
    }

    /// Runs `body` with a server and two hosts whose agents have reported.
    private func with(
      hosts count: Int = 2, _ body: (Installation, API, [UserModeLinuxHost]) async throws -> Void
    ) async throws {
      try await Installation.with { installation in
        try await makeLAN(installation, hosts: count)
        try await installation.startServer(
          environment: [
            "OS_DEFAULT__BIND_HOST": "0.0.0.0", "OS_ML2_TYPE_VLAN__NETWORK_VLAN_RANGES": "physnet1:1:4094",
          ])
        let hosts = try (1...count).map { number in
          try UserModeLinuxHost(
            "uml\(number)", tap: "um\(number)", address: "10.78.0.\(number)/24", in: installation.namespace)
        }
        let outcome: Result<Void, any Error>
        do {
          for host in hosts { try await host.startAgent(try configuration(installation, of: host)) }
          for host in hosts {
            try await waitUntil("the agent of \(host.name) has reported") {
              try !installation.database.rows("SELECT 1 FROM agents WHERE host = ?", [host.name]).isEmpty
            }
          }
          try await body(installation, try await API(installation), hosts)
          outcome = .success(())
        } catch {
          outcome = .failure(error)
          for host in hosts { Issue.record("\(host.name): \(host.agentLog)") }
        }
        for host in hosts { await host.kill() }
        try outcome.get()
      }
    }

    private func makeLAN(_ installation: Installation, hosts count: Int) async throws {
      let namespace = installation.namespace
      try await namespace.ip("link", "add", "lan", "type", "bridge", "forward_delay", "0")
      try await namespace.ip("link", "set", "lan", "up")
      try await namespace.ip("address", "add", "\(Self.serverAddress)/24", "dev", "lan")
      for tap in (1...count).map({ "um\($0)" }) {
        try await namespace.ip("tuntap", "add", tap, "mode", "tap")
        try await namespace.ip("link", "set", tap, "master", "lan", "up")
      }
    }

    private func configuration(_ installation: Installation, of host: UserModeLinuxHost) throws -> String {
      let written = textOfFile(installation.folder.file("agent.conf"))
      let secret = try #require(written.split(separator: "\n").first { $0.hasPrefix("secret = ") })
      return """
        [linux_bridge]
        physical_interface_mappings = physnet1:vec0
        [securitygroup]
        # Debian's user-mode kernel has no nftables but those of the bridge family.
        enable_security_group = false
        [vxlan]
        local_ip = \(host.address.split(separator: "/")[0])
        l2_population = true
        [plugboard]
        server = http://\(Self.serverAddress):9696
        \(secret)
        """
    }
  }

  /// A network between the hosts. It has no subnet: the guests give themselves addresses.
  struct Network {
    let api: API
    let id: String
    let mtu: Int

    var bridge: String { "brq\(id.prefix(11))" }

    init(_ api: API, vlan: Int) async throws {
      try await self.init(
        api,
        [
          "provider:network_type": "vlan", "provider:physical_network": "physnet1",
          "provider:segmentation_id": .integer(Int64(vlan)), "port_security_enabled": false,
        ])
    }

    init(_ api: API, vni: Int) async throws {
      try await self.init(
        api,
        [
          "provider:network_type": "vxlan", "provider:segmentation_id": .integer(Int64(vni)),
          "port_security_enabled": false,
        ])
    }

    private init(_ api: API, _ members: JSONValue) async throws {
      self.api = api
      let network = try await api.checked("POST", .networking, "/v2.0/networks", ["network": members])
      id = try #require(network["network"]?["id"]?.string)
      mtu = Int(try #require(network["network"]?["mtu"]?.integer))
    }

    /// A guest with a port on the network, plugged on a host.
    func guest(_ number: Int, on host: UserModeLinuxHost) async throws -> UserModeGuest {
      let made = try await api.checked(
        "POST", .networking, "/v2.0/ports",
        ["port": ["network_id": .string(id), "binding:host_id": .string(host.name)]])
      let port = try #require(made["port"])
      let guest = UserModeGuest(
        name: "guest\(number)", port: try #require(port["id"]?.string),
        macAddress: try #require(port["mac_address"]?.string), number: number, mtu: mtu)
      try await host.plug(guest)
      return guest
    }
  }
}

extension Installation {
  fileprivate func status(ofPort id: String) throws -> String? {
    try database.rows("SELECT status FROM ports WHERE id = ?", [id]).first?.first
  }

  fileprivate func waitUntilActive(ports: [String]) async throws {
    for port in ports {
      try await waitUntil("port \(port) is ACTIVE") { try status(ofPort: port) == "ACTIVE" }
    }
  }
}
