import FoundationEssentials
import L2Agent
import Logging
import Model
import OsloConfig

/// What the program is told, read once and checked. Options stand under upstream's names where there are any:
///
/// - `[DEFAULT] host`, `debug`, `rpc_resources_processing_step`
/// - `[agent] polling_interval`, `report_interval`
/// - `[linux_bridge] physical_interface_mappings`, `bridge_mappings`
/// - `[vxlan] enable_vxlan` (left out: if there is a `local_ip`), `local_ip`, `vxlan_group`, `ttl`, `tos`,
///   `udp_srcport_min`, `udp_srcport_max`, `udp_dstport`
/// - `[vxlan] remote_ips`: ours; hosts to flood to instead of the group. Given but empty, this host floods to nobody.
/// - `[plugboard] server` (the Networking service's URL), `secret` (of the hosts), `log_level`
struct AgentOptions: Sendable {
  var agent: AgentConfiguration
  var server: String
  var secret: String
  var logLevel: Logger.Level

  init(_ options: OsloOptions) throws {
    agent = AgentConfiguration(host: options.string("host") ?? ProcessInfo.processInfo.hostName)
    agent.interfaceMappings = try Self.mappings("physical_interface_mappings", options)
    agent.bridgeMappings = try Self.mappings("bridge_mappings", options)
    agent.vxlan = try Self.tunneling(options)
    if let interval = try options.duration("agent.polling_interval") { agent.pollingInterval = interval }
    if let interval = try options.duration("agent.report_interval") { agent.reportInterval = interval }
    if let step = try options.integer("rpc_resources_processing_step", in: 1...1000) { agent.processingStep = step }
    server = try options.requiredString("plugboard.server")
    secret = try options.requiredString("plugboard.secret")
    logLevel = try Self.logLevel(options)
    guard agent.pollingInterval > .zero else { throw options.invalid("agent.polling_interval", "must not be zero") }
    guard agent.reportInterval > .zero else { throw options.invalid("agent.report_interval", "must not be zero") }
  }

  private static func mappings(_ option: String, _ options: OsloOptions) throws -> [String: String] {
    let name = OptionName(group: "linux_bridge", option: option)
    do {
      return try parseMappings(options.list(name) ?? [])
    } catch let error as MappingError {
      throw options.invalid(name, "Parsing \(option) failed: \(error). Agent terminated!")
    }
  }

  private static func tunneling(_ options: OsloOptions) throws -> Tunneling? {
    let text = options.string("vxlan.local_ip").flatMap { $0.isEmpty ? nil : $0 }
    let isEnabled = try options.boolean("vxlan.enable_vxlan") ?? (text != nil)
    guard isEnabled else { return nil }
    guard let text else { throw options.invalid("vxlan.enable_vxlan", "VXLAN needs a local_ip") }
    guard let localIP = IPv4Address(text) else { throw options.invalid("vxlan.local_ip", "not an IPv4 address") }
    var tunneling = try Tunneling(localIP: localIP, flooding: flooding(options))
    if let port = try options.integer("vxlan.udp_dstport", in: 1...65535) { tunneling.port = UInt16(port) }
    tunneling.timeToLive = try options.integer("vxlan.ttl", in: 0...255).map { UInt8($0) }
    tunneling.typeOfService = try options.integer("vxlan.tos", in: 0...255).map { UInt8($0) }
    let first = try options.integer("vxlan.udp_srcport_min", in: 0...65535) ?? 0
    let last = try options.integer("vxlan.udp_srcport_max", in: 0...65535) ?? 0
    guard first <= last else { throw options.invalid("vxlan.udp_srcport_min", "above udp_srcport_max") }
    // Upstream's default, zero for both, leaves the ports to the kernel.
    if last > 0 { tunneling.sourcePorts = UInt16(first)...UInt16(last) }
    return tunneling
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
    // Upstream's default.
    let text = options.string("vxlan.vxlan_group") ?? "224.0.0.1"
    let group = IPv4Network(text) ?? IPv4Address(text).map { IPv4Network(address: $0, prefixLength: 32) }
    guard let group else { throw options.invalid("vxlan.vxlan_group", "neither an IPv4 address nor a prefix") }
    return .group(group)
  }

  private static func logLevel(_ options: OsloOptions) throws -> Logger.Level {
    guard let name = options.string("plugboard.log_level") else {
      return try options.boolean("debug") == true ? .debug : .info
    }
    guard let level = Logger.Level(rawValue: name) else {
      throw options.invalid("plugboard.log_level", "'\(name)' is no level")
    }
    return level
  }
}
