import JSON
import Model
import OpenStackHTTP
import Store

extension Transaction {
  /// Makes a network with its segment and the policies that its `shared` and `router:external` stand for.
  ///
  /// - Throws: `APIError` 404 for an availability zone that there is not, 409 if the segment is taken or the quota is used
  ///   up, 503 if no segment is left.
  func createNetwork(
    _ request: NetworkRequest, caller: NetworkCaller, configuration: NetworkConfiguration
  ) throws -> Network {
    let plan = configuration.segments
    try checkQuota(.network, ofProject: request.projectID, configuration: configuration)
    try checkAvailabilityZones(request.availabilityZoneHints)
    let segment = try chooseSegment(request, plan)
    let largest = plan.mtu.largest(on: segment)
    guard (request.mtu ?? 0) <= largest else { throw APIError.mtuTooBig(maximum: largest) }
    let isDefault = request.isDefault && request.isExternal
    if isDefault, let other = try defaultNetwork() { throw APIError.defaultExternalNetworkExists(other) }
    var network = Network(
      id: UUID(), projectID: request.projectID, name: request.name, description: request.description,
      adminStateUp: request.adminStateUp, isExternal: request.isExternal, isDefault: isDefault,
      mtu: request.mtu ?? largest, portSecurityEnabled: request.portSecurityEnabled,
      qosPolicyID: try qosPolicyID(request.qosPolicyID, ofNewNetworkOf: request.projectID, caller: caller),
      segment: segment,
      availabilityZoneHints: JSONValue.array(request.availabilityZoneHints.map { .string($0) }).description,
      createdAt: now, updatedAt: now)
    // As upstream does: a project that has a network has a default security group.
    if !network.projectID.isEmpty { _ = try defaultSecurityGroup(ofProject: network.projectID) }
    // The segment and the policies refer to their network, so the network's row comes first.
    try insert(network)
    guard try insert(segment, ofNetwork: network.id) else { throw APIError.segmentInUse(segment) }
    if request.isShared { network.access.formUnion(try allowEverybody(.accessAsShared, on: network)) }
    if request.isExternal { network.access.formUnion(try allowEverybody(.accessAsExternal, on: network)) }
    return network
  }

  /// Makes the policy that `shared` or `router:external` stands for, if there is none.
  @discardableResult
  func allowEverybody(_ action: RBACAction, on network: Network) throws -> NetworkAccess {
    _ = try insert(
      RBACPolicy(
        id: UUID(), projectID: network.projectID, objectID: network.id, targetProject: RBACPolicy.everybody,
        action: action))
    return NetworkAccess(CollectionOfOne(action))
  }

  private func checkAvailabilityZones(_ names: [String]) throws {
    guard !names.isEmpty else { return }
    let known = try availabilityZones().filter { $0.resource == .network }.map(\.name)
    if let unknown = names.first(where: { !known.contains($0) }) { throw APIError.availabilityZoneNotFound(unknown) }
  }

  /// What is asked for, with a number if that is left to the server; or the first kind of which a segment is left.
  private func chooseSegment(_ request: NetworkRequest, _ plan: SegmentPlan) throws -> Segment {
    if let wanted = request.segment {
      guard wanted.type.segmentationIDs != nil, wanted.segmentationID == nil else { return wanted }
      guard let segment = try freeSegment(of: wanted.type, on: wanted.physicalNetwork, plan) else {
        throw APIError.noNetworkAvailable
      }
      return segment
    }
    for type in plan.typesTried(isExternal: request.isExternal) {
      // Which physical network a flat one lies on is an administrator's decision.
      if type == .flat { continue }
      if type == .local { return Segment(type: .local) }
      if let segment = try freeSegment(of: type, on: nil, plan) { return segment }
    }
    throw APIError.noNetworkAvailable
  }

  private func freeSegment(of type: NetworkType, on physicalNetwork: String?, _ plan: SegmentPlan) throws -> Segment? {
    var generator = SystemRandomNumberGenerator()
    for pool in plan.pools(of: type, physicalNetwork: physicalNetwork) {
      if let number = try freeSegment(in: pool, using: &generator) {
        return Segment(type: type, physicalNetwork: pool.physicalNetwork, segmentationID: number)
      }
    }
    return nil
  }
}

extension Transaction {
  /// How many ports an answer names that keep a network from being deleted.
  private static let portsNamed = 100

  /// Deletes a network with its subnets and the ports that the network itself owns.
  ///
  /// - Throws: `APIError` 409 while it has other ports.
  func deleteNetwork(_ network: Network) throws {
    let inUse = try portsInUse(ofNetwork: network.id, limit: Self.portsNamed)
    guard inUse.isEmpty else { throw APIError.networkInUse(network.id, ports: inUse) }
    for port in try portsRemoved(withNetwork: network.id, limit: 1000) { try deletePort(port) }
    do {
      for subnetID in network.subnetIDs { try deleteSubnet(subnetID) }
      try deleteNetwork(network.id)
    } catch let violation as ConstraintViolation where violation.kind == .foreignKey {
      throw APIError.networkInUse(network.id, ports: try portIDs(ofNetwork: network.id, limit: Self.portsNamed))
    }
  }

  /// DHCP's ports go with their network (`AUTO_DELETE_PORT_OWNERS` of `neutron/db/_utils.py`).
  static func isRemovedWithNetwork(_ port: Port) -> Bool { port.deviceOwner == "network:dhcp" }
}
