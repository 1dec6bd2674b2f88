import HTTPTypes
import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Makes a network with its segment.
  ///
  /// - Throws: `APIError` 409 if the segment is taken, 503 if no VNI is left.
  func createNetwork(_ request: NetworkRequest, configuration: NetworkConfiguration) throws -> Network {
    var network = Network(
      id: UUID(), projectID: request.projectID, name: request.name, description: request.description,
      adminStateUp: request.adminStateUp, isShared: request.isShared, isExternal: request.isExternal, mtu: 1500,
      portSecurityEnabled: request.portSecurityEnabled, segment: Segment(type: .local), createdAt: now, updatedAt: now)
    let wanted = try request.segment ?? configuration.tenantSegment()
    let largest = Segment(type: wanted.type).mtu(physicalMTU: configuration.physicalMTU)
    guard (request.mtu ?? 0) <= largest else {
      throw APIError.conflict(
        "Requested MTU is too big, maximum is \(largest)", type: "InvalidMtu")
    }
    network.mtu = request.mtu ?? largest
    // The segment refers to its network, so the network's row comes first.
    try insert(network)
    network.segment = try allocate(wanted, toNetwork: network.id, configuration: configuration)
    return network
  }

  private func allocate(
    _ wanted: SegmentRequest, toNetwork id: UUID, configuration: NetworkConfiguration
  ) throws -> Segment {
    switch wanted.type {
    case .vxlan where wanted.segmentationID == nil:
      var generator = SystemRandomNumberGenerator()
      guard let vni = try allocateVXLANSegment(from: configuration.vniRanges, toNetwork: id, using: &generator) else {
        throw APIError(
          .serviceUnavailable, type: "NoNetworkAvailable",
          "Unable to create the network. No tenant network is available for allocation.")
      }
      return Segment(type: .vxlan, segmentationID: vni)
    case .local, .flat, .vlan, .vxlan:
      let segment = Segment(
        type: wanted.type, physicalNetwork: wanted.physicalNetwork, segmentationID: wanted.segmentationID)
      if let name = wanted.physicalNetwork, configuration.flatNetworks.map({ !$0.contains(name) }) == true {
        throw APIError.invalidInput("physical_network '\(name)' unknown for flat provider network")
      }
      guard try insert(segment, ofNetwork: id) else { throw APIError.segmentInUse(segment) }
      return segment
    }
  }

  /// Deletes a network with its subnets and the ports that the network itself owns.
  ///
  /// - Throws: `APIError` 409 while it has other ports.
  func deleteNetwork(_ network: Network) throws {
    let ports = try ports(
      ListQuery(filters: [.init(field: .networkID, values: [.text(network.id.description)])], limit: 1000))
    let inUse = ports.filter { !Self.isRemovedWithNetwork($0) }
    guard inUse.isEmpty else { throw APIError.networkInUse(network.id, ports: inUse.map(\.id)) }
    for port in ports { try deletePort(port.id) }
    for subnetID in network.subnetIDs { try deleteSubnet(subnetID) }
    do {
      try deleteNetwork(network.id)
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw APIError.networkInUse(network.id, ports: try portIDs(ofNetwork: network.id, limit: 100))
    }
  }

  /// DHCP's ports go with their network (`AUTO_DELETE_PORT_OWNERS` of `neutron/db/_utils.py`).
  static func isRemovedWithNetwork(_ port: Port) -> Bool { port.deviceOwner == "network:dhcp" }
}

extension NetworkConfiguration {
  /// What a network is made of whose maker leaves the choice to the server.
  fileprivate func tenantSegment() throws -> SegmentRequest {
    guard let type = tenantNetworkTypes.lazy.compactMap(NetworkType.init(rawValue:)).first else {
      throw APIError(
        .serviceUnavailable, type: "NoNetworkAvailable",
        "Unable to create the network. No tenant network is available for allocation.")
    }
    return SegmentRequest(type: type)
  }
}

extension SegmentRequest {
  init(type: NetworkType) {
    self.type = type
    physicalNetwork = nil
    segmentationID = nil
  }
}

extension APIError {
  fileprivate static func segmentInUse(_ segment: Segment) -> APIError {
    guard segment.type == .vxlan, let vni = segment.segmentationID else {
      let name = segment.physicalNetwork ?? ""
      return .conflict(
        "Unable to create the flat network. Physical network \(name) is in use.", type: "FlatNetworkInUse")
    }
    return .conflict("Unable to create the network. The tunnel ID \(vni) is in use.", type: "TunnelIdInUse")
  }
}
