import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Binding ports to hosts")
struct BindingTests {
  @Test(
    "a port is bound if an agent there is alive and can carry the segment",
    arguments: [
      (["provider:network_type": "vxlan"], "bridge"),
      (["provider:network_type": "local"], "bridge"),
      (["provider:network_type": "flat", "provider:physical_network": "physnet1"], "bridge"),
      (["provider:network_type": "flat", "provider:physical_network": "other"], "binding_failed"),
    ] as [([String: JSONValue], JSONValue)])
  func segments(network: [String: JSONValue], vifType: JSONValue) async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let id = try await cloud.network(network).id
      let port = try await cloud.create("port", ["network_id": .string(id), "binding:host_id": "compute1"])
      #expect(port["binding:vif_type"] == vifType)
      let details: JSONValue = vifType == "bridge" ? ["connectivity": "l2", "port_filter": true] : [:]
      #expect(port["binding:vif_details"] == details)
    }
  }

  @Test("an agent without tunnels does not get VXLAN ports")
  func noTunnels() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true, tunnelTypes: [])
      let id = try await cloud.network().id
      let port = try await cloud.create("port", ["network_id": .string(id), "binding:host_id": "compute1"])
      #expect(port["binding:vif_type"] == "binding_failed")
    }
  }

  @Test("an agent that is dead binds nothing, and what failed is bound when it revives")
  func revival() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      cloud.clock.advance(by: .seconds(76))
      let agents = try await cloud.get("/v2.0/agents").body?["agents"]?.array
      #expect(agents?.first?["alive"] == false)
      let network = try await cloud.network().id
      let port = try await cloud.create("port", ["network_id": .string(network), "binding:host_id": "compute1"])
      let elsewhere = try await cloud.create("port", ["network_id": .string(network), "binding:host_id": "nowhere"])
      #expect(port["binding:vif_type"] == "binding_failed")
      #expect(try await cloud.reportState() == .revived)
      #expect(try await cloud.port(try port.text("id"))["binding:vif_type"] == "bridge")
      #expect(try await cloud.port(try elsewhere.text("id"))["binding:vif_type"] == "binding_failed")
      #expect(try await cloud.reportState() == .alive)
    }
  }

  @Test("a port that is unbound is DOWN, and one that is bound elsewhere starts over")
  func rebinding() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportState(host: "compute2", isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      try await cloud.up(port.tap)
      let path = "/v2.0/ports/\(port.id)"
      let moved = try await cloud.send(.PUT, path, body: ["port": ["binding:host_id": "compute2"]])
      #expect(moved.body?["port"]?["binding:vif_type"] == "bridge")
      #expect(moved.body?["port"]?["status"] == "DOWN")
      try await cloud.up(port.tap, host: "compute1")
      #expect(try await cloud.status(port.id) == "DOWN")
      try await cloud.up(port.tap, host: "compute2")
      #expect(try await cloud.status(port.id) == "ACTIVE")
      let unbound = try await cloud.send(
        .PUT, path, body: ["port": ["binding:host_id": .null, "device_id": "", "device_owner": ""]])
      #expect(unbound.body?["port"]?["binding:vif_type"] == "unbound")
      #expect(unbound.body?["port"]?["binding:host_id"] == "")
      #expect(unbound.body?["port"]?["status"] == "DOWN")
    }
  }

  @Test("a member neither sees nor sets where a port is bound")
  func members() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", [:], token: memberToken)
      #expect(network["provider:network_type"] == nil)
      let id = try network.text("id")
      let port = try await cloud.create("port", ["network_id": .string(id)], token: memberToken)
      #expect(port["binding:host_id"] == nil && port["binding:vif_type"] == nil)
      #expect(port["binding:vnic_type"] == "normal")
      let refused = try await cloud.send(
        .POST, "/v2.0/ports", token: memberToken,
        body: ["port": ["network_id": .string(id), "binding:host_id": "compute1"]])
      #expect(refused.status == 403 && refused.errorType == "PolicyNotAuthorized")
    }
  }

  @Test("a change of a compute port is announced, a change of nothing is not, and its deletion is")
  func announcements() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      let path = "/v2.0/ports/\(port.id)"
      for _ in 0..<2 { _ = try await cloud.send(.PUT, path, body: ["port": ["name": "n"]]) }
      #expect(try await cloud.send(.DELETE, path).status == 204)
      #expect(
        try await cloud.events() == [
          "network-changed completed", "network-changed completed", "network-vif-deleted completed",
        ])
      #expect(try await cloud.history(port.id) == ["->DOWN port created"])
    }
  }
}
