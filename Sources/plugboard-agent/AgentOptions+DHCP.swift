import DHCPAgent
import OsloConfig

extension AgentOptions {
  /// Reads what upstream has in dhcp_agent.ini, all of it in `[DEFAULT]`: `dhcp_confs`, `resync_interval`,
  /// `num_sync_threads`, `enable_isolated_metadata`, `force_metadata`, and what ``dnsmasq(_:)`` reads. `[agent]
  /// report_interval` is for this role, too.
  ///
  /// - Parameter servesMetadata: Whether this process serves metadata, so that guests on isolated networks shall find it
  ///   unless `enable_isolated_metadata` says otherwise. Upstream's default is that they do not.
  static func dhcp(_ options: OsloOptions, host: String, servesMetadata: Bool) throws -> DHCPAgentConfiguration {
    var dhcp = DHCPAgentConfiguration(host: host)
    if let folder = options.string("dhcp_confs"), !folder.isEmpty {
      guard folder.hasPrefix("/") else { throw options.invalid("dhcp_confs", "'\(folder)' does not begin with /") }
      dhcp.dhcpConfs = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }
    if let interval = try options.duration("agent.report_interval") { dhcp.reportInterval = interval }
    if let interval = try options.duration("resync_interval"), interval > .zero { dhcp.resyncInterval = interval }
    if let count = try options.integer("num_sync_threads", in: 1...64) { dhcp.concurrency = count }
    dhcp.metadata.isServedWhereIsolated = try options.boolean("enable_isolated_metadata") ?? servesMetadata
    dhcp.metadata.isServedEverywhere = try options.boolean("force_metadata") ?? false
    dhcp.dnsmasq = try dnsmasq(options)
    return dhcp
  }

  /// `dhcp_lease_duration`, `dhcp_renewal_time`, `dhcp_rebinding_time`, `dns_domain`, `dnsmasq_config_file`,
  /// `dnsmasq_dns_servers`, `dnsmasq_local_resolv`, `dnsmasq_lease_max`, `dhcp_broadcast_reply`,
  /// `dnsmasq_enable_addr6_list`, `dnsmasq_base_log_dir` and `dnsmasq_txt_record`.
  private static func dnsmasq(_ options: OsloOptions) throws -> DnsmasqOptions {
    var dnsmasq = DnsmasqOptions()
    if let seconds = try options.integer("dhcp_lease_duration", in: -1...Int(Int32.max)) {
      dnsmasq.leaseDuration = seconds == -1 ? nil : seconds
    }
    dnsmasq.renewalTime = try seconds("dhcp_renewal_time", options)
    dnsmasq.rebindingTime = try seconds("dhcp_rebinding_time", options)
    if let domain = options.string("dns_domain") { dnsmasq.domain = domain.isEmpty ? nil : domain }
    dnsmasq.configFile = text("dnsmasq_config_file", options)
    dnsmasq.servers = try options.list("dnsmasq_dns_servers") ?? []
    dnsmasq.usesLocalResolver = try options.boolean("dnsmasq_local_resolv") ?? false
    if let limit = try options.integer("dnsmasq_lease_max", in: 1...Int(Int32.max)) { dnsmasq.leaseLimit = limit }
    dnsmasq.broadcastsReplies = try options.boolean("dhcp_broadcast_reply") ?? false
    dnsmasq.listsAddresses = try options.boolean("dnsmasq_enable_addr6_list") ?? false
    dnsmasq.logFolder = text("dnsmasq_base_log_dir", options)
    dnsmasq.textRecord = text("dnsmasq_txt_record", options)
    return dnsmasq
  }

  private static func text(_ name: OptionName, _ options: OsloOptions) -> String? {
    options.string(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `nil` for 0, which leaves it to dnsmasq.
  private static func seconds(_ name: OptionName, _ options: OsloOptions) throws -> Int? {
    try options.integer(name, in: 0...Int(Int32.max)).flatMap { $0 == 0 ? nil : $0 }
  }
}
