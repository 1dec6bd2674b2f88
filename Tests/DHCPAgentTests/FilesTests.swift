import HostRPC
import Model
import Testing

@testable import DHCPAgent

@Suite("What dnsmasq reads")
struct FilesTests {
  static let tag4 = "tag:subnet-44444444-4444-4444-4444-444444444444"
  static let tag6 = "tag:subnet-66666666-6666-6666-6666-666666666666"
  static let portTag = "set:port-aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"

  struct Hosts: Sendable {
    var subnets: [DHCPSubnet]
    var ports: [DHCPPort]
    var lines: [String]
    var merges = false
  }

  static let hosts: [Hosts] = [
    Hosts(
      subnets: [.v4()], ports: [.port("a", [("4", "10.20.30.5")])],
      lines: ["fa:16:3e:00:00:0a,host-10-20-30-5.openstacklocal,10.20.30.5"]),
    Hosts(
      subnets: [.v4()],
      ports: [.port("a", [("4", "10.20.30.5")], options: [ExtraDHCPOption(name: "bootfile-name", value: "x")])],
      lines: ["fa:16:3e:00:00:0a,host-10-20-30-5.openstacklocal,10.20.30.5,\(portTag)"]),
    Hosts(
      subnets: [.v4()],
      ports: [.port("a", [("4", "10.20.30.5")], options: [ExtraDHCPOption(name: "client-id", value: "01:02")])],
      lines: ["fa:16:3e:00:00:0a,id:01:02,host-10-20-30-5.openstacklocal,10.20.30.5"]),
    // A client id that would be more than one field is none.
    Hosts(
      subnets: [.v4()],
      ports: [.port("a", [("4", "10.20.30.5")], options: [ExtraDHCPOption(name: "client-id", value: "1,10.20.30.9")])],
      lines: ["fa:16:3e:00:00:0a,host-10-20-30-5.openstacklocal,10.20.30.5"]),
    // No reservation without DHCP, and none for the agents' own ports.
    Hosts(subnets: [.v4(enableDHCP: false)], ports: [.port("a", [("4", "10.20.30.5")])], lines: []),
    Hosts(subnets: [.v4()], ports: [.port("a", [("4", "10.20.30.5")], owner: DeviceOwner.dhcp)], lines: []),
    Hosts(subnets: [.v4()], ports: [.port("a", [("4", "10.20.30.5")], owner: "network:floatingip")], lines: []),
    Hosts(
      subnets: [.v6(address: .dhcpv6Stateful)], ports: [.port("a", [("6", "fd00:20::5")])],
      lines: ["fa:16:3e:00:00:0a,tag:dhcpv6,host-fd00-20--5.openstacklocal,[fd00:20::5]"]),
    Hosts(
      subnets: [.v6(address: .dhcpv6Stateful)], ports: [.port("a", [("6", "fd00:20::5"), ("6", "fd00:20::6")])],
      lines: ["fa:16:3e:00:00:0a,tag:dhcpv6,host-fd00-20--5.openstacklocal,[fd00:20::5],[fd00:20::6]"], merges: true),
    Hosts(subnets: [.v6(address: .slaac)], ports: [.port("a", [("6", "fd00:20::5")])], lines: []),
    // Who makes his own address may ask for options: such a line comes before that of IPv4.
    Hosts(
      subnets: [.v4(), .v6(address: .dhcpv6Stateless)],
      ports: [
        .port(
          "a", [("4", "10.20.30.5"), ("6", "fd00:20::5")],
          options: [ExtraDHCPOption(name: "ntp-server", value: "x", ipVersion: 6)])
      ],
      lines: [
        "fa:16:3e:00:00:0a,tag:dhcpv6,\(portTag)",
        "fa:16:3e:00:00:0a,host-10-20-30-5.openstacklocal,10.20.30.5,\(portTag)",
      ]),
  ]

  @Test("every port has a reservation of the kind that its subnets ask for", arguments: hosts.indices)
  func hostsFile(_ index: Int) {
    let example = Self.hosts[index]
    var options = DnsmasqOptions()
    options.listsAddresses = example.merges
    let served = ServedNetwork.with(example.subnets, example.ports, dnsmasq: options)
    #expect(served.hostsFile.split(separator: "\n").map(String.init) == example.lines)
  }

  @Test("every address has a name, the full one first")
  func namesFile() {
    let served = ServedNetwork.with(
      [.v4(), .v6(address: .slaac)], [.port("a", [("4", "10.20.30.5"), ("6", "fd00:20::5")])])
    #expect(
      served.namesFile == """
        fd00:20::5\thost-fd00-20--5.openstacklocal host-fd00-20--5
        10.20.30.5\thost-10-20-30-5.openstacklocal host-10-20-30-5

        """)
  }

  struct Options: Sendable {
    var subnets: [DHCPSubnet]
    var ports: [DHCPPort] = []
    var metadata = false
    var lines: [String]
  }

  static let options: [Options] = [
    Options(subnets: [.v4()], lines: ["\(tag4),option:router,10.20.30.1"]),
    Options(subnets: [.v4(gateway: nil)], lines: ["\(tag4),option:router"]),
    Options(subnets: [.v4(enableDHCP: false)], lines: []),
    Options(
      subnets: [.v4(dns: ["8.8.8.8", "9.9.9.9"])],
      lines: ["\(tag4),option:dns-server,8.8.8.8,9.9.9.9", "\(tag4),option:router,10.20.30.1"]),
    Options(
      subnets: [.v4(dns: ["0.0.0.0"])], lines: ["\(tag4),option:dns-server", "\(tag4),option:router,10.20.30.1"]),
    // The way to the metadata service, and with it the one to everywhere.
    Options(
      subnets: [.v4()], metadata: true,
      lines: [
        "\(tag4),option:classless-static-route,169.254.169.254/32,10.20.30.2,0.0.0.0/0,10.20.30.1",
        "\(tag4),249,169.254.169.254/32,10.20.30.2,0.0.0.0/0,10.20.30.1", "\(tag4),option:router,10.20.30.1",
      ]),
    // A router leads to it.
    Options(
      subnets: [.v4()], ports: [.port("b", [("4", "10.20.30.1")], owner: "network:router_interface")], metadata: true,
      lines: [
        "\(tag4),option:classless-static-route,169.254.169.254/32,10.20.30.1,0.0.0.0/0,10.20.30.1",
        "\(tag4),249,169.254.169.254/32,10.20.30.1,0.0.0.0/0,10.20.30.1", "\(tag4),option:router,10.20.30.1",
      ]),
    Options(
      subnets: [.v4(routes: [("192.0.2.0/24", "10.20.30.7")])],
      lines: [
        "\(tag4),option:classless-static-route,192.0.2.0/24,10.20.30.7,0.0.0.0/0,10.20.30.1",
        "\(tag4),249,192.0.2.0/24,10.20.30.7,0.0.0.0/0,10.20.30.1", "\(tag4),option:router,10.20.30.1",
      ]),
    Options(
      subnets: [.v4(gateway: nil, routes: [("0.0.0.0/0", "10.20.30.7")])],
      lines: ["\(tag4),option:router,10.20.30.7"]),
    // The other subnets of the network are on the link.
    Options(
      subnets: [.v4(), .v4("5", "10.20.31.0/24", gateway: nil, enableDHCP: false)],
      lines: [
        "\(tag4),option:classless-static-route,10.20.31.0/24,0.0.0.0,0.0.0.0/0,10.20.30.1",
        "\(tag4),249,10.20.31.0/24,0.0.0.0,0.0.0.0/0,10.20.30.1", "\(tag4),option:router,10.20.30.1",
      ]),
    Options(
      subnets: [.v4()], ports: [.port("b", [("4", "10.20.30.3")], owner: DeviceOwner.dhcp)],
      lines: ["\(tag4),option:router,10.20.30.1", "\(tag4),option:dns-server,10.20.30.2,10.20.30.3"]),
    Options(
      subnets: [.v6(address: .dhcpv6Stateful, dns: ["fd00::53"])],
      lines: ["\(tag6),option6:dns-server,[fd00::53]", "\(tag6),option6:domain-search,openstacklocal"]),
    // Somebody else announces the subnet, and its guests ask for nothing.
    Options(subnets: [.v6(address: .slaac)], lines: []),
    Options(
      subnets: [.v6(ra: .slaac, address: .slaac, dns: ["fd00::53"])],
      lines: ["\(tag6),option6:dns-server,[fd00::53]", "\(tag6),option6:domain-search,openstacklocal"]),
  ]

  @Test("guests are told what their subnet says", arguments: options.indices)
  func optionsFile(_ index: Int) {
    let example = Self.options[index]
    let served = ServedNetwork.with(example.subnets, example.ports, metadata: example.metadata)
    #expect(served.optionsFile.split(separator: "\n").map(String.init) == example.lines)
  }

  @Test(
    "a port's own options are told to it alone, those of a version that it has no address of to nobody",
    arguments: [
      (ExtraDHCPOption(name: "bootfile-name", value: "pxe.0"), "option:bootfile-name,pxe.0"),
      (ExtraDHCPOption(name: "150", value: "10.0.0.9"), "150,10.0.0.9"),
      (ExtraDHCPOption(name: "router", value: ""), "option:router,"),
      (ExtraDHCPOption(name: "tag:ipxe,bootfile-name", value: "x"), "tag:ipxe,option:bootfile-name,x"),
      (ExtraDHCPOption(name: "server-ip-address", value: "1.2.3.4\nevil"), "option:server-ip-address,1.2.3.4"),
      (ExtraDHCPOption(name: "ntp-server", value: "x", ipVersion: 6), nil),
      (ExtraDHCPOption(name: "client-id", value: "x"), nil),
    ] as [(ExtraDHCPOption, String?)])
  func ownOptions(_ option: ExtraDHCPOption, _ line: String?) {
    let served = ServedNetwork.with([.v4()], [.port("a", [("4", "10.20.30.5")], options: [option])])
    let wanted = line.map { "tag:port-aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa,\($0)" }
    #expect(
      served.optionsFile.split(separator: "\n").map(String.init)
        == ["\(Self.tag4),option:router,10.20.30.1"] + [wanted].compactMap { $0 })
  }
}
