import HostRPC
import JSON
import Model
import Testing

@Suite("What a DHCP agent and the server say to each other")
struct DHCPMethodTests {
  private static let id = UUID("db3e1ed8-b972-42bd-9301-71ab3d77a68f")!
  private static let portID = UUID("dcd2dea6-2324-4dd1-9ccc-235ecb3b104d")!

  private static let port = DHCPPort(
    id: portID, networkID: id, macAddress: MACAddress("fa:16:3e:94:a7:1f")!, deviceID: "d", deviceOwner: "network:dhcp",
    fixedIPs: [FixedIP(subnetID: id, address: IPAddress("fd00::2")!)],
    extraDHCPOptions: [
      ExtraDHCPOption(name: "bootfile-name", value: "pxe.0"), ExtraDHCPOption(name: "router", value: nil, ipVersion: 6),
    ])

  private static let network = DHCPNetwork(
    id: id, adminStateUp: false, mtu: 1450,
    subnets: [
      DHCPSubnet(
        id: id, cidr: IPNetwork("fd00::/64")!, gatewayIP: IPAddress("fd00::1"), enableDHCP: false,
        dnsNameservers: [IPAddress("fd00::53")!], ipv6RAMode: .slaac, ipv6AddressMode: .dhcpv6Stateless),
      DHCPSubnet(
        id: portID, cidr: IPNetwork("10.0.0.0/24")!,
        hostRoutes: [HostRoute(destination: IPNetwork("192.0.2.0/24")!, nextHop: IPAddress("10.0.0.9")!)]),
    ], ports: [port])

  @Test("networks, with all that is in them, come back as they were sent")
  func networks() throws {
    let all = GetActiveNetworksInfo.Result(networks: [Self.network])
    #expect(try GetActiveNetworksInfo.Result(json: all.json) == all)
    for network in [Self.network, nil] {
      let one = GetNetworkInfo.Result(network: network)
      #expect(try GetNetworkInfo.Result(json: one.json) == one)
    }
    let answer = DHCPPortAnswer(port: Self.port)
    #expect(try DHCPPortAnswer(json: answer.json) == answer)
    #expect(try DHCPPortAnswer(json: .null).port == nil)
  }

  @Test("a subnet has upstream's members")
  func members() {
    let subnet = GetNetworkInfo.Result(network: Self.network).json["subnets"]?.array?.first
    #expect(subnet?["ip_version"] == 6 && subnet?["enable_dhcp"] == false && subnet?["gateway_ip"] == "fd00::1")
    #expect(subnet?["ipv6_ra_mode"] == "slaac" && subnet?["ipv6_address_mode"] == "dhcpv6-stateless")
    let port = GetNetworkInfo.Result(network: Self.network).json["ports"]?.array?.first
    #expect(port?["fixed_ips"]?.array?.first?["ip_address"] == "fd00::2")
    #expect(port?["extra_dhcp_opts"]?.array?.first?["opt_name"] == "bootfile-name")
  }

  @Test("calls carry upstream's arguments")
  func arguments() throws {
    let create = CreateDHCPPort.Arguments(networkID: Self.id, deviceID: "dhcp1", host: "compute1")
    #expect(try CreateDHCPPort.Arguments(json: create.json) == create)
    #expect(create.json["port"]?["port"]?["device_id"] == "dhcp1")
    let release = ReleaseDHCPPort.Arguments(networkID: Self.id, deviceID: "dhcp1", host: "compute1")
    #expect(try ReleaseDHCPPort.Arguments(json: release.json) == release)
    let ready = DHCPReadyOnPorts.Arguments(portIDs: [Self.portID])
    #expect(try DHCPReadyOnPorts.Arguments(json: ready.json) == ready)
    #expect(throws: MalformedBody.self) { try DHCPReadyOnPorts.Arguments(json: ["port_ids": ["x"]]) }
    let get = GetNetworkInfo.Arguments(networkID: Self.id, host: "compute1")
    #expect(try GetNetworkInfo.Arguments(json: get.json) == get)
    let all = GetActiveNetworksInfo.Arguments(host: "compute1")
    #expect(try GetActiveNetworksInfo.Arguments(json: all.json) == all)
  }

  @Test(
    "a hint says which network it is about, in whichever of upstream's forms",
    arguments: [
      (["network": ["id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f"]], true),
      (["network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f"], true),
      (["subnet": ["id": "x", "network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f"]], true),
      (["port": ["id": "x", "network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f"]], true),
      (["port_id": "x", "network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f"], true), (["subnet_id": "x"], false),
    ] as [(JSONValue, Bool)])
  func hints(_ payload: JSONValue, _ saysNetwork: Bool) throws {
    let arguments = DHCPHintArguments(payload: payload)
    #expect(arguments.networkID == (saysNetwork ? Self.id : nil))
    #expect(arguments.portID == nil)
    #expect(DHCPHintArguments(payload: ["port": ["id": .string("\(Self.portID)")]]).portID == Self.portID)
    #expect(try DHCPHintArguments(json: arguments.json) == arguments)
    let message = HostMessage(PortUpdateEnd.self, arguments)
    #expect(try message.arguments(of: PortUpdateEnd.self) == arguments)
    #expect(try message.arguments(of: PortDeleteEnd.self) == nil)
  }
}
