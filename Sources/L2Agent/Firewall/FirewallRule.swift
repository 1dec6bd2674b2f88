import JSON
package import Model

/// A rule of a security group as the host enforces it.
package struct FirewallRule: Hashable, Sendable {
  package var direction: TrafficDirection
  package var ethertype: Ethertype
  /// The number of the IP protocol; `nil` for any.
  package var ipProtocol: UInt8?
  /// The lowest destination port, or the ICMP type.
  package var portRangeMin: Int?
  /// The highest destination port, or the ICMP code.
  package var portRangeMax: Int?
  /// The addresses at the other end; `nil` for any.
  package var remotePrefix: IPNetwork?
  /// The group whose members are at the other end.
  package var remoteGroup: String?
  /// Whether the answers of what the rule lets through pass without a rule of their own.
  package var isStateful: Bool

  package init(
    _ direction: TrafficDirection, _ ethertype: Ethertype, ipProtocol: UInt8? = nil, portRangeMin: Int? = nil,
    portRangeMax: Int? = nil, remotePrefix: IPNetwork? = nil, remoteGroup: String? = nil, isStateful: Bool = true
  ) {
    (self.direction, self.ethertype, self.ipProtocol) = (direction, ethertype, ipProtocol)
    (self.portRangeMin, self.portRangeMax) = (portRangeMin, portRangeMax)
    (self.remotePrefix, self.remoteGroup, self.isStateful) = (remotePrefix, remoteGroup, isStateful)
  }

  /// Reads a rule of `security_groups` of `security_group_info_for_devices`. `nil` if it is not understood: a rule only
  /// ever allows, so that leaving one out lets nothing through.
  init?(_ json: JSONValue) {
    guard let direction = json["direction"]?.string.flatMap(TrafficDirection.init(rawValue:)),
      let ethertype = json["ethertype"]?.string.flatMap(Ethertype.init(rawValue:))
    else { return nil }
    self.init(direction, ethertype)
    if let text = json["protocol"]?.string {
      guard let number = IPProtocol(text)?.number else { return nil }
      // 0 and its names stand for any protocol, as with iptables. What a rule of IPv6 calls icmp is ICMPv6.
      ipProtocol = number == 0 ? nil : ethertype == .ipv6 && number == 1 ? 58 : UInt8(number)
    }
    portRangeMin = json["port_range_min"]?.integer.map(Int.init)
    portRangeMax = json["port_range_max"]?.integer.map(Int.init)
    // Without this, ports the wrong way round would be all ports. A type and a code of ICMP are no range.
    if ipProtocol != 1, ipProtocol != 58, let low = portRangeMin, let high = portRangeMax, low > high { return nil }
    let prefix = json[direction == .ingress ? "source_ip_prefix" : "dest_ip_prefix"]?.string
    if let prefix {
      guard let network = RemotePrefix(prefix)?.network, Ethertype(network.version) == ethertype else { return nil }
      remotePrefix = network
    }
    remoteGroup = json["remote_group_id"]?.string
    isStateful = json["stateful"]?.bool ?? true
  }
}

/// The members of a group at the other end of rules, by version.
package struct FirewallMembers: Hashable, Sendable {
  /// Single addresses, which are found by hashing.
  package var addresses: Set<IPAddress> = []
  /// Prefixes of address pairs, which are rare.
  package var prefixes: Set<IPNetwork> = []

  package init(_ networks: some Sequence<IPNetwork>) {
    let networks = Array(networks).outermost
    addresses = Set(networks.filter(\.isHost).map(\.address))
    prefixes = Set(networks.filter { !$0.isHost })
  }

  /// Reads a group's part of `sg_member_ips`: `{"IPv4": [[address, mac]], "IPv6": []}`.
  init(_ json: JSONValue) {
    self.init(
      Ethertype.allCases.flatMap { json[$0.rawValue]?.array ?? [] }.compactMap { member in
        member.array?.first?.string.flatMap { RemotePrefix($0) }?.network
      })
  }

  package func contains(_ address: IPAddress) -> Bool {
    addresses.contains(address) || prefixes.contains { $0.contains(address) }
  }

  func hasPrefixes(_ version: IPVersion) -> Bool { prefixes.contains { $0.version == version } }
}
