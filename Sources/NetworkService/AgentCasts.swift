import HostRPC
import JSON
import Model

// What agents are told after a commit. A hint only: an agent that misses it finds out by comparing.

extension NetworkService {
  /// Tells the agents on `hosts` that a port has changed; empty names stand for no host.
  func castPortUpdate(_ port: Port, on network: Network, to hosts: Set<String>) {
    let hosts = hosts.filter { !$0.isEmpty }
    guard !hosts.isEmpty else { return }
    var writer = JSONWriter(reservingCapacity: 1024)
    port.write(to: &writer, ResourceView(isAdmin: true))
    // What we wrote ourselves is JSON.
    guard let shown = try? JSONValue(parsing: writer.bytes) else { return }
    let arguments = PortUpdate.Arguments(
      port: shown, networkType: network.segment.type.rawValue, segmentationID: network.segment.segmentationID,
      physicalNetwork: network.segment.physicalNetwork)
    for host in hosts {
      self.hosts.cast(PortUpdate.self, arguments, to: .host(host, binary: Agent.linuxBridgeBinary))
    }
  }

  func castPortDelete(_ port: Port) {
    guard !port.binding.host.isEmpty else { return }
    hosts.cast(
      PortDelete.self, PortDelete.Arguments(portID: port.id),
      to: .host(port.binding.host, binary: Agent.linuxBridgeBinary))
  }

  func castNetworkDelete(_ id: UUID) {
    hosts.cast(
      NetworkDelete.self, NetworkDelete.Arguments(networkID: id), to: .all(binary: Agent.linuxBridgeBinary))
  }

  func castNetworkUpdate(_ network: Network) {
    var writer = JSONWriter(reservingCapacity: 1024)
    network.write(to: &writer, ResourceView(isAdmin: true))
    guard let shown = try? JSONValue(parsing: writer.bytes) else { return }
    hosts.cast(
      NetworkUpdate.self, NetworkUpdate.Arguments(network: shown), to: .all(binary: Agent.linuxBridgeBinary))
  }
}
