import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Networks are given to DHCP agents")
struct DHCPSchedulingTests {
  @Test("a network that asks for DHCP is given to the agent with the fewest, and stays there")
  func scheduling() async throws {
    try await TestCloud.serve { cloud in
      for host in ["compute1", "compute2"] {
        try await cloud.reportState(host: host, isStart: true)
        try await cloud.reportDHCP(host: host, isStart: true)
      }
      let one = try await cloud.network().id
      let none = try await cloud.emptyNetwork()
      #expect(try await cloud.servedNetworks(host: "compute1") == [one])
      let two = try await cloud.network(cidr: "10.102.0.0/24").id
      #expect(try await cloud.servedNetworks(host: "compute1") == [one])
      #expect(try await cloud.servedNetworks(host: "compute2") == [two])
      #expect(try await cloud.dhcpHosts(ofNetwork: one) == ["compute1"])
      #expect(try await cloud.dhcpHosts(ofNetwork: none) == [])
    }
  }

  @Test("a dead agent's networks are given to another, with their port; a restarted one keeps its own")
  func failover() async throws {
    try await TestCloud.serve { cloud in
      for host in ["compute1", "compute2"] {
        try await cloud.reportState(host: host, isStart: true)
        try await cloud.reportDHCP(host: host, isStart: true)
      }
      let network = try await cloud.network().id
      #expect(try await cloud.servedNetworks(host: "compute1") == [network])
      let port = try #require(try await cloud.dhcpPort(network))
      try await cloud.reportDHCP(host: "compute1", isStart: true)
      #expect(try await cloud.dhcpHosts(ofNetwork: network) == ["compute1"])
      cloud.clock.advance(by: .seconds(76))
      try await cloud.reportState(host: "compute2")
      try await cloud.reportDHCP(host: "compute2")
      #expect(try await cloud.servedNetworks(host: "compute2") == [network])
      #expect(try await cloud.dhcpHosts(ofNetwork: network) == ["compute2"])
      #expect(try await cloud.servedNetworks(host: "compute1") == [])
      #expect(try await cloud.port(port.id.description)["device_id"] == "reserved_dhcp_port")
      let taken = try #require(try await cloud.dhcpPort(network, host: "compute2"))
      #expect(taken.id == port.id && taken.fixedIPs == port.fixedIPs && taken.deviceID == "dhcp-compute2-\(network)")
      #expect(try await cloud.port(port.id.description)["binding:host_id"] == "compute2")
    }
  }

  @Test("an agent that is switched off is given nothing")
  func switchedOff() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.network().id
      #expect(try await cloud.servedNetworks() == [network])
      let path = "/v2.0/agents/\(try await cloud.dhcpAgent())"
      _ = try await cloud.send(.PUT, path, body: ["agent": ["admin_state_up": false]])
      #expect(try await cloud.servedNetworks() == [])
      _ = try await cloud.send(.PUT, path, body: ["agent": ["admin_state_up": true]])
      #expect(try await cloud.servedNetworks() == [network])
    }
  }

  @Test("an administrator gives a network to an agent, lists who has what, and takes it away")
  func routes() async throws {
    var configuration = NetworkConfiguration()
    configuration.dhcp.schedulesAutomatically = false
    try await TestCloud.serve(configuration: configuration) { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.network().id
      #expect(try await cloud.servedNetworks() == [])
      let path = "/v2.0/agents/\(try await cloud.dhcpAgent())/dhcp-networks"
      let given = try await cloud.send(.POST, path, body: ["network_id": .string(network)])
      #expect(given.status == 201)
      #expect(try await cloud.servedNetworks() == [network])
      let twice = try await cloud.send(.POST, path, body: ["network_id": .string(network)])
      #expect(twice.status == 409 && twice.errorType == "NetworkHostedByDHCPAgent")
      #expect(try await cloud.get(path).body?["networks"]?.array?.first?["id"] == .string(network))
      #expect(try await cloud.dhcpHosts(ofNetwork: network) == ["compute1"])
      let port = try #require(try await cloud.dhcpPort(network))
      // The stock client sends a body, too.
      let taken = try await cloud.send(.DELETE, "\(path)/\(network)", body: ["network_id": .string(network)])
      #expect(taken.status == 204)
      #expect(try await cloud.port(port.id.description)["device_id"] == "reserved_dhcp_port")
      let gone = try await cloud.send(.DELETE, "\(path)/\(network)")
      #expect(gone.status == 409 && gone.errorType == "NetworkNotHostedByDhcpAgent")
      #expect(try await cloud.servedNetworks() == [])
    }
  }

  @Test("what is no DHCP agent is given nothing, and who is no administrator sees nothing")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.network().id
      let list = try await cloud.get("/v2.0/agents?agent_type=Linux%20bridge%20agent").body?["agents"]?.array
      let bridge = try #require(list?.first?["id"]?.string)
      let agent = try await cloud.dhcpAgent()
      let body: JSONValue = ["network_id": .string(network)]
      let wrong = try await cloud.send(.POST, "/v2.0/agents/\(bridge)/dhcp-networks", body: body)
      #expect(wrong.status == 404 && wrong.errorType == "InvalidDHCPAgent")
      let unknown = try await cloud.send(.POST, "/v2.0/agents/\(UUID())/dhcp-networks", body: body)
      #expect(unknown.status == 404 && unknown.errorType == "AgentNotFound")
      let path = "/v2.0/agents/\(agent)/dhcp-networks"
      #expect(
        try await cloud.send(.POST, path, body: ["network_id": .string("\(UUID())")]).errorType == "NetworkNotFound")
      #expect(try await cloud.send(.POST, path, body: [:]).status == 400)
      for path in [path, "/v2.0/networks/\(network)/dhcp-agents"] {
        #expect(try await cloud.get(path, token: memberToken).status == 404)
      }
      #expect(try await cloud.send(.POST, path, token: memberToken, body: body).status == 404)
      #expect(try await cloud.send(.DELETE, "\(path)/\(network)", token: memberToken).status == 404)
    }
  }
}
