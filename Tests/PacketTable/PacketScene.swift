package import JSON
import Model

/// The ports and groups of the table. `client` may send everything; `web` listens; `narrow` may ask one name server.
package enum PacketScene {
  package static let a = TestPort(
    name: "a", mac: "fa:16:3e:00:00:0a", addresses: ["10.0.0.10", "2001:db8::10"], groups: ["client"])
  package static let b = TestPort(
    name: "b", mac: "fa:16:3e:00:00:0b", addresses: ["10.0.0.11", "2001:db8::11"], groups: ["web"])
  /// May use addresses besides its own.
  package static let f = TestPort(
    name: "f", mac: "fa:16:3e:00:00:0f", addresses: ["10.0.0.15", "2001:db8::15"],
    pairs: [["10.0.0.50"], ["10.9.0.0/16", "fa:16:3e:00:00:ee"], ["2001:db8:1::/64"]], groups: ["client"])
  package static let x = TestPort(
    name: "x", mac: "fa:16:3e:00:00:02", addresses: ["10.0.0.20", "2001:db8::20"], groups: ["narrow"])
  /// Port security is off.
  package static let u = TestPort(name: "u", mac: "fa:16:3e:00:00:03", addresses: ["10.0.0.30"], isSecure: false)
  /// The network's DHCP server.
  package static let s = TestPort(name: "s", mac: "fa:16:3e:00:00:04", addresses: ["10.0.0.2"], owner: "network:dhcp")
  /// Has no address, so that it may use any with its own Ethernet address.
  package static let e = TestPort(name: "e", mac: "fa:16:3e:00:00:05", addresses: [], groups: ["client"])
  package static let ports = [a, b, f, x, u, s, e]

  /// The rules by group, as the server tells hosts.
  package static let groups: [String: [JSONValue]] = [
    "client": [.rule("egress"), .rule("egress", "IPv6")],
    "web": [
      .rule("egress"), .rule("egress", "IPv6"), .rule("ingress", "IPv4", "tcp", 22...22),
      .rule("ingress", "IPv4", "tcp", 80...90, prefix: "10.0.0.0/28"), .rule("ingress", "IPv4", "icmp", type: 8),
      .rule("ingress", "IPv4", "udp", 5000...5000, group: "client"), .rule("ingress", "IPv6", "tcp", 22...22),
      .rule("ingress", "IPv6", "udp", 5000...5000, group: "client"), .rule("ingress", "IPv6", "ipv6-icmp", type: 128),
      .rule("ingress", "IPv4", "47"),
    ],
    "narrow": [.rule("egress", "IPv4", "udp", 53...53, prefix: "10.0.0.11/32")],
  ]

  static let (ma, mb, mf, mx) = (a.macAddress, b.macAddress, f.macAddress, x.macAddress)
  static let (mu, ms, me) = (u.macAddress, s.macAddress, e.macAddress)
  static let other = MACAddress("fa:16:3e:00:00:99")!
  static let pair = MACAddress("fa:16:3e:00:00:ee")!
  static let all6 = MACAddress("33:33:00:00:00:01")!
  static let (a4, b4, a6, b6) = ("10.0.0.10", "10.0.0.11", "2001:db8::10", "2001:db8::11")
  static let local = "fe80::f816:3eff:fe00:a"

  static let token = Array("the end of it".utf8)
  static let long = [UInt8](repeating: 9, count: 1400) + token

  /// All rows.
  package static let table = rules + origins + services
}
