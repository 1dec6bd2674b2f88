import JSON
package import Model

/// A port of this host whose traffic is filtered: what the rules of its device are made from, besides its groups.
package struct FirewallPort: Hashable, Sendable {
  /// An address that the guest may send from besides its fixed ones, with the Ethernet address it has then.
  package struct AddressPair: Hashable, Sendable {
    package var mac: MACAddress
    package var prefix: IPNetwork

    package init(mac: MACAddress, prefix: IPNetwork) {
      (self.mac, self.prefix) = (mac, prefix)
    }
  }

  package var device: String
  /// The bridge of the port's network, which is where its connections are tracked apart from other networks'.
  package var bridge: String
  package var mac: MACAddress
  /// Empty for a port that may use any address with its own Ethernet address, as upstream has it.
  package var fixedIPs: [IPAddress]
  package var addressPairs: [AddressPair]
  package var securityGroups: [String]

  package init(
    device: String, bridge: String, mac: MACAddress, fixedIPs: [IPAddress], addressPairs: [AddressPair] = [],
    securityGroups: [String]
  ) {
    (self.device, self.bridge, self.mac, self.fixedIPs) = (device, bridge, mac, fixedIPs)
    (self.addressPairs, self.securityGroups) = (addressPairs, securityGroups)
  }

  /// Reads a member of `devices` of ``SecurityGroupInfoForDevices``. `nil` if it is malformed, for a port that is not
  /// understood must not be let loose.
  init?(_ json: JSONValue, bridge: String) {
    guard let device = json["device"]?.string, let mac = json["mac_address"]?.string.flatMap({ MACAddress($0) }),
      let addresses = json["fixed_ips"]?.array, let groups = json["security_groups"]?.array
    else { return nil }
    let fixedIPs = addresses.compactMap { $0.string.flatMap { IPAddress($0) } }
    guard fixedIPs.count == addresses.count else { return nil }
    var pairs: [AddressPair] = []
    for pair in json["allowed_address_pairs"]?.array ?? [] {
      guard let prefix = pair["ip_address"]?.string.flatMap({ RemotePrefix($0) })?.network else { return nil }
      pairs.append(AddressPair(mac: pair["mac_address"]?.string.flatMap { MACAddress($0) } ?? mac, prefix: prefix))
    }
    self.init(
      device: device, bridge: bridge, mac: mac, fixedIPs: fixedIPs, addressPairs: pairs,
      securityGroups: groups.compactMap(\.string))
  }

  /// With which Ethernet address the guest may use which prefix. A prefix within another one of the same Ethernet address
  /// is left out, since the kernel's sets take no overlapping ones.
  var sources: [AddressPair] {
    var sources = addressPairs
    sources += fixedIPs.map { AddressPair(mac: mac, prefix: IPNetwork($0)) }
    if fixedIPs.isEmpty {
      sources += [IPVersion.v4, .v6].map {
        AddressPair(mac: mac, prefix: IPNetwork(address: IPAddress(version: $0, bits: 0), prefixLength: 0))
      }
    }
    // Each Ethernet address that is used with IPv6 has its link-local address.
    let linkLocal = IPv6Address(bits: 0xFE80 << 112)
    for mac in Set(sources.filter { $0.prefix.version == .v6 }.map(\.mac)) {
      sources.append(AddressPair(mac: mac, prefix: IPNetwork(.v6(IPv6Address(prefix: linkLocal, eui64: mac)))))
    }
    return Dictionary(grouping: sources, by: \.mac).flatMap { mac, pairs in
      pairs.map(\.prefix).outermost.map { AddressPair(mac: mac, prefix: $0) }
    }
  }
}

extension IPNetwork {
  /// The prefix of one address.
  init(_ address: IPAddress) {
    self.init(address: address, prefixLength: address.version.width)
  }

  /// Whether it is one address.
  var isHost: Bool { prefixLength == version.width }
}

extension [IPNetwork] {
  /// Those that no other one contains, each once.
  var outermost: [IPNetwork] {
    // Sorted by address, then the widest first, a prefix can only lie within the last one that was kept.
    let sorted = sorted {
      ($0.version.rawValue, $0.address.bits, $0.prefixLength) < ($1.version.rawValue, $1.address.bits, $1.prefixLength)
    }
    var kept: [IPNetwork] = []
    for prefix in sorted where kept.last?.contains(prefix) != true { kept.append(prefix) }
    return kept
  }
}
