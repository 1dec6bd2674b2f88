import Model
import OpenStackHTTP
import Store

// What a live migration does with a port: Nova makes a binding to the host that the guest goes to, which stays INACTIVE
// while the guest runs where it was, and activates it when the guest arrives. Activating takes the port's status back to
// DOWN, until the agent of the new host has said that the port is wired there (`neutron/plugins/ml2/plugin.py`).

extension Snapshot {
  /// A port that may have several bindings.
  ///
  /// - Throws: `APIError` 404 if the caller must not know of it, 403 if it may not do that, 400 if the port cannot move.
  func movablePort(_ id: UUID, for caller: NetworkCaller, rule: String) throws -> Port {
    let port = try visiblePort(id, to: caller)
    try caller.require(rule, PolicyTarget(project: port.projectID))
    guard port.supportsSeveralBindings else { throw APIError.bindingsUnsupported(id) }
    return port
  }

  /// - Throws: `APIError` 404 `PortBindingNotFound`.
  func requiredBinding(ofPort id: UUID, host: String) throws -> PortBinding {
    guard let binding = try binding(ofPort: id, host: host) else { throw APIError.bindingNotFound(id, host: host) }
    return binding
  }
}

extension Transaction {
  /// Adds an inactive binding.
  ///
  /// - Throws: `APIError` 409 if there is one to the host, or if nothing there can serve the port.
  func createBinding(
    _ request: PortBindingRequest, of port: Port, configuration: NetworkConfiguration
  ) throws -> PortBinding {
    let wanted = request.applied(to: PortBinding(status: .inactive))
    if try binding(ofPort: port.id, host: wanted.host) != nil {
      throw APIError.bindingAlreadyExists(port.id, host: wanted.host)
    }
    let binding = try served(wanted, of: port, configuration: configuration)
    try insert(binding, ofPort: port.id)
    return binding
  }

  /// Changes what is asked for of a binding, which may be the active one.
  ///
  /// - Throws: `APIError` 404, or 409 as ``createBinding(_:of:configuration:)``.
  func updateBinding(
    _ request: PortBindingRequest, of port: Port, host: String, configuration: NetworkConfiguration
  ) throws -> PortBinding {
    let before = try requiredBinding(ofPort: port.id, host: host)
    var after = request.applied(to: before)
    if after.host != host, try binding(ofPort: port.id, host: after.host) != nil {
      throw APIError.bindingAlreadyExists(port.id, host: after.host)
    }
    if after.host != before.host || after.vnicType != before.vnicType || !after.vifType.isBound {
      after = try served(after, of: port, configuration: configuration)
    }
    guard after != before else { return before }
    cause = ChangeCause(reason: "binding updated")
    try updateBinding(after, ofPort: port.id, host: host)
    if before.status == .active { try follow(after, ofPort: port) }
    return after
  }

  /// Makes the binding to `host` the active one, and the one that was active an inactive one.
  ///
  /// - Returns: The binding, and the host that was left.
  /// - Throws: `APIError` 404 if there is no such binding, 409 if it is active already or nothing there can serve the
  ///   port any more.
  func activateBinding(
    of port: Port, host: String, configuration: NetworkConfiguration
  ) throws -> (binding: PortBinding, leftHost: String) {
    let wanted = try requiredBinding(ofPort: port.id, host: host)
    guard wanted.status == .inactive else { throw APIError.bindingAlreadyActive(port.id, host: host) }
    var active = wanted.activated()
    // One that was active before has lost what it was bound with.
    if !active.vifType.isBound { active = try served(active, of: port, configuration: configuration) }
    cause = ChangeCause(reason: "binding activated", host: host)
    let left = port.binding.host
    try updateBinding(port.binding.deactivated(), ofPort: port.id, host: left)
    try updateBinding(active, ofPort: port.id, host: host)
    // An unbound port's binding has no host to go back to.
    if left.isEmpty { try deleteInactiveBindings(ofPort: port.id, host: "") }
    try follow(active, ofPort: port)
    return (active, left)
  }

  /// Removes a binding; without the active one the port is unbound.
  ///
  /// - Throws: `APIError` 404.
  func deleteBinding(of port: Port, host: String) throws -> PortBinding {
    let binding = try requiredBinding(ofPort: port.id, host: host)
    guard binding.status == .active else {
      try deleteInactiveBindings(ofPort: port.id, host: host)
      return binding
    }
    cause = ChangeCause(reason: "binding deleted", host: host)
    let unbound = PortBinding()
    try updateBinding(unbound, ofPort: port.id, host: host)
    try follow(unbound, ofPort: port)
    return binding
  }

  /// The binding with the outcome of binding it.
  ///
  /// - Throws: `APIError` 409 `PortBindingError` if there is none.
  private func served(
    _ wanted: PortBinding, of port: Port, configuration: NetworkConfiguration
  ) throws -> PortBinding {
    guard let network = try network(port.networkID) else { throw APIError.networkNotFound(port.networkID) }
    let binding = try bound(
      wanted, isDistributed: false, to: network.segment, at: now, configuration: configuration)
    guard binding.vifType.isBound else { throw APIError.bindingFailed(port.id, host: wanted.host) }
    return binding
  }

  /// Does to the port what a change of its active binding asks for: its revision counts, and where it is bound anew it
  /// is not wired yet.
  private func follow(_ active: PortBinding, ofPort port: Port) throws {
    let isSamePlace = active.host == port.binding.host && active.vifType == port.binding.vifType
    guard !isSamePlace else { return try touchPort(port.id) }
    try updateL2Block(ofPort: port.id, binding: active, status: .down)
    if port.status == .down { try touchPort(port.id) } else { try setStatus(.down, ofPort: port.id) }
  }
}
