import HostRPC
import JSON
import Model
import Store

/// Gives a build that a host did not bring to its end to another host, in the transaction that learns of it.
///
/// The host that had it is told to remove what it has of the instance, but not its ports: the next host binds those
/// that are there, and makes the others. What the first host still reports is refused, since the instance is not its
/// any more.
struct Rescheduling: Sendable {
  let policy: SchedulingPolicy

  /// What is to be written of a host's report: the report, or the end that a failed build comes to.
  ///
  /// - Returns: `nil` if another host builds the instance now.
  func change(
    after update: InstanceUpdate, of instance: Instance, in transaction: Transaction
  ) throws -> InstanceChange? {
    var change = try InstanceChange(update, at: transaction.now)
    guard let fault = change.fault, update.fault?.mayReschedule == true, change.vm == .error, instance.state.isBuilding,
      instance.state.task != .deleting
    else { return change }
    guard let end = try finalFault(after: fault, of: instance, in: transaction) else { return nil }
    change.fault = end
    return change
  }

  /// The host of a build has fallen silent.
  func hostIsGone(_ reason: String, of instance: Instance, in transaction: Transaction) throws {
    guard instance.state.isBuilding, instance.state.task != .deleting else { return }
    let fault = InstanceFault(code: 500, message: reason, details: "", createdAt: transaction.now)
    guard let end = try finalFault(after: fault, of: instance, in: transaction) else { return }
    try transaction.withdrawBuild(ofInstance: instance.id)
    try transaction.apply(InstanceChange(vm: .error, task: .changed(nil), fault: end), to: instance)
  }

  /// - Returns: the fault with which the build has ended; `nil` if another host has it now.
  private func finalFault(
    after fault: InstanceFault, of instance: Instance, in transaction: Transaction
  ) throws -> InstanceFault? {
    guard let host = instance.host else { return fault }
    let retry = BuildRetry(
      try transaction.buildAttempts(ofInstance: instance.id), failedOn: host, for: fault.message,
      instanceID: instance.id, maxAttempts: policy.maxAttempts)
    switch retry {
    case .giveUp(nil): return fault
    case .giveUp(let message?): return fault.behind(message)
    case .elsewhere(let excluded):
      var request = try PlacementRequest(instance)
      request.excludedHosts = excluded
      switch try Placement(policy: policy, at: transaction.now).choose(request, in: transaction) {
      case .noValidHost(let reason):
        return fault.behind(BuildRetry.exhausted(instance.id), and: reason)
      case .host(let next):
        try give(instance, from: host, to: next, because: fault.message, in: transaction)
        return nil
      }
    }
  }

  private func give(
    _ instance: Instance, from host: String, to next: String, because reason: String, in transaction: Transaction
  ) throws {
    let id = instance.id
    try transaction.withdrawBuild(ofInstance: id)
    try transaction.removeFromHost(host, instance: id)
    try transaction.addTriedHost(host, ofInstance: id)
    try transaction.place(id, onHost: next)
    var changed = instance
    changed.host = next
    changed.state = .scheduling
    changed.networkInfoIsStale = true
    try transaction.update(changed)
    let now = transaction.now
    func record(_ event: String, host: String, _ detail: String? = nil) throws {
      try transaction.record(
        ActionStep(event: event, startedAt: now, finishedAt: now, host: host, detail: detail), ofInstance: id)
    }
    try record("build_failed", host: host, reason)
    guard let build = try BuildRequest(changed) else { return }
    try record("rescheduled", host: next)
    try transaction.enqueue(BuildAndRunInstance.self, .init(instance: build), host: next, instanceID: id)
  }
}

extension Transaction {
  /// Takes back what hosts have not begun of an instance's build, but not what they are to remove.
  fileprivate func withdrawBuild(ofInstance id: UUID) throws {
    try withdrawMessages(ofInstance: id, method: BuildAndRunInstance.name)
  }
}

extension InstanceFault {
  /// The same fault under another message, which the old one explains.
  fileprivate func behind(_ message: String, and more: String = "") -> InstanceFault {
    var fault = self
    fault.details = [self.message, details, more].filter { !$0.isEmpty }.joined(separator: "\n")
    fault.message = message
    return fault
  }
}
