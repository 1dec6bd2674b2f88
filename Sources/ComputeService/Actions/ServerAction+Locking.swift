import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerAction {
  static let locking = [
    ServerAction(
      name: "lock", rule: "os-lock-server:lock",
      schema: { version in
        guard version >= Microversion(2, 73) else { return Schema() }
        return Schema(
          kinds: [.object, .null],
          properties: [.init("locked_reason", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255))],
          others: nil)
      },
      perform: { action in
        let reason = action.has(73) ? action.value["locked_reason"]?.string : nil
        let projectID = try action.caller.projectID
        try await action.changeAtOnce("lock") { instance, _ in
          let holder: InstanceLock.Holder = instance.projectID == projectID ? .owner : .admin
          // The owner does not take the place of an administrator's lock.
          if instance.lock != nil, holder == .owner { return }
          instance.lock = InstanceLock(holder: holder, reason: reason)
        }
        return .empty(.accepted)
      }),
    ServerAction(name: "unlock", rule: "os-lock-server:unlock") { action in
      let caller = try action.caller
      try await action.changeAtOnce("unlock") { instance, _ in
        let holder: InstanceLock.Holder = instance.projectID == caller.projectID ? .owner : .admin
        if let lock = instance.lock, lock.holder != holder {
          try caller.mustBeAdmin(for: "os-lock-server:unlock:unlock_override")
        }
        instance.lock = nil
      }
      return .empty(.accepted)
    },
  ]
}

extension ActionRequest {
  /// Changes the instance without a host, and records that as an action.
  ///
  /// - Parameter name: of the action (`nova/compute/instance_actions.py`).
  func changeAtOnce(
    _ name: String, _ change: @Sendable @escaping (inout Instance, Transaction) throws -> Void
  ) async throws {
    let caller = try caller
    let id = instance.id
    let requestID = context.requestID
    try await routes.store.write { transaction in
      var instance = try transaction.instance(id, for: caller)
      try change(&instance, transaction)
      try transaction.update(instance)
      try transaction.recordDone(
        InstanceAction(
          action: name, requestID: requestID, userID: caller.userID, projectID: instance.projectID,
          startedAt: transaction.now),
        ofInstance: id)
    }
  }
}
