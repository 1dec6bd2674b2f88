import HostRPC
import JSON
import Model

extension FirewallInput {
  /// Takes over the groups and members of the server's answer.
  mutating func take(_ information: SecurityGroupInfoForDevices.Result) {
    for member in information.securityGroups.object?.members ?? [] {
      groups[member.name] = (member.value.array ?? []).compactMap { FirewallRule($0) }
    }
    for member in information.memberIPs.object?.members ?? [] { members[member.name] = FirewallMembers(member.value) }
  }

  /// The ports of an answer by device.
  static func ports(in information: SecurityGroupInfoForDevices.Result) -> [String: JSONValue] {
    var ports: [String: JSONValue] = [:]
    for member in information.devices.object?.members ?? [] {
      if let device = member.value["device"]?.string { ports[device] = member.value }
    }
    return ports
  }
}

extension DeviceDetails {
  /// Whether the port's traffic is filtered: port security is on, and it is no port of the network's own services, as
  /// `is_port_trusted` of `neutron_lib/utils/net.py` says.
  package var isFiltered: Bool { portSecurityEnabled && !deviceOwner.hasPrefix("network:") }
}

extension AgentConfiguration {
  /// The bridge that a device's network has on this host.
  func bridge(of details: DeviceDetails) -> String {
    details.physicalNetwork.flatMap { bridgeMappings[$0] } ?? InterfaceName.bridge(of: details.networkID)
  }
}
