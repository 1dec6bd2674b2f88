internal import HostRPC
internal import Model

extension ServedNetwork {
  /// The file `opts`, dnsmasq's `--dhcp-optsfile`: what guests are told besides their address.
  var optionsFile: String {
    let lines = servedSubnets.flatMap(options) + network.ports.flatMap(options) + nameServersOfSeveralAgents
    return lines.map { $0 + "\n" }.joined()
  }

  /// Whether the subnet's guests ask for options, or hear of them in router advertisements.
  private func takesOptions(_ subnet: DHCPSubnet) -> Bool {
    subnet.cidr.version == .v4 || subnet.ipv6AddressMode != .slaac || announces(subnet)
  }

  private func options(of subnet: DHCPSubnet) -> [String] {
    guard takesOptions(subnet) else { return [] }
    let version = subnet.cidr.version
    var lines: [String] = []
    if subnet.dnsNameservers.count == 1, subnet.dnsNameservers[0].bits == 0 {
      // Upstream's way to say that there is none.
      lines.append(Self.line(version, subnet.tag, "dns-server"))
    } else if !subnet.dnsNameservers.isEmpty {
      lines.append(Self.line(version, subnet.tag, "dns-server", subnet.dnsNameservers.map(\.dnsmasqText)))
    }
    if version == .v6 {
      if let domain = dnsmasq.domain { lines.append(Self.line(version, subnet.tag, "domain-search", [domain])) }
      return lines
    }
    let routes = GuestRoutes(subnet, of: self)
    if !routes.classless.isEmpty {
      lines.append(Self.line(version, subnet.tag, "classless-static-route", routes.classless))
      // Windows' name for the same.
      lines.append(Self.line(version, subnet.tag, "249", routes.classless))
    }
    lines.append(Self.line(version, subnet.tag, "router", routes.gateway.map { ["\($0)"] } ?? []))
    return lines
  }

  /// A port's own options, of the versions that it has addresses of.
  private func options(of port: DHCPPort) -> [String] {
    let versions = Set(port.fixedIPs.map { $0.address.version.rawValue })
    return port.sentOptions.compactMap { option in
      guard versions.contains(option.ipVersion), let version = IPVersion(rawValue: option.ipVersion) else { return nil }
      return Self.line(version, port.optionTag, option.name, option.value.map { [$0] } ?? [])
    }
  }

  /// Where several agents serve a subnet without name servers of its own, each tells guests of all; one alone need not say
  /// it.
  private var nameServersOfSeveralAgents: [String] {
    let agents = network.ports.filter { $0.deviceOwner == DeviceOwner.dhcp }
    return servedSubnets.filter { takesOptions($0) && $0.dnsNameservers.isEmpty }.compactMap { subnet in
      let addresses = agents.flatMap(\.fixedIPs).filter { $0.subnetID == subnet.id }.map(\.address)
      guard addresses.count > 1 else { return nil }
      return Self.line(subnet.cidr.version, subnet.tag, "dns-server", addresses.sorted().map(\.dnsmasqText))
    }
  }

  /// `tag:TAG,option:NAME,VALUE`. A name may begin with a further tag, and ends with its line, as upstream has it.
  private static func line(_ version: IPVersion, _ tag: String, _ name: String, _ values: [String] = []) -> String {
    var name = firstLine(name)
    var tags = ["tag:\(tag)"]
    if name.hasPrefix("tag:"), let comma = name.lastIndex(of: ",") {
      tags.append(String(name[..<comma]))
      name = String(name[name.index(after: comma)...])
    }
    let isNumber = !name.isEmpty && name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let option = version == .v6 ? "option6:\(name)" : isNumber ? name : "option:\(name)"
    return (tags + [option] + values.map(firstLine)).joined(separator: ",")
  }

  private static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }
}

/// The IPv4 routes that a subnet's guests are told.
struct GuestRoutes {
  static let metadata = "169.254.169.254/32"

  private(set) var gateway: IPAddress?
  /// Destinations and next hops in turn (RFC 3442); empty if there is no route but the gateway. Guests that read them must
  /// not look at the gateway alone, so it is one of them.
  private(set) var classless: [String] = []

  init(_ subnet: DHCPSubnet, of served: ServedNetwork) {
    gateway = subnet.gatewayIP
    for route in subnet.hostRoutes {
      if route.destination.prefixLength == 0 {
        gateway = gateway ?? route.nextHop
      } else {
        classless += ["\(route.destination)", "\(route.nextHop)"]
      }
    }
    if served.servesMetadata(subnet) {
      if let own = served.ownAddress(on: subnet) { classless += [Self.metadata, "\(own)"] }
    } else if !served.isIsolated(subnet), let gateway {
      classless += [Self.metadata, "\(gateway)"]
    }
    let neighbours = served.network.subnets.filter { $0.cidr.version == .v4 && $0.cidr != subnet.cidr }
    classless = neighbours.flatMap { ["\($0.cidr)", "0.0.0.0"] } + classless
    if !classless.isEmpty, let gateway { classless += ["0.0.0.0/0", "\(gateway)"] }
  }
}
