/// One stretch of an operation that one host does without another.
package enum OperationLeg: String, CaseIterable, Sendable {
  /// Everything, on the host that has the instance.
  case only
  /// Stops the guest and puts its disks aside (resize), or moves the running guest (live migration).
  case source
  /// Takes the disks and starts the guest (resize); makes everything ready for the guest (live migration); tears down
  /// what a resize has made (revert).
  case destination
  /// What the host does that had the instance first: it takes it back (revert) or forgets it (confirm).
  case home
  /// What the new host does last: it looks whether the guest has arrived.
  case arrival
}

extension OperationKind {
  /// The legs in their order. Most operations have one.
  package var legs: [OperationLeg] {
    switch self {
    case .resize, .migrate: [.source, .destination]
    case .revertResize: [.destination, .home]
    case .confirmResize: [.home]
    case .liveMigrate: [.destination, .source, .arrival]
    case .evacuate: [.destination]
    default: [.only]
    }
  }

  /// The leg after one; `nil` if it was the last.
  package func leg(after leg: OperationLeg) -> OperationLeg? {
    guard let index = legs.firstIndex(of: leg), index + 1 < legs.count else { return nil }
    return legs[index + 1]
  }

  /// The leg that undoes what those before a failed one have done; `nil` if there is nothing to undo.
  package func leg(afterFailureOf leg: OperationLeg) -> OperationLeg? {
    switch (self, leg) {
    case (.resize, .destination), (.migrate, .destination): .home
    default: nil
    }
  }
}

/// How an operation ended on its host.
package enum OperationOutcome: String, CaseIterable, Sendable {
  case done
  /// Nothing is left of it: the instance is as it was.
  case rolledBack = "rolled_back"
  case failed
}

extension OperationKind {
  /// The lasting state after an operation.
  ///
  /// - Parameters:
  ///   - before: The state when it began.
  ///   - power: What the guest does, if its host has said so.
  package func vmState(after outcome: OperationOutcome, before: VMState, power: PowerState?) -> VMState {
    switch outcome {
    case .done: vmStateWhenDone(before, power)
    case .rolledBack: before
    case .failed: vmStateWhenFailed(before)
    }
  }

  private func vmStateWhenDone(_ before: VMState, _ power: PowerState?) -> VMState {
    switch self {
    case .start, .rebootSoft, .rebootHard, .unpause, .resume, .unrescue, .unshelve: .active
    case .stop: .stopped
    case .pause: .paused
    case .suspend: .suspended
    case .rescue: .rescued
    case .snapshot, .attachInterface, .detachInterface, .liveMigrate: before
    case .rebuild, .evacuate: before == .stopped ? .stopped : .active
    case .resize, .migrate: .resized
    case .confirmResize, .revertResize: power == .running ? .active : .stopped
    case .shelve: .shelved
    case .shelveOffload: .shelvedOffloaded
    }
  }

  /// What leaves the guest as it was keeps its state (`reverts_task_state`); what may have broken it is an ERROR.
  private func vmStateWhenFailed(_ before: VMState) -> VMState {
    switch self {
    case .start, .stop, .rebootSoft, .pause, .unpause, .suspend, .resume, .snapshot, .attachInterface, .detachInterface,
      .confirmResize, .shelve, .shelveOffload, .unshelve:
      before
    case .rebootHard, .rescue, .unrescue, .rebuild, .resize, .migrate, .revertResize, .liveMigrate, .evacuate: .error
    }
  }
}

/// What is to be done about an operation whose host does not go on with it.
package enum OperationWatch: Hashable, Sendable {
  case wait
  /// The instance gets `state`, and the reason as its fault.
  case giveUp(state: VMState, reason: String)

  /// The host's message stays in its inbox, so a host that comes back goes on by itself; it is waited for until the
  /// operation's deadline, and its name is told.
  ///
  /// - Parameter silentSince: The last report of a host that has not reported for too long; `nil` for one that has.
  package init(_ operation: InstanceOperation, silentSince: Timestamp?, at now: Timestamp) {
    guard now >= operation.deadline else {
      self = .wait
      return
    }
    let kind = operation.kind
    let waited = "\(kind.rawValue) (step \(operation.step)) was not finished by host \(operation.owner)"
    let reason = silentSince.map { "\(waited), which has not reported since \($0)" } ?? "\(waited) in time"
    self = .giveUp(state: kind.vmState(after: .failed, before: operation.before.vm, power: nil), reason: reason)
  }
}

extension InstanceState {
  /// The state of an instance whose host says, without having been asked, what its guest does
  /// (`_sync_instance_power_state` of `nova/compute/manager.py`): a guest that has ended by itself, or was ended from
  /// outside, makes its instance a stopped one. An instance that something is done to is left alone.
  package func synchronized(with power: PowerState) -> InstanceState {
    var state = self
    state.power = power
    guard task == nil, power == .shutDown || power == .crashed else { return state }
    switch vm {
    case .active, .paused, .rescued: state.vm = .stopped
    default: break
    }
    return state
  }
}
