import L2Agent
import NFTables
import Netlink

/// Makes one of each thing that the agent makes, in a network namespace of its own that goes with this value.
struct KernelCheck {
  private let agent: AgentConfiguration

  init(_ agent: AgentConfiguration) {
    self.agent = agent
  }

  func findings() async -> [Finding] {
    let namespace: NetworkNamespace
    let socket: NetlinkSocket
    do {
      namespace = try NetworkNamespace()
      socket = try NetlinkSocket(in: namespace)
    } catch {
      return [.bad("scratch namespace", "\(error); the kernel's features can be tried by root alone")]
    }
    return links(namespace, socket) + [bridgeNetfilter(namespace)] + (await rules(namespace))
  }

  /// A bridge with a tap, and the interfaces that carry networks between hosts.
  private func links(_ namespace: NetworkNamespace, _ socket: NetlinkSocket) -> [Finding] {
    var findings: [Finding] = []
    do {
      let bridge = try socket.createBridge("brq-sanity", mtu: 1500)
      findings.append(.good("bridge", "made"))
      let tap = try Tap("tap-sanity", in: namespace)
      if let link = try socket.link(named: tap.name) {
        try socket.change(link, LinkChange(isUp: true, mtu: 1450, master: bridge.index))
        findings.append(.good("tap", "made, and put into the bridge"))
        findings.append(tokenBucket(link, socket))
        findings.append(vlan(parent: link, socket))
      }
    } catch {
      findings.append(.bad("bridge and tap", "\(error); the kernel needs bridge and tun"))
    }
    findings.append(vxlan(socket))
    return findings
  }

  private func tokenBucket(_ link: Link, _ socket: NetlinkSocket) -> Finding {
    do {
      try socket.setTokenBucket(TokenBucket(rate: 1_000_000, burst: 100_000, limit: 200_000), on: link)
      return .good("tbf", "set on a tap")
    } catch {
      return .remark("tbf", "\(error); without sch_tbf the bandwidth towards guests cannot be limited")
    }
  }

  private func vlan(parent: Link, _ socket: NetlinkSocket) -> Finding {
    do {
      _ = try socket.createVLAN("sanity.100", VLAN(identifier: 100, parent: parent.index))
      return .good("802.1Q", "subinterface made")
    } catch {
      return .missing(
        "802.1Q", isNeeded: !agent.interfaceMappings.isEmpty,
        "\(error); VLAN networks over physical_interface_mappings need the module 8021q (modprobe 8021q)")
    }
  }

  private func vxlan(_ socket: NetlinkSocket) -> Finding {
    do {
      _ = try socket.createVXLAN("vxlan-100", VXLAN(identifier: 100))
      return .good("vxlan", "made")
    } catch {
      return .missing("vxlan", isNeeded: agent.vxlan != nil, "\(error); VXLAN networks need the module vxlan")
    }
  }

  /// Whether IP packets that are bridged pass the hooks where conntrack is.
  private func bridgeNetfilter(_ namespace: NetworkNamespace) -> Finding {
    let switches = ["bridge-nf-call-iptables", "bridge-nf-call-ip6tables"]
    let off = switches.filter { ProcFile.read("/proc/sys/net/bridge/\($0)") != "1" }
    guard let first = off.first else { return .good("br_netfilter", "on for IPv4 and IPv6") }
    if ProcFile.read("/proc/sys/net/bridge/\(first)") == nil {
      return .bad(
        "br_netfilter", "not there; load it (modprobe br_netfilter), or no rule of a security group is stateful")
    }
    let commands = off.map { "sysctl net.bridge.\($0)=1" }.joined(separator: "; ")
    return .remark("br_netfilter", "off; the agent switches it on if it may write sysctls, else run: \(commands)")
  }

  /// The firewall's kinds of table, in the shape it uses them.
  private func rules(_ namespace: NetworkNamespace) async -> [Finding] {
    do {
      let opened = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
        Result { () throws(NFTablesError) in try NFTables() }
      }
      let nftables = try opened.get()
      return [
        await attempt("nftables bridge family", nftables, Self.bridgeTable, "the module nf_tables_bridge"),
        await attempt("conntrack state in the mark", nftables, Self.connectionTable, "the module nf_conntrack"),
      ]
    } catch {
      return [.bad("nftables", "\(error); the kernel needs nf_tables")]
    }
  }

  private func attempt(_ subject: String, _ nftables: NFTables, _ commands: String, _ need: String) async -> Finding {
    do {
      try await nftables.run(commands)
      return .good(subject, "rules loaded")
    } catch {
      return .bad(subject, "\(error); security groups need \(need)")
    }
  }

  /// Verdicts by interface, addresses by interface, a mark for the zone.
  private static let bridgeTable = """
    table bridge plugboard_sanity {
      map zone { type ifname : mark; elements = { "tap-sanity" : 0x00010000 }; }
      set source { type ifname . ether_addr . ipv4_addr; elements = { "tap-sanity" . fa:16:3e:00:00:01 . 10.0.0.1 }; }
      map dispatch { type ifname : verdict; }
      chain port { tcp dport 22 accept; drop; }
      chain before { type filter hook prerouting priority -300; policy accept;
        ether type ip iifname . ether saddr . ip saddr @source meta mark set iifname map @zone
      }
      chain through { type filter hook forward priority 10; policy accept;
        meta mark & 0xffff == 1 accept
        oifname vmap @dispatch
      }
    }
    add element bridge plugboard_sanity dispatch { "tap-sanity" : jump port }

    """

  /// The connection's state, by zone, handed to the bridge table in the mark.
  private static let connectionTable = """
    table inet plugboard_sanity {
      chain zones { type filter hook prerouting priority -300; policy accept;
        ct zone set meta mark map { 0x00010000 : 1 }
      }
      chain states { type filter hook prerouting priority -150; policy accept;
        ct state established,related meta mark set meta mark | 1
      }
    }

    """
}
