import Model
package import Store

/// Turns changes of ports into history and into events for the instances, in the transaction that made the changes.
///
/// Whoever writes a port's row, on whatever path, is heard here: no use case announces a change of status itself.
/// `columns` below is the order in which the values arrive.
package struct PortStatusListener: ChangeListener {
  package let table = "ports"
  package let columns = ["id", "status", "device_id", "device_owner", "revision_number"]

  private enum Column {
    static let id = 0
    static let status = 1
    static let deviceID = 2
    static let deviceOwner = 3
    static let revision = 4
  }

  package init() {}

  package func changed(_ changes: [RowChange], in transaction: Transaction) throws {
    for change in changes {
      switch change.kind {
      case .insert: try statusChanged(change, in: transaction)
      case .update where change.hasChanged(Column.status): try statusChanged(change, in: transaction)
      case .update: try dataChanged(change, in: transaction)
      case .delete: try deleted(change, in: transaction)
      }
    }
  }

  private func statusChanged(_ change: RowChange, in transaction: Transaction) throws {
    guard let portID = change.newUUID(Column.id), let status = change.newText(Column.status).flatMap(PortStatus.init)
    else { return }
    let old = change.oldText(Column.status).flatMap(PortStatus.init)
    let cause = transaction.cause
    try transaction.insert(
      PortTransition(
        portID: portID, from: old, to: status, at: transaction.now, reason: cause.reason, host: cause.host,
        observedAt: cause.observedAt))
    guard let (name, result) = PortStatus.event(from: old, to: status) else { return }
    try queue(
      name, result, of: portID, deviceID: change.newText(Column.deviceID),
      deviceOwner: change.newText(Column.deviceOwner), in: transaction)
  }

  /// A changed revision without a change of status is a change of the port's data.
  private func dataChanged(_ change: RowChange, in transaction: Transaction) throws {
    guard change.hasChanged(Column.revision), let portID = change.newUUID(Column.id) else { return }
    try queue(
      .networkChanged, .completed, of: portID, deviceID: change.newText(Column.deviceID),
      deviceOwner: change.newText(Column.deviceOwner), in: transaction)
  }

  private func deleted(_ change: RowChange, in transaction: Transaction) throws {
    guard let portID = change.oldUUID(Column.id) else { return }
    try queue(
      .networkVIFDeleted, .completed, of: portID, deviceID: change.oldText(Column.deviceID),
      deviceOwner: change.oldText(Column.deviceOwner), in: transaction)
  }

  private func queue(
    _ name: InstanceEventName, _ status: InstanceEventStatus, of portID: UUID, deviceID: String?,
    deviceOwner: String?, in transaction: Transaction
  ) throws {
    guard let instanceID = ComputePort.instanceID(deviceID: deviceID ?? "", deviceOwner: deviceOwner ?? "") else {
      return
    }
    try transaction.queue(
      InstanceEvent(name: name, instanceID: instanceID, tag: portID.description, status: status), portID: portID)
  }
}
