import DHCPAgent
import FoundationEssentials
import OsloConfig
import Support
import Testing

@testable import plugboard_agent

@Suite("Options of the DHCP role")
struct DHCPAgentOptionsTests {
  private func options(_ text: String, roles: String = "dhcp") throws -> AgentOptions {
    let folder = try TemporaryDirectory()
    let own = "[plugboard]\nserver = http://127.0.0.1:9696\nsecret = s\nroles = \(roles)\n"
    let secret = "[DEFAULT]\nmetadata_proxy_shared_secret = s\n"
    try (own + secret + text).write(toFile: folder.file("agent.ini"), atomically: true, encoding: .utf8)
    return try AgentOptions(OsloOptions(files: [folder.file("agent.ini")], environment: [:]))
  }

  @Test("upstream's options of dhcp_agent.ini keep their names and meaning")
  func values() throws {
    let text = """
      host = compute7
      dhcp_confs = /var/lib/neutron/dhcp/
      resync_interval = 7
      num_sync_threads = 8
      force_metadata = true
      dhcp_lease_duration = -1
      dhcp_renewal_time = 0
      dhcp_rebinding_time = 60
      dns_domain = example.org
      dnsmasq_dns_servers = 192.0.2.1,192.0.2.2
      dnsmasq_local_resolv = true
      dnsmasq_lease_max = 100
      dhcp_broadcast_reply = true
      dnsmasq_base_log_dir = /var/log/dnsmasq
      [agent]
      report_interval = 9
      """
    let dhcp = try #require(try options(text).dhcp)
    #expect(dhcp.host == "compute7" && dhcp.dhcpConfs == "/var/lib/neutron/dhcp" && dhcp.concurrency == 8)
    #expect(dhcp.resyncInterval == .seconds(7) && dhcp.reportInterval == .seconds(9))
    #expect(dhcp.metadata.isServedEverywhere && !dhcp.metadata.isServedWhereIsolated)
    #expect(dhcp.dnsmasq.leaseDuration == nil && dhcp.dnsmasq.renewalTime == nil && dhcp.dnsmasq.rebindingTime == 60)
    #expect(dhcp.dnsmasq.domain == "example.org" && dhcp.dnsmasq.servers == ["192.0.2.1", "192.0.2.2"])
    #expect(dhcp.dnsmasq.usesLocalResolver && dhcp.dnsmasq.leaseLimit == 100 && dhcp.dnsmasq.broadcastsReplies)
    #expect(dhcp.dnsmasq.logFolder == "/var/log/dnsmasq" && dhcp.dnsmasq.configFile == nil)
    #expect(try options(text).unhonoured.isEmpty)
  }

  @Test("guests on isolated networks find metadata if this process serves it, unless the option says otherwise")
  func metadata() throws {
    #expect(try options("").dhcp?.metadata.isServedWhereIsolated == false)
    #expect(try options("", roles: "dhcp,metadata").dhcp?.metadata.isServedWhereIsolated == true)
    let off = try options("enable_isolated_metadata = false\n", roles: "dhcp,metadata")
    #expect(off.dhcp?.metadata.isServedWhereIsolated == false)
    #expect(try options("", roles: "l2").dhcp == nil)
  }

  @Test(
    "what is no value of an option is refused",
    arguments: [
      "dhcp_confs = dhcp", "dhcp_lease_duration = -2", "num_sync_threads = 0", "dnsmasq_lease_max = 0",
      "force_metadata = perhaps",
    ])
  func refusals(_ line: String) {
    #expect(throws: OsloConfigError.self) { try options(line + "\n") }
  }
}
