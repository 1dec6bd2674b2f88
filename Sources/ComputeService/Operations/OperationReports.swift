import HostRPC
import JSON
import Logging
import Model
import Store

/// What hosts tell of the operations they do.
struct OperationReports: Sendable {
  let store: Store
  let options: ComputeOptions
  let outcomes: OperationOutcomes
  let logger: Logger

  func register(on hosts: HostRPCServer) {
    hosts.register(UpdateOperation.self) { try await update($0, $1) }
    hosts.register(FinishOperation.self) { try await finish($0, $1) }
    hosts.onTransfer { [weak hosts] in await askForFile($0, $1, hosts) }
  }

  /// Only the host of an operation's present leg gets a file, and only from the host that the instance leaves.
  private func askForFile(_ transfer: String, _ caller: Caller, _ hosts: HostRPCServer?) async -> Bool {
    let parts = transfer.split(separator: "/", maxSplits: 1)
    guard let hosts, parts.count == 2, let id = Int64(parts[0]) else { return false }
    do {
      guard let operation = try await store.read({ try $0.operation(id) }), operation.owner == caller.host,
        let source = operation.sourceHost
      else { return false }
      let question = CallHost.Arguments(
        callID: UUID(), method: "send_file", instanceID: operation.instanceID,
        arguments: ["operation_id": .integer(id), "name": .string(String(parts[1]))])
      return hosts.cast(CallHost.self, question, to: .host(source, binary: ComputeService.hostBinary)) > 0
    } catch {
      logger.warning("A file could not be asked for", metadata: ["operation.id": "\(id)", "error.reason": "\(error)"])
      return false
    }
  }

  /// A step is told before it is begun, so after a crash at any point the host knows where it was.
  private func update(_ report: UpdateOperation.Arguments, _ caller: Caller) async throws -> UpdateOperation.Result {
    try await store.write { transaction in
      guard let operation = try transaction.operation(report.operationID), operation.isOwned(by: caller, report.leg)
      else { return UpdateOperation.Result(isCurrent: false, step: "") }
      if let total = report.memoryTotal, let remaining = report.memoryRemaining {
        try transaction.setMigrationProgress(total: total, remaining: remaining, ofInstance: operation.instanceID)
      }
      guard let step = report.step else { return UpdateOperation.Result(isCurrent: true, step: operation.step) }
      try transaction.setStep(
        step, ofOperation: operation.id, leaseUntil: transaction.now + options.scheduling.serviceDownTime)
      try transaction.apply(step: step, of: operation)
      return UpdateOperation.Result(isCurrent: true, step: step)
    }
  }

  private func finish(_ report: FinishOperation.Arguments, _ caller: Caller) async throws -> FinishOperation.Result {
    let end = OperationEnd(report: report, options: options)
    let (result, outcome) = try await store.write { transaction in
      guard let operation = try transaction.operation(report.operationID), operation.isOwned(by: caller, report.leg),
        let instance = try transaction.instance(operation.instanceID)
      else { return (FinishOperation.Result(vmState: nil), OperationOutcomes.Outcome?.none) }
      return try end.perform(operation, instance, in: transaction)
    }
    if let outcome { outcomes.ended(report.operationID, outcome) }
    if let fault = report.fault {
      logger.warning(
        "An operation did not succeed on its host",
        metadata: [
          "operation.id": "\(report.operationID)", "operation.leg": "\(report.leg.rawValue)", "host": "\(caller.host)",
          "instance.fault": "\(fault.message)",
        ])
    }
    return result
  }
}

extension InstanceOperation {
  /// Whether a report on a leg is of the host that is to do it now.
  fileprivate func isOwned(by caller: Caller, _ leg: OperationLeg) -> Bool {
    owner == caller.host && self.leg == leg
  }
}

extension Transaction {
  /// A host names a task state of upstream's as its step where there is one; a user then sees it.
  fileprivate func apply(step: String, of operation: InstanceOperation) throws {
    guard let task = TaskState(rawValue: step), var instance = try instance(operation.instanceID),
      instance.state.task != .deleting
    else { return }
    instance.state.task = task
    try update(instance)
  }
}
