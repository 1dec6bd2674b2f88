internal import HostRPC
internal import Model

/// What dnsmasq has to know of a port's addresses on one subnet (`neutron/agent/linux/dhcp.py`, `_iter_hosts`).
struct HostRecord: Hashable, Sendable {
  var port: DHCPPort
  var subnet: DHCPSubnet
  /// One, or several of IPv6 that are one reservation.
  var addresses: [IPAddress]
  /// `false` where guests make their own addresses.
  var isReserved: Bool
  /// `false` where guests do not ask for options either.
  var takesOptions: Bool

  /// As upstream names hosts that have no name of their own.
  var hostname: String {
    let text = addresses.first?.description ?? ""
    return "host-" + String(text.map { $0 == "." || $0 == ":" ? "-" : $0 })
  }

  func fullName(_ domain: String?) -> String { domain.map { "\(hostname).\($0)" } ?? hostname }
}

extension ServedNetwork {
  /// Ports that get no answer, and no name either (`DHCP_CONFIG_NOT_REQUIRED_OWNERS`).
  private static let unserved = [
    "network:router_ha_interface", "network:floatingip", DeviceOwner.dhcp, "network:distributed",
  ]

  /// A record for each address, in the order of the ports. Records that reserve nothing come first within a port: dnsmasq
  /// reads the file from its end, and takes the first line that fits the MAC address.
  ///
  /// - Parameter merging: Whether a port's DHCPv6 addresses of one subnet share a record.
  func records(merging: Bool = false) -> [HostRecord] {
    network.ports.filter { !Self.unserved.contains($0.deviceOwner) }.flatMap { port in
      let all = port.fixedIPs.compactMap { record(port, $0) }
      let sorted = all.filter { !$0.isReserved } + all.filter(\.isReserved)
      return merging ? Self.merged(sorted) : sorted
    }
  }

  private func record(_ port: DHCPPort, _ address: FixedIP) -> HostRecord? {
    guard let subnet = subnet(address.subnetID) else { return nil }
    let mode = subnet.ipv6AddressMode
    return HostRecord(
      port: port, subnet: subnet, addresses: [address.address], isReserved: mode?.isAutomatic != true,
      takesOptions: mode != .slaac)
  }

  private static func merged(_ records: [HostRecord]) -> [HostRecord] {
    var merged: [HostRecord] = []
    for record in records {
      let isStateful = record.subnet.ipv6AddressMode == .dhcpv6Stateful
      if isStateful, let index = merged.firstIndex(where: { $0.subnet.id == record.subnet.id }) {
        merged[index].addresses += record.addresses
      } else {
        merged.append(record)
      }
    }
    return merged
  }
}

extension DHCPPort {
  private static let clientIDNames = ["client-id", "61", "option:client-id"]

  /// How the guest tells itself apart, if the port says so (`extra_dhcp_opts`). One that would be more than a field of a
  /// line is not written.
  var clientID: String? {
    let value = extraDHCPOptions.first { Self.clientIDNames.contains($0.name) }?.value
    guard let value, !value.isEmpty, !value.contains(where: { $0 == "," || $0.isWhitespace }) else { return nil }
    return value
  }

  /// The options that are sent to it.
  var sentOptions: [ExtraDHCPOption] { extraDHCPOptions.filter { !Self.clientIDNames.contains($0.name) } }

  var optionTag: String { "port-\(id)" }
}

extension DHCPSubnet {
  var tag: String { "subnet-\(id)" }
}
