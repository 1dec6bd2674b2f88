import Model
import OpenStackHTTP
import Store

/// A port before and after a change.
struct ChangedPort: Sendable {
  var before: Port
  var after: Port

  /// Whether anything of it has changed.
  var isDifferent: Bool { before != after }
}

extension Transaction {
  /// Changes a port as a client asks for.
  ///
  /// - Parameter wantedRevision: The revision of `If-Match`.
  /// - Throws: `APIError` as upstream does; 412 if the port has another revision.
  func updatePort(
    _ id: UUID, _ change: PortChange, caller: NetworkCaller, wantedRevision: String?,
    configuration: NetworkConfiguration
  ) throws -> ChangedPort {
    let before = try visiblePort(id, to: caller)
    try check(wantedRevision, against: before.revision)
    guard let network = try network(before.networkID) else { throw APIError.networkNotFound(before.networkID) }
    try checkRights(change, of: before, on: network, caller: caller)
    var after = change.applied(to: before)
    if after.macAddress != before.macAddress { try checkMACAddress(of: after, before: before) }
    if let requests = change.fixedIPs { after.fixedIPs = try reassignAddresses(requests, ofPort: before) }
    after.binding = try rebound(before, after, to: network.segment, configuration: configuration)
    guard after != before else { return ChangedPort(before: before, after: before) }

    cause = ChangeCause(reason: "port updated")
    if after.binding != before.binding { try setActiveBinding(after.binding, ofPort: id) }
    try update(after)
    try followBinding(before: before, after: after)
    return ChangedPort(before: before, after: try port(id) ?? after)
  }

  /// - Throws: `APIError` 412.
  func check(_ wantedRevision: String?, against revision: Int) throws {
    guard let wantedRevision, wantedRevision != String(revision) else { return }
    throw APIError.revisionMismatch(constrainedTo: wantedRevision, current: revision)
  }

  /// The binding after a change. A port is bound anew when its host or its kind of interface changes, or when it is asked
  /// for once more after a failure.
  private func rebound(
    _ before: Port, _ after: Port, to segment: Segment, configuration: NetworkConfiguration
  ) throws -> PortBinding {
    let isSamePlace = before.binding.host == after.binding.host && before.binding.vnicType == after.binding.vnicType
    let isSettled = before.binding.vifType != .bindingFailed && before.isDistributed == after.isDistributed
    if isSamePlace && isSettled { return after.binding }
    return try bound(
      after.binding, isDistributed: after.isDistributed, to: segment, at: now, configuration: configuration)
  }

  /// A port that is bound elsewhere, or nowhere, is not wired any more until an agent there says so.
  private func followBinding(before: Port, after: Port) throws {
    guard before.binding.host != after.binding.host || before.binding.vifType != after.binding.vifType else { return }
    try updateL2Block(ofPort: after.id, binding: after.binding, status: .down)
    guard !after.isDistributed, before.status != .down else { return }
    cause = ChangeCause(reason: "binding changed", host: after.binding.host.isEmpty ? nil : after.binding.host)
    try setStatus(.down, ofPort: after.id)
  }

  private func checkMACAddress(of after: Port, before: Port) throws {
    guard !before.binding.isBound else {
      throw APIError.conflict(
        "Unable to complete operation on port \(before.id), port is already bound, port type: "
          + "\(before.binding.vifType.rawValue), old_mac \(before.macAddress), new_mac \(after.macAddress).",
        type: "PortBound")
    }
    guard try !isMACAddressInUse(after.macAddress, onNetwork: after.networkID) else {
      throw APIError.macAddressInUse(after.macAddress, network: after.networkID)
    }
  }

  private func checkRights(_ change: PortChange, of port: Port, on network: Network, caller: NetworkCaller) throws {
    guard !caller.owns(network.projectID) else { return }
    var forbidden: [String] = []
    if change.deviceOwner?.hasPrefix("network:") == true { forbidden.append("device_owner") }
    if change.fixedIPs?.contains(where: { $0.address != nil }) == true { forbidden.append("fixed_ips:ip_address") }
    guard forbidden.isEmpty else {
      throw APIError.policyNotAuthorized(ResourceKind.rules("update_port", attributes: forbidden))
    }
  }
}

extension PortChange {
  /// The port with the plain attributes changed; addresses and the outcome of binding are the transaction's work.
  fileprivate func applied(to port: Port) -> Port {
    var changed = port
    changed.name = name ?? port.name
    changed.description = description ?? port.description
    changed.macAddress = macAddress ?? port.macAddress
    changed.adminStateUp = adminStateUp ?? port.adminStateUp
    changed.deviceID = deviceID ?? port.deviceID
    changed.deviceOwner = deviceOwner ?? port.deviceOwner
    changed.portSecurityEnabled = portSecurityEnabled ?? port.portSecurityEnabled
    changed.binding.host = host ?? port.binding.host
    changed.binding.vnicType = vnicType ?? port.binding.vnicType
    changed.binding.profile = profile ?? port.binding.profile
    return changed
  }
}
