internal import HostRPC
internal import Model

/// What shall be on this host for one network. The same network makes the same plan.
struct NetworkPlan: Hashable, Sendable {
  let served: ServedNetwork
  /// The addresses of the interface, each with the length of its prefix.
  let addresses: [IPNetworkAddress]
  let gateways: [Gateway]
  /// What dnsmasq reads again when it is told to, by name.
  let files: [String: String]
  /// Those that wait for their reservation.
  let ports: Set<ReadyPort>

  init(_ served: ServedNetwork) {
    self.served = served
    addresses = Self.addresses(served)
    gateways = IPVersion.allCases.compactMap { Gateway(served, $0) }
    files = [
      FileName.hosts: served.hostsFile, FileName.names: served.namesFile, FileName.options: served.optionsFile,
    ]
    let subnets = Set(served.servedSubnets.map(\.id))
    ports = Set(
      served.network.ports.filter { $0.id != served.port.id && $0.fixedIPs.contains { subnets.contains($0.subnetID) } }
        .map(ReadyPort.init))
  }

  var networkID: UUID { served.network.id }

  private static func addresses(_ served: ServedNetwork) -> [IPNetworkAddress] {
    let own = served.servedSubnets.compactMap { subnet in
      served.ownAddress(on: subnet).map { IPNetworkAddress(address: $0, prefixLength: subnet.cidr.prefixLength) }
    }
    guard served.network.subnets.contains(where: served.servesMetadata) else { return own }
    return own + [IPNetworkAddress(address: IPAddress(version: .v4, bits: 0xA9FE_A9FE), prefixLength: 32)]
  }
}

/// An address of an interface with its subnet's size.
struct IPNetworkAddress: Hashable, Sendable {
  var address: IPAddress
  var prefixLength: Int
}

/// Where the namespace's packets to elsewhere go, such as those of dnsmasq to other name servers.
struct Gateway: Hashable, Sendable {
  var address: IPAddress
  /// `false` if it is outside of its subnet, so that the way to it has to be told.
  var isOnSubnet: Bool

  init(address: IPAddress, isOnSubnet: Bool) {
    (self.address, self.isOnSubnet) = (address, isOnSubnet)
  }

  /// That of the first subnet of the version that has both DHCP and a gateway.
  init?(_ served: ServedNetwork, _ version: IPVersion) {
    let subnet = served.servedSubnets.first { $0.cidr.version == version && $0.gatewayIP != nil }
    guard let subnet, let address = subnet.gatewayIP else { return nil }
    // A router that goes by its link-local address is on every link.
    let isLinkLocal = version == .v6 && address.bits >> 118 == 0x3fa
    self.init(address: address, isOnSubnet: isLinkLocal || subnet.cidr.contains(address))
  }
}

/// A port as far as its reservation goes: another value has to be told of as ready anew.
struct ReadyPort: Hashable, Sendable {
  var id: UUID
  var macAddress: MACAddress
  var fixedIPs: [FixedIP]

  init(_ port: DHCPPort) {
    (id, macAddress, fixedIPs) = (port.id, port.macAddress, port.fixedIPs)
  }
}
