import HostRPC
import JSON
import Model
import NIOHTTP1
import Store

/// What a Linux bridge agent does, step by step.
extension TestCloud {
  @discardableResult
  func reportState(
    host: String = "compute1", isStart: Bool = false, tunnelTypes: JSONValue = ["vxlan"],
    interfaceMappings: JSONValue = ["physnet1": "prov0"]
  ) async throws -> ReportState.Result {
    let state = AgentState(
      binary: Agent.linuxBridgeBinary, host: host, agentType: Agent.linuxBridgeType,
      configurations: [
        "bridge_mappings": [:], "devices": 0, "extensions": [], "interface_mappings": interfaceMappings,
        "l2_population": false, "tunnel_types": tunnelTypes, "tunneling_ip": "10.78.0.1",
      ],
      startFlag: isStart)
    return try await call(ReportState.self, .init(agentState: state, time: clock.now), host: host)
  }

  func details(_ devices: [String], host: String = "compute1") async throws -> [DeviceAnswer] {
    try await call(
      GetDevicesDetailsList.self, .init(devices: devices, agentID: "lb52417475ba72", host: host), host: host
    ).devices
  }

  func up(_ device: String, host: String = "compute1") async throws {
    _ = try await call(
      UpdateDeviceUp.self, DeviceReport(device: device, agentID: "lb52417475ba72", host: host), host: host)
  }

  @discardableResult
  func down(_ device: String, host: String = "compute1") async throws -> DeviceDown {
    try await call(
      UpdateDeviceDown.self, DeviceReport(device: device, agentID: "lb52417475ba72", host: host), host: host)
  }

  /// A network with a subnet; gives both ids.
  func network(_ attributes: [String: JSONValue] = [:], cidr: String = "10.101.0.0/24") async throws -> (
    id: String, subnetID: String
  ) {
    let network = try await create("network", .object(attributes)).text("id")
    let subnet = try await create(
      "subnet", ["network_id": .string(network), "ip_version": 4, "cidr": .string(cidr)])
    return (network, try subnet.text("id"))
  }

  /// A port as Nova makes one for an instance: created, then bound.
  func computePort(on network: String, host: String = "compute1") async throws -> (id: String, tap: String) {
    let port = try await create(
      "port", ["network_id": .string(network), "device_id": .string(instanceID)])
    let id = try port.text("id")
    _ = try await send(
      .PUT, "/v2.0/ports/\(id)",
      body: [
        "port": ["device_id": .string(instanceID), "device_owner": "compute:nova", "binding:host_id": .string(host)]
      ])
    return (id, "tap" + id.prefix(11))
  }

  /// The events in the outbox, oldest first, as `name status`.
  func events() async throws -> [String] {
    let now = clock.now
    return try await store.read { snapshot in
      try snapshot.sendableEvents(at: now, limit: 1000).map { "\($0.event.name.rawValue) \($0.event.status.rawValue)" }
    }
  }

  /// A port's history as `FROM>TO reason`.
  func history(_ id: String) async throws -> [String] {
    guard let portID = UUID(id) else { return [] }
    return try await store.read { snapshot in
      try snapshot.transitions(ofPort: portID).map { "\($0.from?.rawValue ?? "-")>\($0.to.rawValue) \($0.reason)" }
    }
  }

  func status(_ id: String) async throws -> String { try await port(id).text("status") }
}

let instanceID = "62607374-b05b-42af-a113-7a7d80b79bfc"
