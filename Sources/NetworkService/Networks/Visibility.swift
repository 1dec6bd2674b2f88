import Model
import OpenStackHTTP
import Store

// Another project's resource is answered like one that does not exist.

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such network, or the caller must not know.
  func visibleNetwork(_ id: UUID, to caller: NetworkCaller) throws -> Network {
    guard let network = try network(id), caller.owns(network.projectID) || network.isShared || network.isExternal else {
      throw APIError.networkNotFound(id)
    }
    return network
  }

  /// - Throws: `APIError` 404, or 403 for a shared network of another project.
  func ownNetwork(_ id: UUID, of caller: NetworkCaller, action: String) throws -> Network {
    let network = try visibleNetwork(id, to: caller)
    guard caller.owns(network.projectID) else { throw APIError.policyNotAuthorized("rule:\(action)") }
    return network
  }

  /// - Throws: `APIError` 404.
  func visibleSubnet(_ id: UUID, to caller: NetworkCaller) throws -> Subnet {
    guard let subnet = try subnet(id) else { throw APIError.subnetNotFound(id) }
    if caller.owns(subnet.projectID) { return subnet }
    guard let network = try network(subnet.networkID), caller.owns(network.projectID) || network.isShared else {
      throw APIError.subnetNotFound(id)
    }
    return subnet
  }

  /// - Throws: `APIError` 404, or 403 for a subnet of a shared network of another project.
  func ownSubnet(_ id: UUID, of caller: NetworkCaller, action: String) throws -> Subnet {
    let subnet = try visibleSubnet(id, to: caller)
    if caller.owns(subnet.projectID) { return subnet }
    guard let network = try network(subnet.networkID), caller.owns(network.projectID) else {
      throw APIError.policyNotAuthorized("rule:\(action)")
    }
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
