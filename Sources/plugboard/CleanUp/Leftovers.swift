import L2Agent
import Netlink

/// What of a host's links is the L2 agent's to delete. Pure.
struct Leftovers {
  /// The taps of guests; whether somebody uses them, only the kernel knows.
  let taps: [Link]
  /// What is to be deleted, in this order: the ports of a bridge before it.
  let doomed: [Link]
  /// Bridges of ours that would take an address of the host with them.
  let kept: [Link]

  /// - Parameter addressed: The links by which the host itself is reached.
  init(_ links: LinkTable, _ agent: AgentConfiguration, addressed: Set<Int32>) {
    let all = links.links.sorted { $0.index < $1.index }
    let bridges = all.filter {
      $0.kind == "bridge" && InterfaceName.isBridge($0.name) && !agent.bridgeMappings.values.contains($0.name)
    }
    kept = bridges.filter { addressed.contains($0.index) && agent.heir(of: $0, in: links) == nil }
    let going = Set(bridges.map(\.index)).subtracting(kept.map(\.index))
    taps = all.filter { $0.kind == "tun" && InterfaceName.isTap($0.name) }
    let tunnels = all.filter { link in link.vxlan.map { InterfaceName.vxlan(Int($0.identifier)) } == link.name }
    // Without the operator's mappings a subinterface is known to be ours by the bridge it is in.
    let subinterfaces = all.filter { link in
      link.vlan != nil && (agent.isOwnSubinterface(link, in: links) || link.master.map(going.contains) == true)
    }
    // A subinterface has its addresses back only when its bridge is gone, so it goes last; one that has them stays.
    doomed =
      tunnels + bridges.filter { going.contains($0.index) }
      + subinterfaces.filter { !($0.master.map { addressed.contains($0) } ?? addressed.contains($0.index)) }
  }
}
