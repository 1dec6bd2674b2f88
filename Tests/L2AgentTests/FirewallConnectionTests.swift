import L2Agent
import Model
import Netlink
import Testing

@Suite("Which connections may go on")
struct ConnectionJudgeTests {
  private static let port = FirewallPort(
    device: "tap1", bridge: "brq1", mac: MACAddress("fa:16:3e:00:00:01")!, fixedIPs: [IPAddress("10.0.0.1")!],
    addressPairs: [.init(mac: MACAddress("fa:16:3e:00:00:01")!, prefix: IPNetwork("10.9.0.0/16")!)],
    securityGroups: ["g"])
  private static let rules = [
    FirewallRule(.ingress, .ipv4, ipProtocol: 6, portRangeMin: 22, portRangeMax: 23),
    FirewallRule(.ingress, .ipv4, ipProtocol: 17, remoteGroup: "far"),
    FirewallRule(.ingress, .ipv4, ipProtocol: 1, portRangeMin: 8),
    FirewallRule(.egress, .ipv4, ipProtocol: 6, remotePrefix: IPNetwork("192.0.2.0/24")),
  ]

  private static func connection(
    _ source: String, _ destination: String, _ number: UInt8 = 6, port: UInt16 = 22, from: UInt16 = 40000,
    type: UInt8 = 0, zone: UInt16 = 7
  ) -> Connection {
    Connection(
      zone: zone, isIPv6: false, ipProtocol: number, source: IPAddress(source)!.bits,
      destination: IPAddress(destination)!.bits, sourcePort: from, destinationPort: port, icmpType: type)
  }

  static let rows: [(String, Connection, Bool)] = [
    ("a port that a rule names", connection("10.0.0.9", "10.0.0.1"), true),
    ("another one", connection("10.0.0.9", "10.0.0.1", port: 24), false),
    ("another protocol", connection("10.0.0.9", "10.0.0.1", 17), false),
    ("a member of the remote group", connection("10.0.0.50", "10.0.0.1", 17), true),
    ("an ICMP type that a rule names", connection("10.0.0.9", "10.0.0.1", 1, type: 8), true),
    ("another ICMP type", connection("10.0.0.9", "10.0.0.1", 1, type: 13), false),
    ("to a destination that a rule names", connection("10.0.0.1", "192.0.2.7", port: 443), true),
    ("to another destination", connection("10.0.0.1", "198.51.100.7", port: 443), false),
    ("to a prefix of an address pair", connection("10.0.0.9", "10.9.8.7"), true),
    ("to it, but to another port", connection("10.0.0.9", "10.9.8.7", port: 80), false),
    ("the guest's question for an address", connection("10.0.0.1", "10.0.0.2", 17, port: 67, from: 68), true),
    ("in another network", connection("10.0.0.9", "10.0.0.1", port: 24, zone: 8), true),
    ("between others", connection("10.0.0.9", "10.0.0.8", port: 24), true),
    ("with a port that is gone", connection("10.0.0.9", "10.0.0.3"), false),
  ]

  @Test("what the rules would let begin may go on", arguments: rows.indices)
  func row(_ index: Int) {
    let (name, connection, isAllowed) = Self.rows[index]
    var gone = Self.port
    (gone.device, gone.fixedIPs, gone.addressPairs) = ("tap3", [IPAddress("10.0.0.3")!], [])
    let input = FirewallInput(
      ports: [Self.port], groups: ["g": Self.rules], members: ["far": FirewallMembers([IPNetwork("10.0.0.50/32")!])])
    let judge = ConnectionJudge(input, departed: [gone], zones: ["brq1": 7, "brq2": 8])
    #expect(judge.allows(connection) == isAllowed, "\(name)")
  }
}
