import JSON
import Model
import OpenStackHTTP

/// Asks the Networking service for what an instance is told of its networks.
struct NetworkMetadataSource: Sendable {
  let peers: ComputePeers

  /// - Returns: `nil` if the instance has no port.
  /// - Throws: ``PeerFailure``, or what the client throws when there is no answer.
  func metadata(of instance: Instance) async throws -> NetworkMetadata? {
    let client = try await peers.networking(peers.tokens)
    let ports = try await list("ports", ["device_id=\(instance.id)"], client)
    guard !ports.isEmpty else { return nil }
    let networks = Set(ports.compactMap { $0["network_id"]?.string }).sorted()
    async let mtus = list("networks", networks.map { "id=\($0)" } + ["fields=id", "fields=mtu"], client)
    async let servers = list(
      "ports", networks.map { "network_id=\($0)" } + ["device_owner=network:dhcp", "fields=fixed_ips"], client)
    let wanted = Set(ports.flatMap { $0["fixed_ips"]?.array ?? [] }.compactMap { $0["subnet_id"]?.string })
    let subnets = wanted.isEmpty ? [] : try await list("subnets", wanted.sorted().map { "id=\($0)" }, client)
    return NetworkMetadata(
      ports: Self.inOrder(ports, of: instance), networks: try await mtus, subnets: subnets,
      servers: try await servers)
  }

  private func list(_ resource: String, _ query: [String], _ client: ServiceClient) async throws -> [JSONValue] {
    let path = "/v2.0/\(resource)?\(query.joined(separator: "&"))"
    let answer = try await client.call(.get, path, deadline: .seconds(5))
    guard answer.isSuccess, let list = answer.body?[resource]?.array else {
      throw PeerFailure(service: "Networking", status: answer.status, request: "a list of \(resource)")
    }
    return list
  }

  /// The ports in the order in which their networks were asked for, which is that of the guest's interfaces.
  private static func inOrder(_ ports: [JSONValue], of instance: Instance) -> [JSONValue] {
    var rest = ports
    var ordered: [JSONValue] = []
    let wanted = (try? JSONValue(parsing: instance.request.networks.utf8))?.array ?? []
    for network in wanted {
      let index = rest.firstIndex { port in
        if let id = network["port_id"]?.string { return port["id"]?.string == id }
        return port["network_id"]?.string == network["network_id"]?.string
      }
      if let index { ordered.append(rest.remove(at: index)) }
    }
    return ordered + rest
  }
}

extension NetworkMetadata {
  /// - Parameters:
  ///   - ports, networks, subnets: elements of the Networking API's lists.
  ///   - servers: the DHCP agents' ports on these networks.
  init(ports: [JSONValue], networks: [JSONValue], subnets: [JSONValue], servers: [JSONValue]) {
    let served = Set(servers.flatMap(Self.addresses).map(\.subnetID))
    self.init(
      ports: ports.map { port in
        let networkID = port["network_id"]?.string ?? ""
        let network = networks.first { $0["id"]?.string == networkID }
        return Port(
          id: port["id"]?.string ?? "", networkID: networkID, macAddress: port["mac_address"]?.string ?? "",
          vifType: port["binding:vif_type"]?.string ?? "", fixedIPs: Self.addresses(of: port),
          mtu: network?["mtu"]?.integer.flatMap { Int(exactly: $0) })
      },
      subnets: Dictionary(
        subnets.map { Subnet($0, served: served) }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  private static func addresses(of port: JSONValue) -> [Address] {
    (port["fixed_ips"]?.array ?? []).map {
      Address(subnetID: $0["subnet_id"]?.string ?? "", address: $0["ip_address"]?.string ?? "")
    }
  }
}

extension NetworkMetadata.Subnet {
  fileprivate init(_ subnet: JSONValue, served: Set<String>) {
    let id = subnet["id"]?.string ?? ""
    self.init(
      id: id, cidr: subnet["cidr"]?.string ?? "", gateway: subnet["gateway_ip"]?.string,
      nameservers: subnet["dns_nameservers"]?.array?.compactMap(\.string) ?? [],
      routes: (subnet["host_routes"]?.array ?? []).map {
        NetworkMetadata.Route(
          destination: $0["destination"]?.string ?? "", nextHop: $0["nexthop"]?.string ?? "")
      },
      enablesDHCP: subnet["enable_dhcp"]?.bool ?? false, ipv6AddressMode: subnet["ipv6_address_mode"]?.string,
      hasDHCPServer: served.contains(id))
  }
}
