import AsyncHTTPClient
import HostRPC
import JSON
import Model
import NIOHTTP1
import Testing

@Suite("What agents are told")
struct HintTests {
  @Test("the agent of a port's host hears of its changes and of its end, and all of a network's")
  func hints() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      let messages = try await cloud.client(host: "compute1").messages()
      let port = try await cloud.computePort(on: network)
      _ = try await cloud.send(.PUT, "/v2.0/ports/\(port.id)", body: ["port": ["admin_state_up": false]])
      _ = try await cloud.send(.PUT, "/v2.0/ports/\(port.id)", body: ["port": ["admin_state_up": false]])
      _ = try await cloud.send(.PUT, "/v2.0/networks/\(network)", body: ["network": ["mtu": 1400]])
      _ = try await cloud.send(.DELETE, "/v2.0/ports/\(port.id)")
      _ = try await cloud.send(.DELETE, "/v2.0/networks/\(network)")
      var heard: [String] = []
      for try await message in messages {
        heard.append(message.method)
        if let update = try message.arguments(of: PortUpdate.self) {
          #expect(update.portID == UUID(port.id) && update.networkType == "vxlan")
          #expect(update.port["binding:vif_type"] == "bridge")
        }
        if message.method == NetworkDelete.name { break }
      }
      // The bind, and one change; a change of nothing is not told.
      #expect(heard == ["port_update", "port_update", "network_update", "port_delete", "network_delete"])
    }
  }
}
