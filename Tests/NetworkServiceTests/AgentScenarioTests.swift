import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Store
import Support
import Testing

@Suite("What agents report")
struct AgentScenarioTests {
  @Test("a boot goes DOWN, BUILD, ACTIVE, and queues network-vif-plugged with the status")
  func boot() async throws {
    try await TestCloud.serve { cloud in
      #expect(try await cloud.reportState(isStart: true) == .new)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      #expect(try await cloud.status(port.id) == "DOWN")
      guard case .details(let details) = try await cloud.details([port.tap]).first else {
        Issue.record("no details")
        return
      }
      #expect(details.networkType == "vxlan" && details.mtu == 1450 && details.portID == UUID(port.id))
      #expect(details.fixedIPs.count == 1 && details.deviceOwner == "compute:nova")
      #expect(try await cloud.status(port.id) == "BUILD")
      #expect(try await cloud.events() == ["network-changed completed"])
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.events() == ["network-changed completed", "network-vif-plugged completed"])
      #expect(
        try await cloud.history(port.id) == [
          "->DOWN port created", "DOWN>BUILD get_devices_details_list", "BUILD>ACTIVE update_device_up",
        ])
    }
  }

  @Test("every report twice changes nothing more and announces nothing more")
  func twice() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      for _ in 0..<2 { _ = try await cloud.details([port.tap]) }
      for _ in 0..<2 { try await cloud.up(port.tap) }
      let revision = try await cloud.port(port.id)["revision_number"]
      try await cloud.up(port.tap)
      _ = try await cloud.details([port.tap])
      #expect(try await cloud.port(port.id)["revision_number"] == revision)
      for _ in 0..<2 { #expect(try await cloud.down(port.tap).exists) }
      #expect(try await cloud.history(port.id).count == 4)
      #expect(
        try await cloud.events() == [
          "network-changed completed", "network-vif-plugged completed", "network-vif-unplugged completed",
        ])
    }
  }

  @Test("reports out of order end where the last one says")
  func outOfOrder() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "ACTIVE")
      _ = try await cloud.details([port.tap])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      try await cloud.down(port.tap)
      try await cloud.down(port.tap)
      _ = try await cloud.details([port.tap])
      #expect(try await cloud.status(port.id) == "BUILD")
    }
  }

  @Test("an agent that restarts asks for everything and no port flaps")
  func agentRestart() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      var taps: [String] = []
      for _ in 0..<3 {
        let port = try await cloud.computePort(on: network)
        taps.append(port.tap)
        try await cloud.up(port.tap)
      }
      let before = try await cloud.events()
      #expect(try await cloud.reportState(isStart: true) == .alive)
      #expect(try await cloud.details(taps).count == 3)
      for tap in taps { try await cloud.up(tap) }
      #expect(try await cloud.events() == before)
    }
  }

  @Test("a server that was killed between details and up goes on where it was")
  func serverRestart() async throws {
    let database = try TemporaryDatabase()
    let clock = TestClock()
    let made = Value<(id: String, tap: String)>()
    try await TestCloud.serve(database: database, clock: clock) { cloud in
      try await cloud.reportState(isStart: true)
      made.value = try await cloud.computePort(on: try await cloud.network().id)
      _ = try await cloud.details([try #require(made.value).tap])
    }
    try await TestCloud.serve(database: database, clock: clock) { cloud in
      let port = try #require(made.value)
      #expect(try await cloud.status(port.id) == "BUILD")
      try await cloud.up(port.tap)
      #expect(try await cloud.events() == ["network-changed completed", "network-vif-plugged completed"])
    }
  }

  @Test("a tap of no port is unknown, and one that is bound elsewhere has no active binding")
  func unknownDevices() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      let answers = try await cloud.details(["tapdeadbeef-00", "tap", "tap'; --", port.tap], host: "elsewhere")
      #expect(
        answers == [
          .unknown(device: "tapdeadbeef-00"), .unknown(device: "tap"), .unknown(device: "tap'; --"),
          .noActiveBinding(device: port.tap),
        ])
      try await cloud.up(port.tap, host: "elsewhere")
      try await cloud.down(port.tap, host: "elsewhere")
      #expect(try await cloud.status(port.id) == "DOWN")
      #expect(try await cloud.down("tapdeadbeef-00").exists == false)
    }
  }

  @Test("a migration's target is announced as plugged, once, and the port's status stays")
  func migrationTarget() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportState(host: "compute2", isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      try await cloud.up(port.tap)
      _ = try await cloud.send(
        .PUT, "/v2.0/ports/\(port.id)", body: ["port": ["binding:profile": ["migrating_to": "compute2"]]])
      let before = try await cloud.events()
      for _ in 0..<2 { try await cloud.up(port.tap, host: "compute2") }
      #expect(try await cloud.events() == before + ["network-vif-plugged completed"])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      #expect(try await cloud.port(port.id)["binding:host_id"] == "compute1")
    }
  }

  @Test("a disabled port does not become ACTIVE, and becomes BUILD when it is enabled")
  func disabledPort() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      try await cloud.up(port.tap)
      _ = try await cloud.send(.PUT, "/v2.0/ports/\(port.id)", body: ["port": ["admin_state_up": false]])
      #expect(try await cloud.status(port.id) == "ACTIVE")
      _ = try await cloud.details([port.tap])
      #expect(try await cloud.status(port.id) == "DOWN")
      try await cloud.up(port.tap)
      #expect(try await cloud.status(port.id) == "DOWN")
      _ = try await cloud.send(.PUT, "/v2.0/ports/\(port.id)", body: ["port": ["admin_state_up": true]])
      _ = try await cloud.details([port.tap])
      #expect(try await cloud.status(port.id) == "BUILD")
    }
  }

  @Test("a port that DHCP still blocks waits for it, whichever comes last")
  func provisioningBlocks() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      for agentIsLast in [true, false] {
        let port = try await cloud.computePort(on: network)
        let id = try #require(UUID(port.id))
        try await cloud.store.write { try $0.addProvisioningBlock(.dhcp, toPort: id) }
        _ = try await cloud.details([port.tap])
        if agentIsLast {
          try await cloud.service.completeProvisioning(of: .dhcp, ofPort: id)
          #expect(try await cloud.status(port.id) == "BUILD")
          try await cloud.up(port.tap)
        } else {
          try await cloud.up(port.tap)
          #expect(try await cloud.status(port.id) == "BUILD")
          try await cloud.service.completeProvisioning(of: .dhcp, ofPort: id)
        }
        #expect(try await cloud.status(port.id) == "ACTIVE")
      }
    }
  }

  @Test("a distributed router's port has a status per host, and its own is made of them")
  func distributedPort() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.create(
        "port",
        [
          "network_id": .string(try await cloud.network().id),
          "device_owner": "network:router_interface_distributed", "device_id": "router",
        ])
      let id = try port.text("id")
      let tap = "tap" + id.prefix(11)
      _ = try await cloud.details([tap], host: "a")
      #expect(try await cloud.status(id) == "BUILD")
      try await cloud.up(tap, host: "b")
      #expect(try await cloud.status(id) == "ACTIVE")
      try await cloud.down(tap, host: "b")
      #expect(try await cloud.status(id) == "BUILD")
      try await cloud.down(tap, host: "a")
      #expect(try await cloud.status(id) == "DOWN")
      #expect(try await cloud.events().isEmpty)
    }
  }

  @Test("two taps whose ports begin alike are told apart by the host")
  func samePrefix() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try #require(UUID(try await cloud.network().id))
      let ids = ["aaaaaaaa-bb01-4000-8000-000000000001", "aaaaaaaa-bb01-4000-8000-000000000002"]
      for (index, id) in ids.enumerated() {
        let host = "compute\(index + 1)"
        let time = cloud.clock.now
        let port = Port(
          id: try #require(UUID(id)), networkID: network, projectID: adminProject,
          macAddress: MACAddress(bits: UInt64(index + 1)), binding: PortBinding(host: host, vifType: .bridge),
          createdAt: time, updatedAt: time)
        #expect(try await cloud.store.write { try $0.insert(port) })
      }
      try await cloud.up("tapaaaaaaaa-bb", host: "compute2")
      #expect(try await cloud.status(ids[0]) == "DOWN")
      #expect(try await cloud.status(ids[1]) == "ACTIVE")
    }
  }

  @Test("many devices in one report each have an answer of their own")
  func deviceList() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network(cidr: "10.0.0.0/16").id
      let bodies = JSONValue.array(
        (0..<300).map { _ in ["network_id": .string(network), "binding:host_id": "compute1"] })
      let made = try await cloud.send(.POST, "/v2.0/ports", body: ["ports": bodies]).body?["ports"]?.array ?? []
      let taps = try made.map { "tap" + (try $0.text("id")).prefix(11) }
      #expect(taps.count == 300)
      #expect(try await cloud.details(taps).map(\.device) == taps)
      let result = try await cloud.call(
        UpdateDeviceList.self,
        .init(devicesUp: taps, devicesDown: ["tapdeadbeef-00"], agentID: "lb52417475ba72", host: "compute1"))
      #expect(result.devicesUp == taps)
      #expect(result.devicesDown == [DeviceDown(device: "tapdeadbeef-00", exists: false)])
      let active = try await cloud.get("/v2.0/ports?status=ACTIVE&fields=id").body?["ports"]?.array
      #expect(active?.count == 300)
    }
  }

  @Test("when the host saw a device is kept with the transition that it caused")
  func observedAt() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      let seen = try #require(Timestamp("2026-11-23T01:29:32.999999Z"))
      _ = try await cloud.call(
        GetDevicesDetailsList.self,
        .init(devices: [port.tap], agentID: "lb", host: "compute1", observedAt: [port.tap: seen]))
      let id = try #require(UUID(port.id))
      let last = try await cloud.store.read { try $0.transitions(ofPort: id).last }
      #expect(last?.observedAt == seen && last?.host == "compute1")
    }
  }
}

/// A value that one part of a test hands to the next.
final class Value<Element: Sendable>: Sendable {
  private let box = TestBox<Element?>(nil)

  var value: Element? {
    get { box.value }
    set { box.value = newValue }
  }
}
