import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("kill -9 in the middle of a boot")
  struct CrashTests {
    @Test("of the server between the commit of ACTIVE and the POST: after a restart the event is delivered")
    func server() async throws {
      try await Installation.with { installation in
        try await installation.startNetworking()
        try await installation.startComputeService()
        try await installation.startAgent()
        try await installation.startCompute()
        let server = try await installation.bootWithoutAgent()
        // The Compute service is frozen before the agent goes on: the event is committed, and nobody takes it.
        try installation.program("compute").freeze()
        try installation.agent.thaw()
        try await installation.database.wait(
          until: "the plugged event is in the outbox",
          "SELECT id FROM pending_events WHERE instance_id = ? AND name = 'network-vif-plugged'", server)
        await (try installation.program("networking")).kill()
        #expect(try installation.database.text("SELECT status FROM ports") == "ACTIVE")
        let delivered = "SELECT count(*) FROM event_deliveries WHERE name = 'network-vif-plugged'"
        #expect(try installation.database.count(delivered) == 0)
        try installation.program("compute").thaw()
        try await installation.startNetworking()
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
      }
    }

    @Test("of the agent between details and up: after a restart the port becomes ACTIVE")
    func agent() async throws {
      try await Installation.with { installation in
        let mappings = ["OS_LINUX_BRIDGE__PHYSICAL_INTERFACE_MAPPINGS": "physnet1:physical0"]
        try await installation.namespace.ip("link", "add", "physical0", "type", "veth", "peer", "name", "beyond0")
        try await installation.startServer()
        try await installation.startAgent(environment: mappings)
        try await installation.startCompute()
        let server = try await installation.bootWithoutAgent(physicalNetwork: "physnet1")
        // Without the physical interface the agent can ask for the details, but it cannot wire the tap.
        try await installation.namespace.ip("link", "delete", "physical0")
        try installation.agent.thaw()
        try await installation.database.wait(until: "the port is BUILD", "SELECT id FROM ports WHERE status = 'BUILD'")
        await (try installation.agent).kill()
        #expect(try installation.database.text("SELECT status FROM ports") == "BUILD")
        try await installation.namespace.ip("link", "add", "physical0", "type", "veth", "peer", "name", "beyond0")
        try await installation.startAgent(environment: mappings)
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
      }
    }

    @Test("of the compute host while it waits: after a restart the same guest is resumed, and none is started twice")
    func computeHost() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startAll()
        let image = try await API(installation).makeGuestImage()
        let server = try await installation.bootWithoutAgent(image: image)
        try await installation.waitForStep("guest_created_paused", of: server)
        let guests = try await installation.guests(of: server)
        #expect(guests.count == 1)
        await (try installation.compute).kill()
        try await installation.startCompute()
        #expect(try await installation.guests(of: server) == guests)
        try installation.agent.thaw()
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
        #expect(try await installation.guests(of: server) == guests)
      }
    }

    @Test("of all programs at once while the guest waits: after a restart of all the boot completes")
    func everything() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let server = try await installation.bootWithoutAgent()
        for program in [try installation.server, try installation.compute, try installation.agent] {
          await program.kill()
        }
        try await installation.startAll()
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
      }
    }
  }
}

extension Installation {
  /// Starts the server process with everything but the Compute service.
  fileprivate func startNetworking() async throws {
    try await startServer(
      "networking", services: ["networking", "identity", "image"],
      environment: ["OS_NOVA__ENDPOINT_OVERRIDE": "http://127.0.0.1:8774"])
  }

  /// Starts a server process with the Compute service alone, which asks the other one about tokens.
  fileprivate func startComputeService() async throws {
    let configuration = textOfFile(folder.file("compute.conf"))
    let line = try #require(configuration.split(separator: "\n").first { $0.hasPrefix("password") }, "\(configuration)")
    let password = line.drop { $0 != "=" }.dropFirst().filter { $0 != " " }
    try await startServer(
      "compute", services: ["compute"],
      environment: [
        "OS_KEYSTONE_AUTHTOKEN__AUTH_URL": "http://127.0.0.1:5000/v3",
        "OS_KEYSTONE_AUTHTOKEN__USERNAME": "plugboard", "OS_KEYSTONE_AUTHTOKEN__PASSWORD": password,
        "OS_KEYSTONE_AUTHTOKEN__PROJECT_NAME": "service",
        "OS_NEUTRON__ENDPOINT_OVERRIDE": "http://127.0.0.1:9696",
        "OS_GLANCE__ENDPOINT_OVERRIDE": "http://127.0.0.1:9292",
      ])
  }

  /// Freezes the agent and boots a server, up to the point where its host waits for the port.
  ///
  /// - Parameters:
  ///   - image: What to boot; an image that nothing boots from if there is none.
  ///   - physicalNetwork: Where the server's network is, if it is a flat one.
  /// - Returns: The server's id.
  func bootWithoutAgent(image: String? = nil, physicalNetwork: String? = nil) async throws -> String {
    let api = try await API(self)
    let network = try await api.makeNetwork(physicalNetwork: physicalNetwork)
    let bootable = if let image { image } else { try await api.makeEmptyImage() }
    try agent.freeze()
    let server = try await api.bootServer(image: bootable, networks: [["uuid": .string(network)]])
    try await waitForStep("vif_wait_registered", of: server)
    return server
  }
}
