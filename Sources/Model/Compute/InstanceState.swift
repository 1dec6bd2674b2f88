/// What an instance is, what is being done to it, and what its hypervisor says.
package struct InstanceState: Hashable, Sendable {
  package var vm: VMState
  package var task: TaskState?
  package var power: PowerState

  package init(vm: VMState, task: TaskState?, power: PowerState) {
    self.vm = vm
    self.task = task
    self.power = power
  }

  /// The state of an instance that was just accepted.
  package static let scheduling = InstanceState(vm: .building, task: .scheduling, power: .none)

  /// Whether a host is expected to go on with the instance; such a state must not last for ever.
  package var isBuilding: Bool { vm == .building }
}

/// The lasting state (`nova/compute/vm_states.py`).
package enum VMState: String, CaseIterable, Sendable {
  case active
  case building
  case paused
  case suspended
  case stopped
  case rescued
  case resized
  case softDeleted = "soft-delete"
  case deleted
  case error
  case shelved
  case shelvedOffloaded = "shelved_offloaded"
}

/// The passing state, in as far as this service sets or shows it (`nova/compute/task_states.py`).
package enum TaskState: String, CaseIterable, Sendable {
  case scheduling
  case blockDeviceMapping = "block_device_mapping"
  case networking
  case spawning
  case deleting
  case rebooting
  case rebootingHard = "rebooting_hard"
  case poweringOff = "powering-off"
  case poweringOn = "powering-on"
  case pausing
  case unpausing
  case suspending
  case resuming
  case migrating
  case rebuilding
}

/// What the hypervisor says, by Nova's numbers (`nova/objects/fields.py`, `InstancePowerState`).
package enum PowerState: Int, CaseIterable, Sendable {
  case none = 0
  case running = 1
  case paused = 3
  case shutDown = 4
  case crashed = 6
  case suspended = 7
}

/// The `status` of a server in the Compute API.
package enum ServerStatus: String, CaseIterable, Sendable {
  case active = "ACTIVE"
  case build = "BUILD"
  case deleted = "DELETED"
  case error = "ERROR"
  case hardReboot = "HARD_REBOOT"
  case migrating = "MIGRATING"
  case paused = "PAUSED"
  case reboot = "REBOOT"
  case rebuild = "REBUILD"
  case rescue = "RESCUE"
  case shelved = "SHELVED"
  case shelvedOffloaded = "SHELVED_OFFLOADED"
  case shutOff = "SHUTOFF"
  case softDeleted = "SOFT_DELETED"
  case suspended = "SUSPENDED"
  case verifyResize = "VERIFY_RESIZE"
}

extension InstanceState {
  /// What a user is told (`_STATE_MAP` of `nova/api/openstack/common.py`).
  package var status: ServerStatus {
    switch (vm, task) {
    case (.active, .rebooting): .reboot
    case (.active, .rebootingHard), (.stopped, .rebootingHard), (.error, .rebootingHard): .hardReboot
    case (.active, .migrating), (.paused, .migrating): .migrating
    case (.active, .rebuilding), (.stopped, .rebuilding), (.error, .rebuilding): .rebuild
    case (.active, _): .active
    case (.building, _): .build
    case (.paused, _): .paused
    case (.suspended, _): .suspended
    case (.stopped, _): .shutOff
    case (.rescued, _): .rescue
    case (.resized, _): .verifyResize
    case (.softDeleted, _): .softDeleted
    case (.deleted, _): .deleted
    case (.error, _): .error
    case (.shelved, _): .shelved
    case (.shelvedOffloaded, _): .shelvedOffloaded
    }
  }
}

extension ServerStatus {
  /// The lasting states that are shown as this status whatever is being done, for a `status` filter that the database
  /// answers.
  package var vmStates: [VMState] {
    VMState.allCases.filter { vm in
      ([nil] + TaskState.allCases).contains { InstanceState(vm: vm, task: $0, power: .none).status == self }
    }
  }
}
