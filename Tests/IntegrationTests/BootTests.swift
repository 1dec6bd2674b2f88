import JSON
import Support
import Testing

/// Tests with the real programs run one after the other: the machine that runs them may be small.
@Suite("The real programs together", .serialized, .timeLimit(.minutes(10)))
enum IntegrationTests {}

extension IntegrationTests {
  @Suite("A boot")
  struct BootTests {
    @Test("a server boots when its port is wired, and its timeline tells every step in order")
    func fakeGuest() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let image = try await api.makeEmptyImage()
        let server = try await api.bootServer(image: image, networks: [["uuid": .string(network)]])
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
        let steps = try installation.steps(of: server)
        let expected = [
          "api_accepted", "scheduled", "build_sent", "build_received", "ports_allocated", "vif_wait_registered",
          "guest_create_started", "guest_created_paused", "vifs_plugged", "guest_resumed", "active",
        ]
        #expect(steps.filter(expected.contains) == expected)
        let shown = try await api.checked("GET", .compute, "/v2.1/servers/\(server)")
        #expect(shown["server"]?["status"] == "ACTIVE")
        let port = try await installation.port(of: server)
        #expect(try await installation.namespace.links().contains("tap\(port.prefix(11))"))
        #expect(try await installation.namespace.links().contains("brq\(network.prefix(11))"))
        let timeline = try await installation.timeline(of: "first")
        #expect(timeline.hasSuffix("The boot is complete.\n"), "\(timeline)")
        #expect(expected.allSatisfy { timeline.contains($0) }, "\(timeline)")
      }
    }

    @Test("a server that is deleted leaves no tap, no bridge, no port and no event behind")
    func deletion() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let image = try await api.makeEmptyImage()
        let server = try await api.bootServer(image: image, networks: [["uuid": .string(network)]])
        try await installation.waitUntilActive(server)
        #expect(try await api.request("DELETE", .compute, "/v2.1/servers/\(server)").status == 204)
        try await waitUntil("the server is gone") {
          try await api.request("GET", .compute, "/v2.1/servers/\(server)").status == 404
        }
        #expect(try await !installation.namespace.links().contains { $0.hasPrefix("tap") })
        try await installation.database.wait(
          until: "the port is gone", "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ports)")
        #expect(try await api.request("DELETE", .networking, "/v2.0/networks/\(network)").status == 204)
        try await waitUntil("only the loopback interface is left") {
          try await installation.namespace.links() == ["lo"]
        }
        try await installation.database.wait(
          until: "the outbox is empty", "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pending_events)")
      }
    }

    @Test("a real guest is created paused, runs only after its port is ACTIVE, and boots to its user space")
    func realGuest() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startAll()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let image = try await api.makeGuestImage()
        // The agent is frozen after it has reported: the guest must not run without it.
        try installation.agent.freeze()
        let server = try await api.bootServer(image: image, networks: [["uuid": .string(network)]])
        try await installation.waitForStep("guest_created_paused", of: server)
        let guest = try #require(try await installation.guests(of: server).first)
        #expect(try installation.database.text("SELECT status FROM ports") == "DOWN")
        #expect(try !installation.steps(of: server).contains("guest_resumed"))
        #expect(textOfFile(installation.console(of: server)) == "")
        let port = try await installation.port(of: server)
        let tap = "tap\(port.prefix(11))"
        let timeline = try await installation.timeline(of: server)
        let waits = "The agent on compute1 has not seen \(tap) yet (port DOWN -> BUILD).\n"
        #expect(timeline.hasSuffix(waits), "\(timeline)")
        let shown = try await runChecked([
          "sqlite3", "-readonly", installation.databaseFile, "SELECT status, host, vif_type, tap FROM v_ports",
        ])
        #expect(shown == "DOWN|compute1|bridge|\(tap)\n")
        try installation.agent.thaw()
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
        #expect(try await installation.guests(of: server) == [guest])
        try await waitUntil("the guest's console tells that it is up", within: .seconds(120)) {
          textOfFile(installation.console(of: server)).contains("PLUGBOARD GUEST UP")
        }
        _ = try await api.request("DELETE", .compute, "/v2.1/servers/\(server)")
        try await waitUntil("the guest is gone") {
          try await installation.guests(of: server).isEmpty
        }
      }
    }
  }
}

extension Installation {
  /// What `plugboard boot-timeline` prints.
  func timeline(of server: String) async throws -> String {
    try await runChecked([Self.binary("plugboard"), "boot-timeline", server, "--database", databaseFile])
  }

  /// The file that the guest's serial port writes.
  func console(of server: String) -> String { folder.file("host/instances/\(server)/console.log") }
}
