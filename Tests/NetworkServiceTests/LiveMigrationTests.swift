import HostRPC
import JSON
import Model
import NIOHTTP1
import Testing

/// A stock Nova's calls for a live migration (`nova/network/neutron.py`), and what agents and Nova are told.
@Suite("Live migration of a port")
struct LiveMigrationTests {
  private static func serve(
    _ body: @escaping @Sendable (TestCloud, (id: String, tap: String)) async throws -> Void
  ) async throws {
    try await TestCloud.serve { cloud in
      for host in ["compute1", "compute2"] { try await cloud.reportState(host: host, isStart: true) }
      let port = try await cloud.computePort(on: try await cloud.network().id)
      _ = try await cloud.details([port.tap])
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      try await body(cloud, port)
    }
  }

  @Test("a guest moves: bound there, told plugged there, activated, and forgotten where it was")
  func migration() async throws {
    try await Self.serve { cloud, port in
      let path = "/v2.0/ports/\(port.id)"
      let source = try await cloud.client(host: "compute1").messages()
      let target = try await cloud.client(host: "compute2").messages()
      // Before the move: the binding on the target, and what Nova reads of it.
      let migrating: JSONValue = ["migrating_to": "compute2"]
      #expect(try await cloud.bind(port.id, to: "compute2").status == 201)
      let binding = try await cloud.get("\(path)/bindings/compute2").body?["binding"]
      #expect(binding?["vif_type"] == "bridge" && binding?["status"] == "INACTIVE")
      _ = try await cloud.send(.PUT, path, body: ["port": ["binding:profile": migrating]])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      // The tap appears on the target, whose agent wires it; the guest waits for the event before it goes there.
      guard case .details? = try await cloud.details([port.tap], host: "compute2").first else {
        Issue.record("the target's agent is not told how to wire the port in advance")
        return
      }
      #expect(try await cloud.status(port.id) == "ACTIVE")
      try await cloud.up(port.tap, host: "compute2")
      try await cloud.up(port.tap, host: "compute2")
      let plugged = try await cloud.events().filter { $0.hasPrefix("network-vif") }
      #expect(plugged == ["network-vif-plugged completed", "network-vif-plugged completed"])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      // The guest has arrived.
      #expect(try await cloud.activate(port.id, on: "compute2").status == 200)
      #expect(try await cloud.activate(port.id, on: "compute2").status == 409)
      #expect(try await cloud.status(port.id) == "DOWN")
      #expect(try await cloud.details([port.tap], host: "compute1") == [.noActiveBinding(device: port.tap)])
      guard case .details? = try await cloud.details([port.tap], host: "compute2").first else {
        Issue.record("the target's agent is not told how to wire the port")
        return
      }
      try await cloud.up(port.tap, host: "compute2")
      #expect(try await cloud.status(port.id) == "ACTIVE")
      // The source forgets it; its agent's last report changes nothing.
      try await cloud.down(port.tap, host: "compute1")
      #expect(try await cloud.send(.DELETE, "\(path)/bindings/compute1").status == 204)
      #expect(try await cloud.send(.DELETE, "\(path)/bindings/compute1").status == 404)
      try await cloud.down(port.tap, host: "compute1")
      let after = try await cloud.send(
        .PUT, path, body: ["port": ["binding:host_id": "compute2", "binding:profile": [:]]])
      #expect(after.body?["port"]?["status"] == "ACTIVE")
      #expect(try await cloud.bindings(port.id) == ["compute2 ACTIVE bridge"])
      #expect(
        try await cloud.history(port.id).suffix(3) == [
          "ACTIVE>DOWN binding activated", "DOWN>BUILD get_devices_details_list", "BUILD>ACTIVE update_device_up",
        ])
      try await Self.expect(BindingDeactivate.self, of: port.id, on: "compute1", in: source)
      try await Self.expect(BindingActivate.self, of: port.id, on: "compute2", in: target)
    }
  }

  @Test("a move that is given up leaves the port as it was, and one that is taken back is bound where it came from")
  func rollback() async throws {
    try await Self.serve { cloud, port in
      let path = "/v2.0/ports/\(port.id)/bindings"
      #expect(try await cloud.bind(port.id, to: "compute2").status == 201)
      #expect(try await cloud.send(.DELETE, "\(path)/compute2").status == 204)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.bind(port.id, to: "compute2").status == 201)
      #expect(try await cloud.activate(port.id, on: "compute2").status == 200)
      let back = try await cloud.activate(port.id, on: "compute1")
      #expect(back.status == 200 && back.body?["vif_type"] == "bridge")
      #expect(try await cloud.send(.DELETE, "\(path)/compute2").status == 204)
      _ = try await cloud.details([port.tap])
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.port(port.id)["binding:vif_type"] == "bridge")
    }
  }

  @Test("a target that dies before the guest arrives is found out when the binding is activated again")
  func deadTarget() async throws {
    try await Self.serve { cloud, port in
      #expect(try await cloud.bind(port.id, to: "compute2").status == 201)
      #expect(try await cloud.activate(port.id, on: "compute2").status == 200)
      cloud.clock.advance(by: .seconds(76))
      try await cloud.reportState(host: "compute2")
      let refused = try await cloud.activate(port.id, on: "compute1")
      #expect(refused.status == 409 && refused.errorType == "PortBindingError")
      #expect(try await cloud.bindings(port.id) == ["compute1 INACTIVE unbound", "compute2 ACTIVE bridge"])
    }
  }

  /// Waits for the message about the port; the client's stream ends by itself if nothing comes.
  private static func expect<Method: RPCMethod>(
    _ method: Method.Type, of port: String, on host: String, in messages: some AsyncSequence<HostMessage, any Error>
  ) async throws where Method.Arguments == BindingHint {
    for try await message in messages {
      guard let hint = try message.arguments(of: method) else { continue }
      #expect(hint.portID == UUID(port) && hint.host == host)
      return
    }
    Issue.record("\(host) was not told")
  }
}
