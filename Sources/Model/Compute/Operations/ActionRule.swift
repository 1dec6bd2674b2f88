/// In which states of an instance an action may be asked for: the decorators of `nova/compute/api.py` as a value.
package struct ActionRule: Hashable, Sendable {
  /// The lasting states that allow it; `nil` for all.
  package var vmStates: Set<VMState>?
  /// The passing states that allow it; `nil` for all.
  package var tasks: Set<TaskState?>?
  /// Whether the guest must have run once.
  package var mustHaveLaunched: Bool
  /// Whether a host must have the instance.
  package var needsHost: Bool
  /// Whether a lock keeps users from it who are no administrators.
  package var respectsLock: Bool

  package init(
    vmStates: Set<VMState>?, tasks: Set<TaskState?>? = [nil], mustHaveLaunched: Bool = true, needsHost: Bool = true,
    respectsLock: Bool = true
  ) {
    (self.vmStates, self.tasks, self.mustHaveLaunched) = (vmStates, tasks, mustHaveLaunched)
    (self.needsHost, self.respectsLock) = (needsHost, respectsLock)
  }
}

/// Why an action is refused. All but a missing host are 409 in the words of `InstanceInvalidState`.
package enum ActionRefusal: Error, Hashable, Sendable {
  case locked
  case vmState(VMState)
  case taskState(TaskState?)
  case notLaunched
  case noHost
}

extension ActionRule {
  /// - Parameter isLocked: Whether the lock counts for who asks.
  package func refusal(of instance: Instance, isLocked: Bool) -> ActionRefusal? {
    if respectsLock, isLocked { return .locked }
    if let vmStates, !vmStates.contains(instance.state.vm) { return .vmState(instance.state.vm) }
    if let tasks, !tasks.contains(instance.state.task) { return .taskState(instance.state.task) }
    if mustHaveLaunched, instance.launchedAt == nil { return .notLaunched }
    return needsHost && instance.host == nil ? .noHost : nil
  }
}

extension OperationKind {
  /// `nova/compute/api.py`, the decorators of the method of each.
  package var rule: ActionRule {
    switch self {
    case .start: ActionRule(vmStates: [.stopped])
    case .stop: ActionRule(vmStates: [.active, .error])
    case .rebootSoft: ActionRule(vmStates: [.active])
    case .rebootHard: ActionRule(vmStates: [.active, .stopped, .paused, .suspended, .error], tasks: Self.rebootTasks)
    case .pause, .suspend: ActionRule(vmStates: [.active])
    case .unpause: ActionRule(vmStates: [.paused])
    case .resume: ActionRule(vmStates: [.suspended])
    case .rescue, .rebuild: ActionRule(vmStates: [.active, .stopped, .error])
    case .unrescue: ActionRule(vmStates: [.rescued])
    case .snapshot: ActionRule(vmStates: [.active, .stopped, .paused, .suspended], respectsLock: false)
    case .attachInterface, .detachInterface: ActionRule(vmStates: [.active, .paused, .stopped])
    case .resize, .migrate: ActionRule(vmStates: [.active, .stopped])
    case .confirmResize, .revertResize: ActionRule(vmStates: [.resized])
    case .shelve: ActionRule(vmStates: [.active, .stopped, .paused, .suspended])
    case .shelveOffload: ActionRule(vmStates: [.shelved])
    case .unshelve: ActionRule(vmStates: [.shelved, .shelvedOffloaded], needsHost: false)
    case .liveMigrate: ActionRule(vmStates: [.active, .paused])
    case .evacuate: ActionRule(vmStates: [.active, .stopped, .error], tasks: nil)
    }
  }

  /// `ALLOW_REBOOT` of `nova/compute/task_states.py`: a hard reboot gets an instance out of what it hangs in.
  private static let rebootTasks: Set<TaskState?> = [
    nil, .rebooting, .rebootPending, .rebootStarted, .rebootingHard, .rebootPendingHard, .rebootStartedHard, .resuming,
    .unpausing, .pausing, .suspending,
  ]
}
