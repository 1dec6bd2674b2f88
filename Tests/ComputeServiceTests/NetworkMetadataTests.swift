import JSON
import Model
import Testing

@testable import ComputeService

@Suite("network_data.json")
struct NetworkMetadataTests {
  static func subnet(
    _ id: String, _ cidr: String, gateway: String? = nil, dns: [String] = [], routes: [(String, String)] = [],
    dhcp: Bool = false, mode: String? = nil, hasServer: Bool = false
  ) -> NetworkMetadata.Subnet {
    .init(
      id: id, cidr: cidr, gateway: gateway, nameservers: dns,
      routes: routes.map { .init(destination: $0.0, nextHop: $0.1) }, enablesDHCP: dhcp, ipv6AddressMode: mode,
      hasDHCPServer: hasServer)
  }

  static func data(_ subnets: [NetworkMetadata.Subnet], _ ips: [(String, String)], vif: String = "bridge") -> JSONValue
  {
    NetworkMetadata(
      ports: [
        .init(
          id: "11111111-2222-4333-8444-555555555555", networkID: "n1", macAddress: "fa:16:3e:00:00:01", vifType: vif,
          fixedIPs: ips.map { .init(subnetID: $0.0, address: $0.1) }, mtu: 1450)
      ], subnets: Dictionary(uniqueKeysWithValues: subnets.map { ($0.id, $0) })
    ).json
  }

  @Test("a subnet without DHCP is told in full")
  func fixed() {
    let subnet = Self.subnet(
      "s", "10.0.0.0/22", gateway: "10.0.0.1", dns: ["9.9.9.9"], routes: [("10.9.0.0/16", "10.0.0.2")])
    let data = Self.data([subnet], [("s", "10.0.0.7")])
    let dns: JSONValue = ["type": "dns", "address": "9.9.9.9"]
    #expect(
      data == [
        "links": [
          [
            "id": "tap11111111-22", "vif_id": "11111111-2222-4333-8444-555555555555", "type": "bridge", "mtu": 1450,
            "ethernet_mac_address": "fa:16:3e:00:00:01",
          ]
        ],
        "networks": [
          [
            "id": "network0", "type": "ipv4", "link": "tap11111111-22", "ip_address": "10.0.0.7",
            "netmask": "255.255.252.0",
            "routes": [
              ["network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.0.0.1"],
              ["network": "10.9.0.0", "netmask": "255.255.0.0", "gateway": "10.0.0.2"],
            ], "network_id": "n1", "services": [dns],
          ]
        ], "services": [dns],
      ])
  }

  @Test("DHCP tells the rest, and the MTU where it has a server")
  func dynamic() {
    let subnet = Self.subnet("s", "10.0.0.0/24", gateway: "10.0.0.1", dns: ["9.9.9.9"], dhcp: true, hasServer: true)
    let data = Self.data([subnet], [("s", "10.0.0.7")])
    #expect(data["links"]?.array?.first?["mtu"] == .null)
    #expect(
      data["networks"] == [["id": "network0", "type": "ipv4_dhcp", "link": "tap11111111-22", "network_id": "n1"]])
    #expect(
      Self.data([Self.subnet("s", "10.0.0.0/24", dhcp: true)], [("s", "10.0.0.7")])["links"]?.array?.first?["mtu"]
        == 1450)
  }

  @Test("of either IP version there is one network, and IPv6 says how it is configured")
  func both() {
    let subnets = [
      Self.subnet("a", "fd00::/64", gateway: "fd00::1", dhcp: true, mode: "slaac"),
      Self.subnet("b", "10.0.0.0/24"), Self.subnet("c", "10.0.1.0/24"),
    ]
    let data = Self.data(subnets, [("a", "fd00::7"), ("b", "10.0.0.7"), ("c", "10.0.1.7")], vif: "binding_failed")
    let networks = data["networks"]?.array ?? []
    #expect(networks.compactMap { $0["type"]?.string } == ["ipv4", "ipv6_slaac"])
    #expect(networks.last?["ip_address"] == "fd00::7")
    #expect(networks.last?["netmask"] == "ffff:ffff:ffff:ffff::")
    #expect(networks.first?["routes"] == [])
    #expect(data["links"]?.array?.first?["type"] == "phy")
  }

  @Test("a port without addresses is left out")
  func addressless() {
    #expect(Self.data([], []) == ["links": [], "networks": [], "services": []])
  }

  @Test("what was told is told again for a while, and failures and the oldest are forgotten")
  func memory() async throws {
    let memory = NetworkMetadataMemory(capacity: 2, lifetime: .seconds(15))
    let ids = (0..<3).map { _ in UUID() }
    let (start, told) = (ContinuousClock.now, NetworkMetadata(ports: [], subnets: [:]))
    var asked = 0
    func ask(_ id: UUID, after time: Duration) async throws {
      _ = try await memory.network(of: id, now: start + time) {
        asked += 1
        return told
      }
    }
    await #expect(throws: CancellationError.self) {
      try await memory.network(of: ids[0], now: start) { throw CancellationError() }
    }
    for time in [0, 14, 15] { try await ask(ids[0], after: .seconds(time)) }
    #expect(asked == 2)
    for id in ids[1...] { try await ask(id, after: .seconds(15)) }
    #expect(asked == 4)
    try await ask(ids[1], after: .seconds(16))
    #expect(asked == 4)
    try await ask(ids[0], after: .seconds(16))
    #expect(asked == 5)
  }
}
