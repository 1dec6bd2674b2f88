import HostRPC
import Model

@testable import DHCPAgent

// The network that most tests are about.

extension Model.UUID {
  /// With one digit everywhere, so that names made of it are easy to read.
  static func of(_ digit: Character) -> Model.UUID { Model.UUID(String(repeating: digit, count: 32))! }
}

extension DHCPSubnet {
  static func v4(
    _ id: Character = "4", _ cidr: String = "10.20.30.0/24", gateway: String? = "10.20.30.1", enableDHCP: Bool = true,
    dns: [String] = [], routes: [(String, String)] = []
  ) -> DHCPSubnet {
    DHCPSubnet(
      id: .of(id), cidr: IPNetwork(cidr)!, gatewayIP: gateway.map { IPAddress($0)! }, enableDHCP: enableDHCP,
      dnsNameservers: dns.map { IPAddress($0)! },
      hostRoutes: routes.map { HostRoute(destination: IPNetwork($0.0)!, nextHop: IPAddress($0.1)!) })
  }

  static func v6(
    _ id: Character = "6", ra: IPv6Mode? = nil, address: IPv6Mode? = nil, dns: [String] = []
  ) -> DHCPSubnet {
    DHCPSubnet(
      id: .of(id), cidr: IPNetwork("fd00:20::/64")!, gatewayIP: IPAddress("fd00:20::1"),
      dnsNameservers: dns.map { IPAddress($0)! }, ipv6RAMode: ra, ipv6AddressMode: address)
  }
}

extension DHCPPort {
  /// A port with one address for each of `addresses`, of the subnet that the digit names.
  static func port(
    _ id: Character, _ addresses: [(Character, String)], owner: String = "compute:nova", device: String = "",
    options: [ExtraDHCPOption] = []
  ) -> DHCPPort {
    DHCPPort(
      id: .of(id), networkID: .of("1"), macAddress: MACAddress("fa:16:3e:00:00:0\(id)")!, deviceID: device,
      deviceOwner: owner, fixedIPs: addresses.map { FixedIP(subnetID: .of($0.0), address: IPAddress($0.1)!) },
      extraDHCPOptions: options)
  }

  /// The agent's own, with an address on each of the two usual subnets that are there.
  static func own(_ subnets: [DHCPSubnet]) -> DHCPPort {
    let addresses = subnets.filter(\.enableDHCP).map { subnet in
      FixedIP(
        subnetID: subnet.id, address: IPAddress(version: subnet.cidr.version, bits: subnet.cidr.address.bits + 2))
    }
    return DHCPPort(
      id: .of("d"), networkID: .of("1"), macAddress: MACAddress("fa:16:3e:00:00:0d")!,
      deviceID: dhcpDeviceID(host: "compute1", network: .of("1")), deviceOwner: DeviceOwner.dhcp, fixedIPs: addresses)
  }
}

extension ServedNetwork {
  static func with(
    _ subnets: [DHCPSubnet], _ ports: [DHCPPort] = [], mtu: Int = 1450, dnsmasq: DnsmasqOptions = DnsmasqOptions(),
    metadata: Bool = false
  ) -> ServedNetwork {
    var options = MetadataOptions()
    options.isServedWhereIsolated = metadata
    return ServedNetwork(
      DHCPNetwork(id: .of("1"), mtu: mtu, subnets: subnets, ports: ports), port: .own(subnets), dnsmasq: dnsmasq,
      metadata: options)
  }
}
