internal import HostRPC
internal import Model

extension ServedNetwork {
  /// How dnsmasq is started: upstream's arguments (`Dnsmasq._build_cmdline_callback`), and router advertisements where
  /// nobody else makes them. A dnsmasq with another command line has to be started again.
  ///
  /// - Parameters:
  ///   - folder: Where the network's files are.
  ///   - user: Whom dnsmasq becomes after the start; `nil` leaves it to dnsmasq, which chooses one without rights.
  func command(folder: String, user: String? = nil) -> [String] {
    var command = ["dnsmasq", "--no-hosts"]
    if !dnsmasq.servers.isEmpty || !dnsmasq.usesLocalResolver { command.append("--no-resolv") }
    command += [
      "--pid-file=\(folder)/\(FileName.pid)", "--dhcp-hostsfile=\(folder)/\(FileName.hosts)",
      "--addn-hosts=\(folder)/\(FileName.names)", "--dhcp-optsfile=\(folder)/\(FileName.options)",
      "--dhcp-leasefile=\(folder)/\(FileName.leases)", "--dhcp-match=set:ipxe,175",
      "--dhcp-userclass=set:ipxe6,iPXE", "--local-service", "--bind-dynamic", "--interface=\(interface)",
      "--except-interface=lo",
    ]
    if let user { command += ["--user=\(user)", "--group=\(user)"] }
    command += ranges + announcements
    if network.mtu > 0 { command.append("--dhcp-option-force=option:mtu,\(network.mtu)") }
    command.append("--dhcp-lease-max=\(possibleLeases)")
    if let time = dnsmasq.renewalTime { command.append("--dhcp-option-force=option:T1,\(time)s") }
    if let time = dnsmasq.rebindingTime { command.append("--dhcp-option-force=option:T2,\(time)s") }
    if let record = dnsmasq.textRecord { command.append("--txt-record=\(record)") }
    command.append("--conf-file=\(dnsmasq.configFile ?? "/dev/null")")
    command += dnsmasq.servers.map { "--server=\($0)" }
    if let domain = dnsmasq.domain { command.append("--domain=\(domain)") }
    if dnsmasq.broadcastsReplies { command.append("--dhcp-broadcast") }
    if let folder = dnsmasq.logFolder {
      command += ["--log-queries", "--log-dhcp", "--log-facility=\(folder)/\(network.id)/dhcp_dns_log"]
    }
    return command
  }

  private var ranges: [String] {
    servedSubnets.compactMap { subnet in
      guard let mode = rangeMode(of: subnet) else { return nil }
      let lease = dnsmasq.leaseDuration.map { "\($0)s" } ?? "infinite"
      let size = subnet.cidr.version == .v4 ? "\(subnet.cidr.netmask)" : "\(subnet.cidr.prefixLength)"
      return "--dhcp-range=set:\(subnet.tag),\(subnet.cidr.address),\(mode),\(size),\(lease)"
    }
  }

  /// dnsmasq's word for how the subnet's guests come to their addresses; `nil` if it has no part in it.
  private func rangeMode(of subnet: DHCPSubnet) -> String? {
    guard subnet.cidr.version == .v6 else { return "static" }
    // dnsmasq refuses shorter prefixes.
    guard subnet.cidr.prefixLength >= 64 else { return nil }
    if announces(subnet) {
      switch subnet.ipv6RAMode {
      case .slaac: return "ra-only"
      case .dhcpv6Stateless: return "ra-stateless"
      case .dhcpv6Stateful, nil: return "static"
      }
    }
    // A subnet that says nothing is served as upstream always did.
    let isOfOthers = subnet.ipv6AddressMode == nil && subnet.ipv6RAMode != nil
    return subnet.ipv6AddressMode == .slaac || isOfOthers ? nil : "static"
  }

  /// Nobody is told to route by this host: a router advertisement with a lifetime of 0 is about the prefix alone
  /// (RFC 4861, 6.2.3).
  private var announcements: [String] {
    guard servedSubnets.contains(where: announces) else { return [] }
    let mtu = network.mtu > 0 ? "mtu:\(network.mtu)," : ""
    return ["--enable-ra", "--ra-param=\(interface),\(mtu)60,0"]
  }

  /// As many as there are addresses, within the operator's limit.
  private var possibleLeases: Int {
    servedSubnets.filter { rangeMode(of: $0) != nil }.reduce(0) { sum, subnet in
      let bits = subnet.cidr.version.width - subnet.cidr.prefixLength
      return min(dnsmasq.leaseLimit, sum + (bits < 32 ? 1 << bits : dnsmasq.leaseLimit))
    }
  }
}

/// The files of a network, by upstream's names.
enum FileName {
  static let pid = "pid"
  static let hosts = "host"
  static let names = "addn_hosts"
  static let options = "opts"
  static let leases = "leases"
}

extension IPNetwork {
  /// 255.255.255.0 for a prefix of 24.
  var netmask: IPAddress {
    let width = version.width
    let all = UInt128.max >> UInt128(128 - width)
    return IPAddress(version: version, bits: all & ~(all >> UInt128(prefixLength)))
  }
}
