/// What a host reports of an instance. What is `nil` stays as it was.
package struct InstanceChange: Hashable, Sendable {
  package enum Task: Hashable, Sendable {
    case unchanged
    case changed(TaskState?)
  }

  package var vm: VMState?
  package var task: Task
  package var power: PowerState?
  package var fault: InstanceFault?
  package var launchedAt: Timestamp?

  package init(
    vm: VMState? = nil, task: Task = .unchanged, power: PowerState? = nil, fault: InstanceFault? = nil,
    launchedAt: Timestamp? = nil
  ) {
    self.vm = vm
    self.task = task
    self.power = power
    self.fault = fault
    self.launchedAt = launchedAt
  }
}

extension Instance {
  /// The instance after a host's report.
  ///
  /// An instance that is being deleted stays so, whatever a build that was under way comes to. A launched instance
  /// keeps its first launch, and one that is well has no fault.
  package func applying(_ change: InstanceChange, at now: Timestamp) -> Instance {
    var changed = self
    if let vm = change.vm { changed.state.vm = vm }
    if let power = change.power { changed.state.power = power }
    if case .changed(let task) = change.task, state.task != .deleting { changed.state.task = task }
    if let fault = change.fault { changed.fault = fault }
    if changed.state.vm == .active {
      changed.fault = nil
      changed.launchedAt = changed.launchedAt ?? change.launchedAt ?? now
    }
    changed.networkInfoIsStale = true
    changed.updatedAt = now
    return changed
  }
}
