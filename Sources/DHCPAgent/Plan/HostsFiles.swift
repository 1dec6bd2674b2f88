internal import HostRPC
internal import Model

extension ServedNetwork {
  /// The file `host`, dnsmasq's `--dhcp-hostsfile`: which MAC address is given which address.
  var hostsFile: String {
    var lines: [String] = []
    for record in records(merging: dnsmasq.listsAddresses) {
      let tag = record.subnet.cidr.version == .v6 ? ["tag:dhcpv6"] : []
      let options = record.port.sentOptions.isEmpty ? [] : ["set:\(record.port.optionTag)"]
      let mac = record.port.macAddress.description
      if !record.isReserved {
        // Such a guest asks for options alone.
        if record.takesOptions, !options.isEmpty { lines.append(([mac] + tag + options).joined(separator: ",")) }
      } else if record.subnet.enableDHCP {
        let client = record.port.clientID.map { ["id:\($0)"] } ?? []
        let addresses = record.addresses.map(\.dnsmasqText).joined(separator: ",")
        let fields = [mac] + tag + client + [record.fullName(dnsmasq.domain), addresses] + options
        lines.append(fields.joined(separator: ","))
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The file `addn_hosts`: the names of all ports, for those who ask dnsmasq for them. The full name comes first, so that
  /// it is the answer to a reverse lookup.
  var namesFile: String {
    records().map { record in
      let addresses = record.addresses.map(\.description).joined()
      return "\(addresses)\t\(record.fullName(dnsmasq.domain)) \(record.hostname)\n"
    }.joined()
  }
}

extension IPAddress {
  /// As dnsmasq tells an IPv6 address from a MAC address.
  var dnsmasqText: String { version == .v6 ? "[\(self)]" : description }
}
