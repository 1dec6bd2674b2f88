import Model
package import OsloConfig

extension Tunneling {
  /// Reads the group `[vxlan]`; `nil` if this host takes no part in VXLAN networks:
  ///
  /// - `enable_vxlan` (left out: if there is a `local_ip`), `local_ip`, `ttl`, `tos`, `udp_srcport_min`,
  ///   `udp_srcport_max`, `udp_dstport`
  /// - `vxlan_group`, `multicast_ranges`
  /// - `l2_population`, `arp_responder`: as with upstream, `l2_population` goes before the group.
  /// - `flood_to_group`: ours; with `l2_population`, what the server has not told of goes to the group.
  /// - `remote_ips`: ours; hosts to flood to instead of the group. Given but empty, this host floods to nobody.
  ///
  /// Throws `OsloConfigError` or ``ConfigurationError``.
  package static func read(_ options: OsloOptions) throws -> Tunneling? {
    let text = options.string("vxlan.local_ip").flatMap { $0.isEmpty ? nil : $0 }
    let isEnabled = try options.boolean("vxlan.enable_vxlan") ?? (text != nil)
    guard isEnabled else { return nil }
    guard let text else { throw options.invalid("vxlan.enable_vxlan", Self.withoutLocalIP) }
    guard let localIP = IPv4Address(text) else { throw options.invalid("vxlan.local_ip", "not an IPv4 address") }
    var tunneling = try Tunneling(localIP: localIP, flooding: flooding(options))
    tunneling.l2Population = try options.boolean("vxlan.l2_population") ?? false
    tunneling.arpResponder = try options.boolean("vxlan.arp_responder") ?? false
    tunneling.multicastRanges =
      try options.list("vxlan.multicast_ranges")?.filter { !$0.isEmpty }
      .map { try MulticastRange($0, localIP: localIP) } ?? []
    if let port = try options.integer("vxlan.udp_dstport", in: 1...65535) { tunneling.port = UInt16(port) }
    tunneling.timeToLive = try options.integer("vxlan.ttl", in: 0...255).map { UInt8($0) }
    tunneling.typeOfService = try options.integer("vxlan.tos", in: 0...255).map { UInt8($0) }
    tunneling.sourcePorts = try sourcePorts(options)
    return tunneling
  }

  /// Upstream's sentence.
  private static let withoutLocalIP =
    "Tunneling cannot be enabled without the local_ip bound to an interface on the host."

  private static func sourcePorts(_ options: OsloOptions) throws -> ClosedRange<UInt16>? {
    let first = try options.integer("vxlan.udp_srcport_min", in: 0...65535) ?? 0
    let last = try options.integer("vxlan.udp_srcport_max", in: 0...65535) ?? 0
    guard first <= last else { throw options.invalid("vxlan.udp_srcport_min", "above udp_srcport_max") }
    // Upstream's default, zero for both, leaves the ports to the kernel.
    return last > 0 ? UInt16(first)...UInt16(last) : nil
  }

  private static func flooding(_ options: OsloOptions) throws -> Tunneling.Flooding {
    if let remotes = try options.list("vxlan.remote_ips") {
      return .remotes(
        try remotes.map { text in
          guard let remote = IPv4Address(text) else {
            throw options.invalid("vxlan.remote_ips", "'\(text)' is not an IPv4 address")
          }
          return remote
        })
    }
    let isMixed = try options.boolean("vxlan.flood_to_group") ?? false
    if try options.boolean("vxlan.l2_population") ?? false, !isMixed { return .population }
    // Upstream's default.
    let text = options.string("vxlan.vxlan_group") ?? "224.0.0.1"
    let group = IPv4Network(text) ?? IPv4Address(text).map { IPv4Network(address: $0, prefixLength: 32) }
    guard let group else { throw options.invalid("vxlan.vxlan_group", "neither an IPv4 address nor a prefix") }
    return .group(group)
  }
}
