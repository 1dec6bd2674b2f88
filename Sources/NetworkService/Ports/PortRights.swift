import Model
import OpenStackHTTP

// What the policies of a port look at. The policies themselves stand in PolicyTable.

extension PortRequest {
  /// - Throws: `APIError` 403 with the rules that would have to hold.
  func checkRights(of caller: NetworkCaller, on network: Network) throws {
    let target = PolicyTarget(
      project: projectID, networkProject: network.projectID, isShared: network.isShared,
      isExternal: network.isExternal, isNetworkDevice: Port.isTrusted(deviceOwner: deviceOwner))
    try ResourceKind.port.checkPolicy(.create, body, caller: caller, target: target)
  }
}

extension PortChange {
  /// - Throws: `APIError` 403 with the rules that would have to hold.
  func checkRights(of caller: NetworkCaller, to port: Port, on network: Network) throws {
    var target = PolicyTarget(port, on: network)
    target.isNetworkDevice = Port.isTrusted(deviceOwner: deviceOwner ?? port.deviceOwner)
    try ResourceKind.port.checkPolicy(.update, body, caller: caller, target: target)
  }
}

extension PolicyTarget {
  init(_ port: Port, on network: Network) {
    self.init(
      project: port.projectID, networkProject: network.projectID, isShared: network.isShared,
      isExternal: network.isExternal, isNetworkDevice: port.isTrusted)
  }
}
