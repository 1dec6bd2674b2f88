import L2Agent
import Model
import Netlink

/// Whether the interfaces that the configuration names are there, and wide enough.
struct HostCheck {
  private let agent: AgentConfiguration
  /// `global_physnet_mtu`: what networks take for granted.
  private let physicalMTU: Int

  init(_ agent: AgentConfiguration, physicalMTU: Int) {
    (self.agent, self.physicalMTU) = (agent, physicalMTU)
  }

  func findings() -> [Finding] {
    do {
      let socket = try NetlinkSocket()
      return findings(links: LinkTable(try socket.links()), addresses: try socket.addresses())
    } catch {
      return [.bad("interfaces", "\(error)")]
    }
  }

  /// The decision alone.
  func findings(links: LinkTable, addresses: [LinkAddress]) -> [Finding] {
    mapped(agent.interfaceMappings, "physical_interface_mappings", "Interface", links)
      + mapped(agent.bridgeMappings, "bridge_mappings", "Bridge", links) + tunnel(links, addresses)
  }

  private func mapped(
    _ mappings: [String: String], _ option: String, _ word: String, _ links: LinkTable
  ) -> [Finding] {
    mappings.sorted { $0.key < $1.key }.map { network, name in
      let subject = "\(option) \(network):\(name)"
      guard let link = links[name] else {
        return .bad(
          subject, "\(word) \(name) for physical network \(network) does not exist; make it, or correct \(option)")
      }
      guard link.kind == "bridge" || word == "Interface" else {
        return .bad(subject, "\(name) is no bridge; name it in physical_interface_mappings instead")
      }
      guard link.isUp else { return .bad(subject, "\(name) is down; run: ip link set \(name) up") }
      return width(of: link, subject, needed: physicalMTU)
    }
  }

  private func tunnel(_ links: LinkTable, _ addresses: [LinkAddress]) -> [Finding] {
    guard let vxlan = agent.vxlan else {
      return [.remark("local_ip", "none; this host takes no part in VXLAN networks")]
    }
    guard let address = addresses.first(where: { $0.address == vxlan.localIP.bits }), let link = links[address.link]
    else {
      return [
        .bad("local_ip", "\(vxlan.localIP) is no address of this host; add it to an interface, or correct local_ip")
      ]
    }
    return [width(of: link, "local_ip \(vxlan.localIP)", needed: physicalMTU)]
  }

  private func width(of link: Link, _ subject: String, needed: Int) -> Finding {
    guard link.mtu < needed else { return .good(subject, "\(link.name) has MTU \(link.mtu)") }
    return .bad(
      subject,
      "\(link.name) has MTU \(link.mtu), and global_physnet_mtu is \(needed); run: ip link set \(link.name) mtu \(needed), "
        + "or lower global_physnet_mtu on the server")
  }
}
