import JSON
import Model
import Store

// `update_port_status`: what is reported of a device becomes a status in a row. The rules are in
// Model/Networking/Port+Lifecycle.swift; here they are given what they ask for, and what they decide is done.

extension Transaction {
  /// Applies a report about a port from a host. The cause must be set before.
  ///
  /// A report that changes nothing writes nothing.
  @discardableResult
  func updatePortStatus(_ port: Port, on report: PortReport, host: String) throws -> StatusDecision {
    if port.isDistributed { return try updateDistributedStatus(port, on: report, host: host) }
    switch try relation(of: host, to: port) {
    case .bound: return try updateBoundStatus(port, on: report)
    case .expected: return try updateExpectedStatus(port, on: report, host: host)
    case .stranger: return .keep
    }
  }

  private func relation(of host: String, to port: Port) throws -> ReportingHost {
    if port.binding.isBound, port.binding.host == host { return .bound }
    if try hostBinding(ofPort: port.id, host: host) != nil || port.binding.migrationTarget == host { return .expected }
    return .stranger
  }

  private func updateBoundStatus(_ port: Port, on report: PortReport) throws -> StatusDecision {
    if report == .deviceUp { try removeProvisioningBlock(.l2, ofPort: port.id) }
    let isBlocked = try !provisioningBlocks(ofPort: port.id).isEmpty
    let decision = port.status.decision(
      on: report, from: .bound, adminStateUp: port.adminStateUp, isBlocked: isBlocked)
    guard case .become(let status) = decision else { return decision }
    // A device that went away must be wired again before the port can be ACTIVE.
    if report == .deviceDown { try addProvisioningBlock(.l2, toPort: port.id) }
    try setStatus(status, ofPort: port.id)
    return decision
  }

  /// A live migration's target: the port's own status stays what the source says.
  private func updateExpectedStatus(_ port: Port, on report: PortReport, host: String) throws -> StatusDecision {
    let current = try hostBinding(ofPort: port.id, host: host)?.portStatus ?? .down
    let decision = current.decision(on: report, from: .expected, adminStateUp: port.adminStateUp, isBlocked: false)
    switch decision {
    case .keep: break
    case .become(let status): try setExpectedStatus(status, ofPort: port.id, host: host)
    case .announcePlugged:
      try setExpectedStatus(.active, ofPort: port.id, host: host)
      if let instanceID = ComputePort.instanceID(deviceID: port.deviceID, deviceOwner: port.deviceOwner) {
        try queue(
          InstanceEvent(name: .networkVIFPlugged, instanceID: instanceID, tag: port.id.description), portID: port.id)
      }
    }
    return decision
  }

  /// A distributed router's port has a status on each host, and its own is made of them.
  private func updateDistributedStatus(_ port: Port, on report: PortReport, host: String) throws -> StatusDecision {
    let current = try hostBinding(ofPort: port.id, host: host)?.portStatus ?? .down
    let decision = current.decision(on: report, from: .bound, adminStateUp: port.adminStateUp, isBlocked: false)
    guard case .become(let status) = decision else { return decision }
    try setDistributedStatus(status, ofPort: port.id, host: host)
    try setStatus(.aggregate(try distributedStatuses(ofPort: port.id)), ofPort: port.id)
    return decision
  }

  /// Takes a block away that is not the agent's, such as DHCP's, and makes the port ACTIVE if it was the last one.
  func completeProvisioning(of entity: ProvisioningEntity, ofPort id: UUID) throws {
    guard let port = try port(id), try removeProvisioningBlock(entity, ofPort: id), port.binding.isBound else { return }
    try updatePortStatus(port, on: .unblocked, host: port.binding.host)
  }
}

extension PortBinding {
  /// Where Nova is about to move the guest: `migrating_to` of the profile, as Nova wrote it before inactive bindings.
  fileprivate var migrationTarget: String? {
    guard profile != "{}", let profile = try? JSONValue(parsing: profile) else { return nil }
    return profile["migrating_to"]?.string
  }
}
