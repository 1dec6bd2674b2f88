import HostRPC
import Model
import Testing

@testable import DHCPAgent

@Suite("What shall be on the host for a network")
struct PlanTests {
  @Test("dnsmasq is started as upstream starts it")
  func command() {
    var options = DnsmasqOptions()
    options.servers = ["192.0.2.53"]
    let served = ServedNetwork.with([.v4(), .v4("5", "10.20.31.0/24", enableDHCP: false)], dnsmasq: options)
    let files = "/dhcp/11111111-1111-1111-1111-111111111111"
    #expect(
      served.command(folder: files) == [
        "dnsmasq", "--no-hosts", "--no-resolv", "--pid-file=\(files)/pid", "--dhcp-hostsfile=\(files)/host",
        "--addn-hosts=\(files)/addn_hosts", "--dhcp-optsfile=\(files)/opts", "--dhcp-leasefile=\(files)/leases",
        "--dhcp-match=set:ipxe,175", "--dhcp-userclass=set:ipxe6,iPXE", "--local-service", "--bind-dynamic",
        "--interface=ns-dddddddd-dd", "--except-interface=lo",
        "--dhcp-range=set:subnet-44444444-4444-4444-4444-444444444444,10.20.30.0,static,255.255.255.0,86400s",
        "--dhcp-option-force=option:mtu,1450", "--dhcp-lease-max=256", "--conf-file=/dev/null",
        "--server=192.0.2.53", "--domain=openstacklocal",
      ])
  }

  @Test("the operator's options become arguments")
  func options() {
    var options = DnsmasqOptions()
    options.leaseDuration = nil
    options.renewalTime = 30
    options.rebindingTime = 60
    options.domain = nil
    options.configFile = "/etc/dnsmasq.conf"
    options.usesLocalResolver = true
    options.leaseLimit = 10
    options.broadcastsReplies = true
    options.logFolder = "/var/log/dnsmasq"
    options.textRecord = "a,b"
    let command = ServedNetwork.with([.v4()], mtu: 0, dnsmasq: options).command(folder: "/dhcp", user: "root")
    for argument in [
      "--dhcp-option-force=option:T1,30s", "--dhcp-option-force=option:T2,60s", "--conf-file=/etc/dnsmasq.conf",
      "--dhcp-lease-max=10", "--dhcp-broadcast", "--txt-record=a,b", "--user=root", "--group=root", "--log-dhcp",
      "--log-facility=/var/log/dnsmasq/11111111-1111-1111-1111-111111111111/dhcp_dns_log",
    ] {
      #expect(command.contains(argument))
    }
    #expect(command.contains { $0.hasSuffix(",static,255.255.255.0,infinite") })
    for start in ["--domain", "--no-resolv", "--dhcp-option-force=option:mtu"] {
      #expect(!command.contains { $0.hasPrefix(start) })
    }
  }

  struct Ranges: Sendable {
    var ra: IPv6Mode?
    var address: IPv6Mode?
    var hasRouter = false
    /// dnsmasq's word in the range; `nil` if there is none.
    var mode: String?
    var announces: Bool
  }

  static let ranges: [Ranges] = [
    Ranges(ra: nil, address: nil, mode: "static", announces: false),
    Ranges(ra: nil, address: .slaac, mode: nil, announces: false),
    Ranges(ra: nil, address: .dhcpv6Stateless, mode: "static", announces: false),
    Ranges(ra: nil, address: .dhcpv6Stateful, mode: "static", announces: false),
    Ranges(ra: .slaac, address: .slaac, mode: "ra-only", announces: true),
    Ranges(ra: .dhcpv6Stateless, address: .dhcpv6Stateless, mode: "ra-stateless", announces: true),
    Ranges(ra: .dhcpv6Stateful, address: .dhcpv6Stateful, mode: "static", announces: true),
    // The router announces itself.
    Ranges(ra: .slaac, address: .slaac, hasRouter: true, mode: nil, announces: false),
    Ranges(ra: .dhcpv6Stateful, address: .dhcpv6Stateful, hasRouter: true, mode: "static", announces: false),
    Ranges(ra: .slaac, address: nil, hasRouter: true, mode: nil, announces: false),
  ]

  @Test("an IPv6 subnet is served and announced as its modes say", arguments: ranges)
  func modes(_ example: Ranges) {
    let router = DHCPPort.port("b", [("6", "fd00:20::1")], owner: "network:router_interface")
    let served = ServedNetwork.with(
      [.v6(ra: example.ra, address: example.address)], example.hasRouter ? [router] : [])
    let command = served.command(folder: "/dhcp")
    let range = "--dhcp-range=set:subnet-66666666-6666-6666-6666-666666666666,fd00:20::,"
    #expect(command.filter { $0.hasPrefix(range) } == (example.mode.map { ["\(range)\($0),64,86400s"] } ?? []))
    #expect(command.contains("--enable-ra") == example.announces)
    #expect(command.contains("--ra-param=ns-dddddddd-dd,mtu:1450,60,0") == example.announces)
  }

  @Test("the interface has the port's addresses, the metadata service's where it is served, and the way out")
  func interface() {
    let plan = NetworkPlan(.with([.v4(), .v6(address: .dhcpv6Stateful)], metadata: true))
    #expect(
      plan.addresses.map { "\($0.address)/\($0.prefixLength)" }
        == ["10.20.30.2/24", "fd00:20::2/64", "169.254.169.254/32"])
    #expect(plan.gateways.map { "\($0.address)" } == ["10.20.30.1", "fd00:20::1"])
    let router = DHCPPort.port("b", [("4", "10.20.30.1")], owner: "network:router_interface")
    #expect(NetworkPlan(.with([.v4()], [router], metadata: true)).addresses.count == 1)
    #expect(NetworkPlan(.with([.v4(gateway: "192.0.2.1")])).gateways.map(\.isOnSubnet) == [false])
  }

  @Test("ports with an address that DHCP gives out wait for their reservation, and anew when it changes")
  func readyPorts() {
    let subnets: [DHCPSubnet] = [.v4(), .v4("5", "10.20.31.0/24", enableDHCP: false)]
    let plan = NetworkPlan(.with(subnets, [.port("a", [("4", "10.20.30.5")]), .port("b", [("5", "10.20.31.5")])]))
    #expect(plan.ports.map(\.id) == [.of("a")])
    let changed = NetworkPlan(.with(subnets, [.port("a", [("4", "10.20.30.6")])]))
    #expect(changed.ports.subtracting(plan.ports).map(\.id) == [.of("a")])
  }

  @Test("the agent's port is known by upstream's device id")
  func deviceID() {
    // python3: uuid.uuid5(uuid.NAMESPACE_DNS, "compute1")
    let id = "dhcpe0130025-5ee5-5094-8d98-24d0a68981b3-11111111-1111-1111-1111-111111111111"
    #expect(dhcpDeviceID(host: "compute1", network: .of("1")) == id)
    #expect(dhcpDeviceID(host: "compute1.example.org", network: .of("1")) == id)
  }
}
