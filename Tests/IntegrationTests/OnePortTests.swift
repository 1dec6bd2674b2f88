import JSON
import Support
import Testing

extension IntegrationTests {
  /// The steps of `docs/one-port.md`, in its order.
  @Suite("One port, from the tap to the running guest")
  struct OnePortTests {
    @Test("every step leaves its trace in the database and in the kernel, in the order of the page")
    func steps() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let image = try await api.makeEmptyImage()
        let server = try await api.bootServer(image: image, networks: [["uuid": .string(network)]])
        try await installation.waitUntilActive(server)
        try await installation.requireProperBoot(of: server)
        let port = try await installation.port(of: server)
        let trace = try Trace(installation.database, server: server, port: port)

        // 1, 2: the agent saw the tap, and the scan found it new.
        #expect(try await installation.namespace.links().contains("tap\(port.prefix(11))"))
        let seen = try #require(trace.build.observedAt)
        // 3, 4: it asked for the details, and the port went from DOWN to BUILD.
        #expect(seen <= trace.build.at)
        #expect(trace.build.host == Installation.host)
        // 5: its rules are there.
        let rules = try await installation.namespace.run(["nft", "list", "table", "bridge", "plugboard"]).output
        #expect(rules.contains("tap\(port.prefix(11))"))
        // 6: the tap is in its network's bridge.
        let bridge = "brq\(network.prefix(11))"
        #expect(try await installation.namespace.ip("link", "show", "master", bridge).contains("tap\(port.prefix(11))"))
        // 7: the device was reported up, and the port went from BUILD to ACTIVE.
        let wired = try #require(trace.active.observedAt)
        #expect(trace.build.at <= wired && wired <= trace.active.at)
        // 8: status and event are of the same transaction.
        #expect(trace.event.queuedAt == trace.active.at)
        // 9, 10: the event was sent, and the Compute service took it.
        #expect(trace.event.queuedAt <= trace.event.sentAt && trace.event.sentAt <= trace.event.finishedAt)
        #expect(trace.event.code == "200")
        // 11, 12: the host waited for it, and resumed the guest only then.
        let steps = try installation.steps(of: server)
        let order = [
          "vif_wait_registered", "port DOWN -> BUILD", "port BUILD -> ACTIVE", "vifs_plugged", "guest_resumed",
        ]
        #expect(steps.filter(order.contains) == order, "\(steps)")
      }
    }
  }

  /// What the database tells of one port. Times are text that sorts.
  private struct Trace {
    struct Transition {
      let at: String
      let host: String
      let observedAt: String?
    }

    struct Event {
      let queuedAt: String
      let sentAt: String
      let finishedAt: String
      let code: String
    }

    let build: Transition
    let active: Transition
    let event: Event

    init(_ database: DatabaseWatch, server: String, port: String) throws {
      build = try Self.transition(database, port, from: "DOWN", to: "BUILD")
      active = try Self.transition(database, port, from: "BUILD", to: "ACTIVE")
      let events = try database.rows(
        """
        SELECT created_at, sent_at, finished_at, code FROM event_deliveries
        WHERE instance_id = ? AND tag = ? AND name = 'network-vif-plugged'
        """, [server, port])
      let row = try #require(events.first)
      #expect(events.count == 1)
      event = Event(queuedAt: row[0], sentAt: row[1], finishedAt: row[2], code: row[3])
    }

    private static func transition(
      _ database: DatabaseWatch, _ port: String, from: String, to: String
    ) throws -> Transition {
      let rows = try database.rows(
        "SELECT at, host, observed_at FROM port_transitions WHERE port_id = ? AND from_status = ? AND to_status = ?",
        [port, from, to])
      let row = try #require(rows.first, "the port did not go from \(from) to \(to)")
      #expect(rows.count == 1)
      return Transition(at: row[0], host: row[1], observedAt: row[2].isEmpty ? nil : row[2])
    }
  }
}
