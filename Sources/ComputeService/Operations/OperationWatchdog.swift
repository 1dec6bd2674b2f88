import HostRPC
import JSON
import Logging
import Model
import Store

/// Sees to it that no operation lasts for ever: one whose deadline has passed is given up, and its instance says what
/// was waited for.
struct OperationWatchdog: Sendable {
  let store: Store
  let options: ComputeOptions
  let logger: Logger

  /// - Parameter silentSince: The last report of the operation's host if it has not reported for too long.
  func look(at operation: InstanceOperation, silentSince: Timestamp?) async throws {
    guard case .giveUp(let state, let reason) = OperationWatch(operation, silentSince: silentSince, at: options.now())
    else { return }
    logger.warning(
      "An operation was given up",
      metadata: ["instance.id": "\(operation.instanceID)", "operation.kind": "\(operation.kind.rawValue)"])
    try await store.write { transaction in
      // It may have ended, or another may have taken its place, since it was looked at.
      guard let current = try transaction.operation(operation.id), current.leg == operation.leg,
        let instance = try transaction.instance(operation.instanceID)
      else { return }
      try transaction.giveUp(current, instance, state: state, reason: reason)
    }
  }
}

extension Transaction {
  /// Ends an operation without its host. What the host has begun is ended as well when it comes back.
  fileprivate func giveUp(
    _ operation: InstanceOperation, _ instance: Instance, state: VMState, reason: String
  ) throws {
    let fault =
      state == .error ? InstanceFault(code: 500, message: reason, details: "", createdAt: now) : nil
    try withdrawMessages(ofInstance: instance.id, exceptMethod: RemoveInstance.name)
    try enqueue(
      CancelOperation.self, .init(operationID: operation.id, instanceID: instance.id), host: operation.owner,
      instanceID: instance.id)
    try update(instance.applying(InstanceChange(vm: state, task: .changed(nil), fault: fault), at: now))
    try endAction(ofInstance: instance.id, message: reason)
    try endOperation(operation.id)
    try settle(operation, instance, .failed, result: [:])
  }
}
