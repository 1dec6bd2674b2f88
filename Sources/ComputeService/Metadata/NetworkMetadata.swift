import JSON
import Model

/// What `network_data.json` is made of: the instance's ports as the Networking service shows them.
struct NetworkMetadata: Hashable, Sendable {
  struct Port: Hashable, Sendable {
    var id: String
    var networkID: String
    var macAddress: String
    var vifType: String
    /// Addresses with the ids of their subnets.
    var fixedIPs: [Address]
    /// Of the network.
    var mtu: Int?
  }

  struct Address: Hashable, Sendable {
    var subnetID: String
    var address: String
  }

  struct Route: Hashable, Sendable {
    var destination: String
    var nextHop: String
  }

  struct Subnet: Hashable, Sendable {
    var id: String
    var cidr: String
    var gateway: String?
    var nameservers: [String]
    var routes: [Route]
    var enablesDHCP: Bool
    var ipv6AddressMode: String?
    /// The subnet has a port of a DHCP agent's.
    var hasDHCPServer: Bool

    var version: Int { cidr.contains(":") ? 6 : 4 }
  }

  /// In the order of the guest's interfaces.
  var ports: [Port]
  var subnets: [String: Subnet]

  /// As `get_network_metadata` of `nova/virt/netutils.py`: of each port the first subnet of either IP version.
  var json: JSONValue {
    var (links, networks, services): ([JSONValue], [JSONValue], [JSONValue]) = ([], [], [])
    for port in ports {
      let addressed = port.fixedIPs.compactMap { ip in subnets[ip.subnetID].map { (ip.address, $0) } }
      guard !addressed.isEmpty else { continue }
      links.append(link(of: port, addressed.map(\.1)))
      for version in [4, 6] {
        guard let (address, subnet) = addressed.first(where: { $0.1.version == version }) else { continue }
        networks.append(network(number: networks.count, port, address, subnet))
        services += subnet.services.filter { !services.contains($0) }
      }
    }
    return ["links": .array(links), "networks": .array(networks), "services": .array(services)]
  }

  private func link(of port: Port, _ subnets: [Subnet]) -> JSONValue {
    // Who has a DHCP server learns the MTU from it.
    let mtu = subnets.contains(where: \.hasDHCPServer) ? nil : port.mtu
    return [
      "id": .string("tap" + port.id.prefix(11)), "vif_id": .string(port.id),
      "type": .string(Self.exposedTypes.contains(port.vifType) ? port.vifType : "phy"), "mtu": JSONValue(mtu),
      "ethernet_mac_address": .string(port.macAddress),
    ]
  }

  /// `LEGACY_EXPOSED_VIF_TYPES` of `nova/network/model.py`.
  private static let exposedTypes: Set<String> = [
    "bridge", "dvs", "hw_veb", "hyperv", "ovs", "tap", "vhostuser", "vif",
  ]

  private func network(number: Int, _ port: Port, _ address: String, _ subnet: Subnet) -> JSONValue {
    var network = JSONObject()
    network["id"] = .string("network\(number)")
    var type = "ipv\(subnet.version)"
    let isDHCP = subnet.hasDHCPServer || subnet.enablesDHCP
    if let mode = subnet.ipv6AddressMode { type += "_\(mode)" } else if isDHCP { type += "_dhcp" }
    network["type"] = .string(type)
    network["link"] = .string("tap" + port.id.prefix(11))
    if subnet.ipv6AddressMode != nil || !isDHCP {
      network["ip_address"] = .string(address)
      network["netmask"] = .string(subnet.netmask)
      network["routes"] = .array(subnet.defaultRoute + subnet.routes.compactMap(\.json))
    }
    network["network_id"] = .string(port.networkID)
    if subnet.ipv6AddressMode != nil || !isDHCP { network["services"] = .array(subnet.services) }
    return .object(network)
  }
}

extension NetworkMetadata.Subnet {
  fileprivate var services: [JSONValue] { nameservers.map { ["type": "dns", "address": .string($0)] } }

  fileprivate var netmask: String { IPNetwork(cidr)?.netmask ?? "" }

  fileprivate var defaultRoute: [JSONValue] {
    guard let gateway else { return [] }
    let any: JSONValue = version == 6 ? "::" : "0.0.0.0"
    return [["network": any, "netmask": any, "gateway": .string(gateway)]]
  }
}

extension NetworkMetadata.Route {
  fileprivate var json: JSONValue? {
    guard let network = IPNetwork(destination) else { return nil }
    return [
      "network": .string("\(network.address)"), "netmask": .string(network.netmask), "gateway": .string(nextHop),
    ]
  }
}

extension IPNetwork {
  /// The mask as an address: `255.255.255.0`.
  fileprivate var netmask: String {
    let ones = UInt128.max << UInt128(version.width - prefixLength)
    return "\(IPAddress(version: version, bits: version == .v4 ? ones & 0xFFFF_FFFF : ones))"
  }
}
