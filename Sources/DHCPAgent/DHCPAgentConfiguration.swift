/// What a host's DHCP agent is told. The names are those of upstream's `dhcp_agent.ini`, in camel case.
package struct DHCPAgentConfiguration: Hashable, Sendable {
  package var host: String
  /// `[DEFAULT] dhcp_confs`: where each network's files are, in a folder named by the network's id. It belongs to this
  /// agent alone: what is found there is its own.
  package var dhcpConfs = "/var/lib/plugboard/dhcp"
  /// Where namespaces have their names.
  package var namespaces = "/run/netns"
  /// `[agent] report_interval`
  package var reportInterval = Duration.seconds(30)
  /// `[DEFAULT] resync_interval`: how long a network that failed waits for the next try. The pause doubles with each
  /// failure, up to `longestPause`.
  package var resyncInterval = Duration.seconds(5)
  package var longestPause = Duration.seconds(60)
  /// How often everything is compared although nothing was told.
  package var comparisonInterval = Duration.seconds(300)
  /// So many networks are worked on at the same time; upstream's `num_sync_threads`.
  package var concurrency = 4
  package var dnsmasq = DnsmasqOptions()
  package var metadata = MetadataOptions()

  package init(host: String) {
    self.host = host
  }
}

/// Options that become arguments of dnsmasq or lines of its files.
package struct DnsmasqOptions: Hashable, Sendable {
  /// `[DEFAULT] dhcp_lease_duration`, in seconds; `nil` (upstream's -1) is for ever.
  package var leaseDuration: Int? = 86400
  /// `[DEFAULT] dhcp_renewal_time` and `dhcp_rebinding_time`, in seconds; `nil` leaves them to dnsmasq.
  package var renewalTime: Int?
  package var rebindingTime: Int?
  /// `[DEFAULT] dns_domain`; `nil` if guests' names have no domain.
  package var domain: String? = "openstacklocal"
  /// `[DEFAULT] dnsmasq_config_file`: options of the operator's own.
  package var configFile: String?
  /// `[DEFAULT] dnsmasq_dns_servers`: where names are looked up that dnsmasq does not know.
  package var servers: [String] = []
  /// `[DEFAULT] dnsmasq_local_resolv`: whether such names are looked up as this host does.
  package var usesLocalResolver = false
  /// `[DEFAULT] dnsmasq_lease_max`
  package var leaseLimit = 1 << 24
  /// `[DEFAULT] dhcp_broadcast_reply`
  package var broadcastsReplies = false
  /// `[DEFAULT] dnsmasq_enable_addr6_list`: a port's DHCPv6 addresses of one subnet are one reservation.
  package var listsAddresses = false
  /// `[DEFAULT] dnsmasq_base_log_dir`
  package var logFolder: String?
  /// `[DEFAULT] dnsmasq_txt_record`
  package var textRecord: String?

  package init() {}
}

/// Whether guests find the metadata service in the DHCP agent's namespace.
package struct MetadataOptions: Hashable, Sendable {
  /// `[DEFAULT] enable_isolated_metadata`: on subnets that no router has its gateway address on.
  package var isServedWhereIsolated = false
  /// `[DEFAULT] force_metadata`: on all subnets.
  package var isServedEverywhere = false

  package init() {}
}
