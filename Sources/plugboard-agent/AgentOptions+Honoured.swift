import OsloConfig

extension AgentOptions {
  /// Every option that does something here, or that asks for what this program does always: the addresses of security
  /// groups are sets of the kernel (`enable_ipset`), and `qos` of the extensions is there.
  static let honoured = KnownOptions(
    """
    [DEFAULT] host debug rpc_resources_processing_step nova_metadata_host nova_metadata_port nova_metadata_protocol
    metadata_proxy_shared_secret dhcp_confs resync_interval num_sync_threads enable_isolated_metadata force_metadata
    dhcp_lease_duration dhcp_renewal_time dhcp_rebinding_time dns_domain dnsmasq_config_file dnsmasq_dns_servers
    dnsmasq_local_resolv dnsmasq_lease_max dhcp_broadcast_reply dnsmasq_enable_addr6_list dnsmasq_base_log_dir
    dnsmasq_txt_record
    [agent] polling_interval report_interval extensions
    [linux_bridge] physical_interface_mappings bridge_mappings
    [vxlan] enable_vxlan local_ip vxlan_group multicast_ranges l2_population arp_responder ttl tos udp_srcport_min
    udp_srcport_max udp_dstport remote_ips flood_to_group
    [QOS] tbf_latency kernel_hz
    [securitygroup] enable_security_group firewall_driver enable_ipset
    [plugboard] server secret roles log_level
    """
  ).names
}
