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
    guard let network = try network(before.networkID) else { throw APIError.networkNotFound(before.networkID) }
    try change.checkRights(of: caller, to: before, on: network)
    try check(wantedRevision, against: before.revision)
    try checkVNICType(change, of: before)
    var after = change.applied(to: before)
    try changeMACAddress(&after, change, before: before, base: configuration.ports.baseMAC)
    try changeSecurity(&after, change, before: before, caller: caller)
    if let options = change.dhcpOptions {
      after.extraDHCPOptions = try [ExtraDHCPOption](json: before.extraDHCPOptions).merged(with: options).json
    }
    after.qosPolicyID = try qosPolicyID(change.qosPolicyID, insteadOf: before.qosPolicyID, caller: caller)
    after.fixedIPs = try reassignAddresses(change.fixedIPs, ofPort: before, changedTo: after)
    after.binding = try rebound(before, after, to: network.segment, configuration: configuration)
    return try write(after, before: before, configuration)
  }

  /// Writes what has become of a port; one that is as it was costs nothing and counts nothing.
  private func write(_ after: Port, before: Port, _ configuration: NetworkConfiguration) throws -> ChangedPort {
    guard after != before else { return ChangedPort(before: before, after: before) }
    cause = ChangeCause(reason: "port updated")
    if after.binding != before.binding { try setActiveBinding(after.binding, ofPort: after.id) }
    try update(after, hasNewGroups: after.securityGroups != before.securityGroups)
    try followBinding(before: before, after: after)
    try followDHCP(before: before, after: after, configuration)
    return ChangedPort(before: before, after: try port(after.id) ?? after)
  }

  /// - Throws: `APIError` 412.
  func check(_ wantedRevision: String?, against revision: Int) throws {
    guard let wantedRevision, wantedRevision != String(revision) else { return }
    throw APIError.revisionMismatch(constrainedTo: wantedRevision, current: revision)
  }

  /// A guest's interface does not become another kind of interface while it is plugged.
  private func checkVNICType(_ change: PortChange, of port: Port) throws {
    guard let vnicType = change.vnicType, vnicType != port.binding.vnicType, port.binding.vifType != .unbound else {
      return
    }
    throw APIError.portInUse(port)
  }

  private func changeMACAddress(_ after: inout Port, _ change: PortChange, before: Port, base: MACAddress) throws {
    if change.regeneratesMACAddress {
      after.macAddress = try freeMACAddress(onNetwork: before.networkID, base: base)
    } else if let address = change.macAddress, address != before.macAddress {
      after.macAddress = address
    } else {
      return
    }
    guard !before.binding.isBound else { throw APIError.portBound(before, newAddress: after.macAddress) }
    guard !after.isTrusted else { throw APIError.unsupportedDeviceOwner(after, operation: "mac address update") }
    guard try !isMACAddressInUse(after.macAddress, onNetwork: after.networkID) else {
      throw APIError.macAddressInUse(after.macAddress, network: after.networkID)
    }
  }

  private func changeSecurity(
    _ after: inout Port, _ change: PortChange, before: Port, caller: NetworkCaller
  ) throws {
    if let pairs = change.addressPairs { after.allowedAddressPairs = try pairs.json(ofPortWith: after.macAddress) }
    let conflict = PortSecurityConflict.found(
      isPortSecurityEnabled: after.portSecurityEnabled, hasAddressPairs: after.allowedAddressPairs != "[]",
      wantsGroups: change.securityGroupIDs.map { !$0.isEmpty }, hasGroups: before.securityGroups != "[]")
    if let conflict { throw conflict.apiError }
    guard let ids = change.securityGroupIDs else { return }
    // In another order they are the same groups.
    guard Set(ids) != Set(before.securityGroupIDs) else {
      after.securityGroups = before.securityGroups
      return
    }
    try checkSecurityGroups(ids, ofProject: before.projectID, caller: caller)
  }
}
