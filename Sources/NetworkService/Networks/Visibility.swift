import Model
import OpenStackHTTP
import Store

// Another project's resource is answered like one that does not exist.

extension Snapshot {
  /// The network as the caller's project sees it.
  ///
  /// - Throws: `APIError` 404 if there is no such network, or the caller must not know.
  func visibleNetwork(_ id: UUID, to caller: NetworkCaller) throws -> Network {
    guard let network = try network(id, seenBy: caller.projectID), caller.may("get_network", network.policyTarget)
    else { throw APIError.networkNotFound(id) }
    return network
  }

  /// - Throws: `APIError` 404, or 403 for a shared network of another project.
  func ownNetwork(_ id: UUID, of caller: NetworkCaller, action: String) throws -> Network {
    let network = try visibleNetwork(id, to: caller)
    try caller.require(action, network.policyTarget)
    return network
  }

  /// - Throws: `APIError` 404.
  func visibleSubnet(_ id: UUID, to caller: NetworkCaller) throws -> Subnet {
    guard let subnet = try subnet(id) else { throw APIError.subnetNotFound(id) }
    if caller.owns(subnet.projectID) { return subnet }
    guard let network = try network(subnet.networkID, seenBy: caller.projectID),
      caller.owns(network.projectID) || !network.access.isEmpty
    else { throw APIError.subnetNotFound(id) }
    return subnet
  }

  /// - Throws: `APIError` 404, or 403 for a subnet of a shared network of another project.
  func ownSubnet(_ id: UUID, of caller: NetworkCaller, action: String) throws -> Subnet {
    let subnet = try visibleSubnet(id, to: caller)
    let networkProject = try network(subnet.networkID)?.projectID
    try caller.require(action, PolicyTarget(project: subnet.projectID, networkProject: networkProject))
    return subnet
  }

  /// - Throws: `APIError` 404.
  func visiblePort(_ id: UUID, to caller: NetworkCaller) throws -> Port {
    guard let port = try port(id) else { throw APIError.portNotFound(id) }
    if caller.owns(port.projectID) { return port }
    // Who owns the network sees the ports that others put on it.
    guard let network = try network(port.networkID), caller.owns(network.projectID) else {
      throw APIError.portNotFound(id)
    }
    return port
  }
}

extension Network {
  /// What policies look at, for the project for which the network was read.
  var policyTarget: PolicyTarget {
    PolicyTarget(project: projectID, isShared: isShared, isExternal: access.contains(.external))
  }
}
