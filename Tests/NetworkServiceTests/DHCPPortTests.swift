import HostRPC
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

@Suite("Ports and their DHCP servers")
struct DHCPPortTests {
  @Test("a port is ACTIVE when it is wired and has its reservation, whichever comes last", arguments: [false, true])
  func readiness(_ isWiredLast: Bool) async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let port = try await cloud.computePort(on: try await cloud.network().id)
      _ = try await cloud.details([port.tap])
      if isWiredLast { try await cloud.dhcpReady([port.id]) } else { try await cloud.up(port.tap) }
      #expect(try await cloud.status(port.id) == "BUILD")
      if isWiredLast { try await cloud.up(port.tap) } else { try await cloud.dhcpReady([port.id]) }
      #expect(try await cloud.status(port.id) == "ACTIVE")
      // Saying it again changes nothing.
      try await cloud.dhcpReady([port.id, "\(UUID())"])
      #expect(try await cloud.status(port.id) == "ACTIVE")
    }
  }

  @Test("nobody waits for DHCP where none answers: no live agent, no DHCP on the subnet, or no address")
  func noBlock() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      func becomesActive(_ network: String) async throws -> Bool {
        let port = try await cloud.computePort(on: network)
        _ = try await cloud.details([port.tap])
        try await cloud.up(port.tap)
        return try await cloud.status(port.id) == "ACTIVE"
      }
      #expect(try await becomesActive(cloud.network().id))
      try await cloud.reportDHCP(isStart: true)
      let silent = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(silent, ["cidr": "10.102.0.0/24", "enable_dhcp": false])
      #expect(try await becomesActive(silent))
      #expect(try await becomesActive(cloud.emptyNetwork()))
      let served = try await cloud.network(cidr: "10.103.0.0/24").id
      #expect(try await !becomesActive(served))
      cloud.clock.advance(by: .seconds(76))
      try await cloud.reportState()
      #expect(try await becomesActive(cloud.network(cidr: "10.104.0.0/24").id))
    }
  }

  @Test("the agent's port has an address of each subnet with DHCP, follows them, and goes with the network")
  func agentPort() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.network()
      #expect(try await cloud.servedNetworks() == [network.id])
      let port = try #require(try await cloud.dhcpPort(network.id))
      #expect(port.fixedIPs.map(\.address.description) == ["10.101.0.2"])
      let shown = try await cloud.port(port.id.description)
      #expect(shown["device_owner"] == "network:dhcp" && shown["binding:host_id"] == "compute1")
      #expect(shown["binding:vif_type"] == "bridge" && shown["port_security_enabled"] == false)
      #expect(try await cloud.dhcpPort(network.id)?.id == port.id)
      _ = try await cloud.subnet(network.id, ["cidr": "10.102.0.0/24"])
      let more = try #require(try await cloud.dhcpPort(network.id))
      #expect(more.id == port.id && Set(more.fixedIPs.map(\.address.description)) == ["10.101.0.2", "10.102.0.2"])
      _ = try await cloud.change("subnets/\(network.subnetID)", "subnet", ["enable_dhcp": false])
      #expect(try await cloud.dhcpPort(network.id)?.fixedIPs.map(\.address.description) == ["10.102.0.2"])
      #expect(try await cloud.send(.DELETE, "/v2.0/networks/\(network.id)").status == 204)
      #expect(try await cloud.get("/v2.0/ports/\(port.id)").status == 404)
      #expect(try await cloud.dhcpPort(network.id) == nil)
    }
  }

  @Test("an agent that serves a network no more gives its port back, and takes no other away")
  func release() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.network().id
      #expect(try await cloud.servedNetworks() == [network])
      let port = try #require(try await cloud.dhcpPort(network))
      let guest = try await cloud.computePort(on: network)
      let id = try #require(UUID(network))
      _ = try await cloud.call(
        ReleaseDHCPPort.self, .init(networkID: id, deviceID: instanceID, host: "compute1"))
      #expect(try await cloud.get("/v2.0/ports/\(guest.id)").status == 200)
      _ = try await cloud.call(
        ReleaseDHCPPort.self, .init(networkID: id, deviceID: port.deviceID, host: "compute1"))
      #expect(try await cloud.get("/v2.0/ports/\(port.id)").status == 404)
    }
  }

  @Test("the agent learns all that it has to serve", .timeLimit(.minutes(1)))
  func networkInfo() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let network = try await cloud.emptyNetwork()
      _ = try await cloud.subnet(
        network,
        [
          "cidr": "10.102.0.0/24", "dns_nameservers": ["192.0.2.53"],
          "host_routes": [["destination": "192.0.2.0/24", "nexthop": "10.102.0.9"]],
        ])
      let port = try await cloud.create(
        "port",
        ["network_id": .string(network), "extra_dhcp_opts": [["opt_name": "bootfile-name", "opt_value": "pxe.0"]]])
      let id = try #require(UUID(network))
      #expect(try await cloud.servedNetworks() == [network])
      let answer = try await cloud.call(GetNetworkInfo.self, .init(networkID: id, host: "compute1")).network
      let info = try #require(answer)
      #expect(info.subnets.first?.dnsNameservers.first?.description == "192.0.2.53")
      #expect(info.subnets.first?.hostRoutes.first?.nextHop.description == "10.102.0.9")
      #expect(info.ports.first?.id.description == port["id"]?.string)
      #expect(info.ports.first?.extraDHCPOptions.first?.value == "pxe.0")
      #expect(
        try await cloud.call(GetNetworkInfo.self, .init(networkID: id, host: "compute2"), host: "compute2").network
          == nil)
    }
  }

  @Test(
    "the agent that has a network hears of every change on it, and nobody of a port's status",
    .timeLimit(.minutes(1)))
  func hints() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportDHCP(isStart: true)
      let messages = try await cloud.client(host: "compute1", binary: "neutron-dhcp-agent").messages()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await NetworkHousekeeping(cloud.service).run() }
        var iterator = messages.makeAsyncIterator()
        func heard(_ method: String, about network: String) async throws {
          var message = try #require(try await iterator.next())
          // A network counts its subnets' changes.
          while message.method == NetworkUpdateEnd.name { message = try #require(try await iterator.next()) }
          #expect(message.method == method)
          let payload = message.args["payload"] ?? .null
          #expect(DHCPHintArguments(payload: payload).networkID?.description == network)
        }
        let network = try await cloud.network()
        try await heard("subnet_create_end", about: network.id)
        let port = try await cloud.computePort(on: network.id)
        try await heard("port_create_end", about: network.id)
        try await heard("port_update_end", about: network.id)
        _ = try await cloud.details([port.tap])
        _ = try await cloud.change("subnets/\(network.subnetID)", "subnet", ["dns_nameservers": ["192.0.2.1"]])
        try await heard("subnet_update_end", about: network.id)
        _ = try await cloud.send(.DELETE, "/v2.0/ports/\(port.id)")
        try await heard("port_delete_end", about: network.id)
        _ = try await cloud.send(.DELETE, "/v2.0/networks/\(network.id)")
        group.cancelAll()
      }
    }
  }
}
