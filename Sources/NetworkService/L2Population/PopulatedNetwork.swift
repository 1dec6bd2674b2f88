import HostRPC
import JSON
import Model
import Store

/// Who has which ports on a VXLAN network: what the agents are told of.
struct PopulatedNetwork: Hashable, Sendable {
  struct Host: Hashable, Sendable {
    var tunnel: Tunnel
    /// Whether a port is ACTIVE here, so that what is flooded has to come here.
    var isActive = false
    /// The addresses of the ports that are ACTIVE here.
    var entries: Set<FDBEntry> = []
  }

  var segmentationID: Int
  /// Hosts with ports that are ACTIVE or in BUILD, and whose agents have tunnels.
  var hosts: [String: Host] = [:]

  init(segmentationID: Int, ports: [PopulatedPort], tunnels: [String: Tunnel]) {
    self.segmentationID = segmentationID
    for port in ports {
      guard let tunnel = tunnels[port.host] else { continue }
      var host = hosts[port.host] ?? Host(tunnel: tunnel)
      if port.isActive {
        host.isActive = true
        if let address = port.ipAddress {
          host.entries.insert(FDBEntry(macAddress: port.macAddress, ipAddress: address))
        }
      }
      hosts[port.host] = host
    }
  }

  /// All that the agent of a host has to know: everything but its own.
  func entries(for name: String) -> [IPv4Address: [FDBEntry]] {
    var ports: [IPv4Address: [FDBEntry]] = [:]
    for (other, host) in hosts where other != name && host.isActive {
      ports[host.tunnel.address, default: []] += [.flooding] + host.entries.sorted()
    }
    return ports
  }
}

/// What an agent says of its end of tunnels.
struct Tunnel: Hashable, Sendable {
  /// `tunneling_ip`
  var address: IPv4Address
  /// `l2_population`: whether it wants to be told.
  var isTold: Bool

  /// `nil` if the agent has no VXLAN tunnels.
  init?(configurations text: String) {
    guard let configurations = try? JSONValue(parsing: text),
      let address = configurations["tunneling_ip"]?.string.flatMap({ IPv4Address($0) }),
      configurations["tunnel_types"]?.array?.contains("vxlan") == true
    else { return nil }
    self.init(address: address, isTold: configurations["l2_population"] == true)
  }

  init(address: IPv4Address, isTold: Bool) {
    (self.address, self.isTold) = (address, isTold)
  }
}
