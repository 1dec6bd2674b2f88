import FoundationEssentials
package import OsloConfig

extension AgentConfiguration {
  /// Reads the options of upstream's agent, `[vxlan]` as ``Tunneling/read(_:)`` says and `[QOS]` as
  /// ``ShapingOptions/read(_:)`` does:
  ///
  /// - `[DEFAULT] host` (left out: the machine's name), `rpc_resources_processing_step`
  /// - `[agent] polling_interval`, `report_interval`
  /// - `[linux_bridge] physical_interface_mappings`, `bridge_mappings`
  /// - `[securitygroup] enable_security_group`, `firewall_driver` (the drivers that filter nothing, as upstream names them,
  ///   switch the firewall off; whichever else is named, it is this one)
  ///
  /// Throws `OsloConfigError` or ``ConfigurationError``; where upstream has a sentence, it is that one.
  package init(_ options: OsloOptions) throws {
    self.init(host: options.string("host") ?? ProcessInfo.processInfo.hostName)
    interfaceMappings = try Self.mappings("physical_interface_mappings", options)
    bridgeMappings = try Self.mappings("bridge_mappings", options)
    vxlan = try Tunneling.read(options)
    shaping = try ShapingOptions.read(options)
    let isFiltering = try options.boolean("securitygroup.enable_security_group") ?? true
    let driver = options.string("securitygroup.firewall_driver") ?? ""
    enableSecurityGroup = isFiltering && !["noop", "neutron.agent.firewall.NoopFirewallDriver"].contains(driver)
    if let interval = try options.duration("agent.polling_interval") { pollingInterval = interval }
    if let interval = try options.duration("agent.report_interval") { reportInterval = interval }
    if let step = try options.integer("rpc_resources_processing_step", in: 1...1000) { processingStep = step }
    guard pollingInterval > .zero else { throw options.invalid("agent.polling_interval", "must not be zero") }
    guard reportInterval > .zero else { throw options.invalid("agent.report_interval", "must not be zero") }
  }

  private static func mappings(_ option: String, _ options: OsloOptions) throws -> [String: String] {
    let name = OptionName(group: "linux_bridge", option: option)
    do {
      return try parseMappings(options.list(name) ?? [])
    } catch let error as MappingError {
      throw options.invalid(name, "Parsing \(option) failed: \(error). Agent terminated!")
    }
  }
}
