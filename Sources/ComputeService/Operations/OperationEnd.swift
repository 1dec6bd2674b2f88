import HostRPC
import JSON
import Model
import Store

/// What the end of a leg means for the instance: the next leg, or the end of the operation.
struct OperationEnd: Sendable {
  typealias Answer = (FinishOperation.Result, OperationOutcomes.Outcome?)

  let report: FinishOperation.Arguments
  let options: ComputeOptions

  func perform(_ operation: InstanceOperation, _ instance: Instance, in transaction: Transaction) throws -> Answer {
    try transaction.record(
      ActionStep(
        event: operation.kind.eventName(of: operation.leg), startedAt: operation.startedAt, finishedAt: transaction.now,
        host: operation.owner, detail: report.fault?.message),
      ofInstance: instance.id)
    let next =
      report.outcome == .done
      ? operation.kind.leg(after: operation.leg) : operation.kind.leg(afterFailureOf: operation.leg)
    if let next { return try pass(operation, instance, to: next, in: transaction) }
    return try end(operation, instance, in: transaction)
  }

  private func pass(
    _ operation: InstanceOperation, _ instance: Instance, to leg: OperationLeg, in transaction: Transaction
  ) throws -> Answer {
    guard let owner = operation.host(of: leg) else { return try end(operation, instance, in: transaction) }
    var arguments = try JSONValue(parsing: operation.arguments.utf8).merging(report.result)
    if let fault = report.fault { arguments = arguments.merging(["fault": .string(fault.message)]) }
    try transaction.setArguments(arguments.description, ofOperation: operation.id)
    try transaction.pass(
      operation: operation.id, to: leg, owner: owner, leaseUntil: transaction.now + options.scheduling.serviceDownTime)
    // From here on the guest is there, and its new host tells of it.
    if operation.kind == .liveMigrate, leg == .arrival { try transaction.place(instance.id, onHost: owner) }
    if operation.kind == .liveMigrate {
      try transaction.setMigrationStatus(leg == .source ? .running : .postMigrating, ofInstance: instance.id)
    }
    guard let passed = try transaction.operation(operation.id), let current = try transaction.instance(instance.id)
    else { return (FinishOperation.Result(vmState: nil), nil) }
    try transaction.send(passed, of: current)
    return (FinishOperation.Result(vmState: current.state.vm), nil)
  }

  private func end(_ operation: InstanceOperation, _ instance: Instance, in transaction: Transaction) throws -> Answer {
    let arguments = try JSONValue(parsing: operation.arguments.utf8)
    // A leg that undid what another had done ends an operation that did not succeed.
    let undone = operation.kind.legs.contains(operation.leg) ? nil : arguments["fault"]?.string
    let outcome = undone != nil && report.outcome == .done ? .rolledBack : report.outcome
    let message = report.fault?.message ?? undone
    var change = InstanceChange(
      vm: operation.kind.vmState(
        after: outcome, before: operation.before.vm, power: report.powerState ?? instance.state.power),
      task: .changed(nil), power: report.powerState)
    if change.vm == .error, let message {
      change.fault = InstanceFault(
        code: report.fault?.code ?? 500, message: message, details: report.fault?.details ?? "",
        createdAt: transaction.now)
    }
    var changed = instance.applying(change, at: transaction.now)
    // A guest that has ended meanwhile is seen here; its host will not tell of it again.
    if let power = report.powerState { changed.state = changed.state.synchronized(with: power) }
    try transaction.update(changed)
    try transaction.endAction(ofInstance: instance.id, message: outcome == .done ? nil : message)
    try transaction.endOperation(operation.id)
    try transaction.settle(operation, instance, outcome, result: report.result)
    try continueShelving(operation, outcome, in: transaction)
    let told: OperationOutcomes.Outcome =
      outcome == .done
      ? .success(report.result)
      : .failure(.init(code: report.fault?.code ?? 500, message: message ?? "the host gave no reason"))
    return (FinishOperation.Result(vmState: changed.state.vm), told)
  }

  /// A shelved instance leaves its host at once, if that is how the installation is set up.
  private func continueShelving(
    _ operation: InstanceOperation, _ outcome: OperationOutcome, in transaction: Transaction
  ) throws {
    guard operation.kind == .shelve, outcome == .done, options.offloadsShelved,
      let instance = try transaction.instance(operation.instanceID)
    else { return }
    try OperationStart(
      kind: .shelveOffload, arguments: [:], requestID: operation.requestID, userID: operation.userID, isAdmin: true,
      options: options
    ).perform(on: instance, in: transaction)
  }
}
