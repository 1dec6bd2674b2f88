import HostRPC
import L2Agent
import Model
import NFTables
import Netlink

/// What the kernel of this host has of a port.
struct FoundPort: Sendable {
  var tap: Link?
  /// The name of the bridge or other master that the tap is in.
  var master: String?
  /// What the agent would still do, or why it cannot.
  var steps: Result<[WiringStep], WiringError> = .success([])
  /// Whether the firewall's table names the tap; `nil` if this user may not read it.
  var isFiltered: Bool?

  static func read(
    _ wanted: WantedPort, _ agent: AgentConfiguration, in namespace: NetworkNamespace?
  ) async throws -> FoundPort {
    let socket = try NetlinkSocket(in: namespace)
    let links = LinkTable(try socket.links())
    let details = wanted.details
    var found = FoundPort(tap: links[details.device])
    found.master = found.tap?.master.flatMap { links[$0]?.name }
    if found.tap != nil {
      let bridging = Bridging(agent, socket: socket, remover: try LinkRemover(in: namespace))
      let surroundings = Surroundings(
        links: links, addresses: try socket.addresses(), hostLinks: try bridging.addressedLinks())
      do {
        found.steps = .success(try WiringPlan(details, agent, surroundings).steps().filter { !$0.isFlooding })
      } catch {
        found.steps = .failure(error)
      }
    }
    found.isFiltered = await isFiltered(details.device, in: namespace)
    return found
  }

  private static func isFiltered(_ device: String, in namespace: NetworkNamespace?) async -> Bool? {
    guard let nftables = try? openNFTables(in: namespace), let text = try? await nftables.text("list ruleset bridge")
    else { return nil }
    return text.contains("\"\(device)\"")
  }
}

extension WiringStep {
  /// The entries of all tunnels are too much to read for one port.
  fileprivate var isFlooding: Bool { if case .addFloodingRemote = self { true } else { false } }

  /// The step as a sentence.
  var sentence: String {
    switch self {
    case .bridge(let name, let mtu, _): "make the bridge \(name) with MTU \(mtu), and bring it up"
    case .vlan(let name, let vlan, _): "make the subinterface \(name) for VLAN \(vlan.identifier)"
    case .vxlan(let name, let vxlan, _): "make the tunnel \(name) for VNI \(vxlan.identifier)"
    case .moveAddresses(let interface, let bridge): "move the addresses of \(interface) to \(bridge)"
    case .delete(let name): "delete \(name), which is not as it should be"
    case .change(let name, let change, let bridge): "\(name): \(change.sentence(bridge: bridge))"
    case .addFloodingRemote(let remote, let name): "let \(name) flood to \(remote)"
    case .removeFloodingRemote(let remote, let name): "let \(name) not flood to \(remote)"
    }
  }
}

extension LinkChange {
  fileprivate func sentence(bridge: String?) -> String {
    var parts: [String] = []
    if let bridge { parts.append("put it into \(bridge)") }
    if let mtu { parts.append("set its MTU to \(mtu)") }
    if let isUp { parts.append(isUp ? "bring it up" : "take it down") }
    return parts.isEmpty ? "change it" : parts.joined(separator: ", ")
  }
}
