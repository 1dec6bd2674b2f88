import FoundationEssentials
import L2Agent
import OsloConfig
import Support
import Testing

@testable import plugboard_agent

@Suite("The agent's configuration files, upstream's included")
struct AgentOptionsTests {
  private static let own = "[plugboard]\nserver = http://127.0.0.1:9696\nsecret = s\n"

  /// What `text` says, beside what the server writes into agent.conf.
  private func options(_ text: String) throws -> AgentOptions {
    let folder = try TemporaryDirectory()
    try (Self.own + text).write(toFile: folder.file("agent.ini"), atomically: true, encoding: .utf8)
    return try AgentOptions(OsloOptions(files: [folder.file("agent.ini")], environment: [:]))
  }

  @Test("every option of upstream's samples is known, and what is set and not honoured is named once")
  func everyOption() throws {
    let known = KnownOptions.upstream.names
    #expect(known.count > 550)
    #expect(AgentOptions.honoured.subtracting(known).subtracting(KnownOptions.own.names).isEmpty)
    let others = known.subtracting(AgentOptions.honoured)
    let text = others.sorted { $0.description < $1.description }.map { "[\($0.group)]\n\($0.option) = 1\n" }.joined()
    let unhonoured = try options(text).unhonoured
    #expect(unhonoured.count == others.count)
    #expect(unhonoured.allSatisfy { $0.isKnown })
  }

  @Test("a warning says where an option stands, and whether anybody knows it")
  func warnings() throws {
    let unhonoured = try options("[agent]\ndscp = 3\nPolling_Interval = 4\nroot_helper = sudo\n").unhonoured
    #expect(unhonoured.map { $0.origin.split(separator: ":").last } == ["6", "5", "7"])
    #expect(
      unhonoured.map(\.warning) == [
        "[agent] Polling_Interval is an option that neither upstream nor this program has",
        "[agent] dscp is not honoured here", "[agent] root_helper is not honoured here",
      ])
  }

  @Test("the agent's own options keep upstream's names and meaning")
  func values() throws {
    let agent = try options(
      """
      [DEFAULT]
      host = compute7
      rpc_resources_processing_step = 50
      [linux_bridge]
      physical_interface_mappings = physnet1:eth1, physnet2:eth2
      bridge_mappings = external:br-ex
      [vxlan]
      local_ip = 192.0.2.7
      l2_population = True
      arp_responder = True
      multicast_ranges = 239.1.1.1:100:199
      udp_dstport = 4789
      [AGENT]
      polling_interval = 5
      """
    ).agent
    #expect(agent.host == "compute7")
    #expect(agent.processingStep == 50)
    #expect(agent.interfaceMappings == ["physnet1": "eth1", "physnet2": "eth2"])
    #expect(agent.bridgeMappings == ["external": "br-ex"])
    #expect(agent.pollingInterval == .seconds(5))
    let vxlan = try #require(agent.vxlan)
    #expect(vxlan.flooding == .population && vxlan.l2Population && vxlan.arpResponder)
    #expect(vxlan.multicastRanges.map(\.identifiers) == [100...199])
    #expect(vxlan.port == 4789)
  }

  @Test("the files of upstream's installation guide are taken as they are, and one list names what they do not do here")
  func installationGuide() throws {
    let read = try options(
      """
      [DEFAULT]
      transport_url = rabbit://openstack:RABBIT_PASS@controller
      auth_strategy = keystone
      core_plugin = ml2
      [keystone_authtoken]
      www_authenticate_uri = http://controller:5000
      auth_url = http://controller:5000
      memcached_servers = controller:11211
      auth_type = password
      project_domain_name = Default
      username = neutron
      password = NEUTRON_PASS
      [oslo_concurrency]
      lock_path = /var/lib/neutron/tmp
      [linux_bridge]
      physical_interface_mappings = provider:eth1
      [vxlan]
      enable_vxlan = true
      local_ip = 192.0.2.31
      l2_population = true
      [securitygroup]
      enable_security_group = true
      firewall_driver = neutron.agent.linux.iptables_firewall.IptablesFirewallDriver
      """)
    #expect(read.agent.enableSecurityGroup)
    #expect(read.agent.interfaceMappings == ["provider": "eth1"])
    #expect(read.agent.vxlan?.l2Population == true)
    let names = read.unhonoured.map { "\($0.name.group).\($0.name.option)" }
    #expect(
      names == [
        "DEFAULT.auth_strategy", "DEFAULT.core_plugin", "DEFAULT.transport_url", "keystone_authtoken.auth_type",
        "keystone_authtoken.auth_url", "keystone_authtoken.memcached_servers", "keystone_authtoken.password",
        "keystone_authtoken.project_domain_name", "keystone_authtoken.username",
        "keystone_authtoken.www_authenticate_uri", "oslo_concurrency.lock_path",
      ])
    #expect(read.unhonoured.allSatisfy { $0.isKnown })
  }

  @Test(
    "the firewall is off if it is switched off, or if the driver that filters nothing is named",
    arguments: [
      ("", true), ("enable_security_group = false\n", false), ("firewall_driver = noop\n", false),
      ("firewall_driver = neutron.agent.firewall.NoopFirewallDriver\n", false),
      ("enable_security_group = true\nfirewall_driver = iptables\n", true),
    ])
  func firewall(text: String, isOn: Bool) throws {
    #expect(try options("[securitygroup]\n\(text)").agent.enableSecurityGroup == isOn)
  }

  @Test("an extension that is not there is named")
  func extensions() throws {
    #expect(try options("[agent]\nextensions = qos\n").unhonoured.isEmpty)
    #expect(try options("[agent]\nextensions = qos, fdb\n").unhonoured.map(\.name) == ["agent.extensions"])
  }

  @Test("with l2_population only what the server has not told of goes to the group, if that is asked for")
  func mixed() throws {
    let vxlan = try options("[vxlan]\nlocal_ip=192.0.2.7\nl2_population=1\nflood_to_group=1\nvxlan_group=239.1.1.1\n")
      .agent.vxlan
    #expect(vxlan?.l2Population == true)
    if case .group = vxlan?.flooding {} else { Issue.record("\(String(describing: vxlan))") }
  }

  @Test(
    "a value that cannot be stops the agent with a sentence",
    arguments: [
      ("[linux_bridge]\nphysical_interface_mappings = a:b,a:c\n", "Parsing physical_interface_mappings failed: Key a"),
      ("[linux_bridge]\nbridge_mappings = a\n", "Parsing bridge_mappings failed: Invalid mapping: 'a'"),
      ("[agent]\npolling_interval = soon\n", "polling_interval = soon: not a number"),
      ("[vxlan]\nlocal_ip = 192.0.2.7\nvxlan_group = 10.0.0.1\n", "Invalid VXLAN Group: "),
      ("[vxlan]\nlocal_ip = 192.0.2.7\nmulticast_ranges = x\n", "Invalid multicast_range x"),
      ("[vxlan]\nenable_vxlan = true\n", "Tunneling cannot be enabled without the local_ip"),
      ("[vxlan]\nlocal_ip = nowhere\n", "not an IPv4 address"),
      ("[vxlan]\nudp_dstport = 70000\nlocal_ip = 192.0.2.7\n", "not between 1 and 65535"),
      ("[DEFAULT]\ndebug = perhaps\n", "neither true nor false"),
      ("[plugboard]\nroles = l2,l3\n", "'l3' is none of l2, dhcp, metadata"),
    ])
  func refusals(text: String, sentence: String) throws {
    let error = #expect(throws: (any Error).self) { try options(text) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(sentence))
  }

  @Test("a process is the L2 agent unless it is told what else to be")
  func roles() throws {
    #expect(try options("").roles == [.l2])
    #expect(
      try options("[plugboard]\nroles = l2, dhcp,metadata\n[DEFAULT]\nmetadata_proxy_shared_secret = x\n").roles == [
        .l2, .dhcp, .metadata,
      ])
  }

  @Test("a role that the process may not fill is refused in words, and the L2 role wants CAP_NET_ADMIN alone")
  func privileges() throws {
    let networkAdministrator = RolePrivileges(status: "Name:\tx\nCapEff:\t0000000000001000\n")
    try networkAdministrator.check([.l2])
    let missing = #expect(throws: MissingPrivileges.self) { try networkAdministrator.check([.l2, .dhcp]) }
    #expect(
      missing?.description
        == "The role dhcp needs CAP_SYS_ADMIN; run it as root, or leave it out of [plugboard] roles")
    #expect(throws: MissingPrivileges(role: .metadata, capabilities: [.sysAdmin, .netBindService])) {
      try networkAdministrator.check([.metadata])
    }
    #expect(throws: MissingPrivileges(role: .l2, capabilities: [.netAdmin])) {
      try RolePrivileges(status: "CapEff:\t0000000000000000\n").check([.l2])
    }
    try RolePrivileges(status: "CapEff:\t000001ffffffffff\n").check(Set(AgentRole.allCases))
  }
}
