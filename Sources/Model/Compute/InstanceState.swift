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

/// The passing state: what is being done to an instance (`nova/compute/task_states.py`).
package enum TaskState: String, CaseIterable, Sendable {
  case scheduling
  case blockDeviceMapping = "block_device_mapping"
  case networking
  case spawning
  case imageSnapshot = "image_snapshot"
  case imageSnapshotPending = "image_snapshot_pending"
  case imagePendingUpload = "image_pending_upload"
  case imageUploading = "image_uploading"
  case imageBackup = "image_backup"
  case updatingPassword = "updating_password"
  case resizePrep = "resize_prep"
  case resizeMigrating = "resize_migrating"
  case resizeMigrated = "resize_migrated"
  case resizeFinish = "resize_finish"
  case resizeReverting = "resize_reverting"
  case resizeConfirming = "resize_confirming"
  case rebooting
  case rebootPending = "reboot_pending"
  case rebootStarted = "reboot_started"
  case rebootingHard = "rebooting_hard"
  case rebootPendingHard = "reboot_pending_hard"
  case rebootStartedHard = "reboot_started_hard"
  case pausing
  case unpausing
  case suspending
  case resuming
  case poweringOff = "powering-off"
  case poweringOn = "powering-on"
  case rescuing
  case unrescuing
  case rebuilding
  case rebuildBlockDeviceMapping = "rebuild_block_device_mapping"
  case rebuildSpawning = "rebuild_spawning"
  case migrating
  case deleting
  case softDeleting = "soft-deleting"
  case restoring
  case shelving
  case shelvingImagePendingUpload = "shelving_image_pending_upload"
  case shelvingImageUploading = "shelving_image_uploading"
  case shelvingOffloading = "shelving_offloading"
  case unshelving
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
  case password = "PASSWORD"
  case paused = "PAUSED"
  case reboot = "REBOOT"
  case rebuild = "REBUILD"
  case rescue = "RESCUE"
  case resize = "RESIZE"
  case revertResize = "REVERT_RESIZE"
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
    task.flatMap { passingStatus(of: $0) } ?? vm.status
  }

  /// The status that a task gives an instance; `nil` where the lasting state shows through.
  private func passingStatus(of task: TaskState) -> ServerStatus? {
    switch (vm, task) {
    case (.active, .rebooting), (.active, .rebootPending), (.active, .rebootStarted): .reboot
    case (.active, .rebootingHard), (.active, .rebootPendingHard), (.active, .rebootStartedHard): .hardReboot
    case (.active, .updatingPassword): .password
    case (.active, .migrating), (.paused, .migrating): .migrating
    case (.resized, .resizeReverting): .revertResize
    case (.active, _) where task.isRebuilding, (.stopped, _) where task.isRebuilding: .rebuild
    case (.error, _) where task.isRebuilding: .rebuild
    case (.active, _) where task.isResizing, (.stopped, _) where task.isResizing: .resize
    default: nil
    }
  }
}

extension VMState {
  /// The status of an instance in this state that nothing is done to.
  package var status: ServerStatus {
    switch self {
    case .active: .active
    case .building: .build
    case .paused: .paused
    case .suspended: .suspended
    case .stopped: .shutOff
    case .rescued: .rescue
    case .resized: .verifyResize
    case .softDeleted: .softDeleted
    case .deleted: .deleted
    case .error: .error
    case .shelved: .shelved
    case .shelvedOffloaded: .shelvedOffloaded
    }
  }
}

extension TaskState {
  fileprivate var isRebuilding: Bool {
    switch self {
    case .rebuilding, .rebuildBlockDeviceMapping, .rebuildSpawning: true
    default: false
    }
  }

  fileprivate var isResizing: Bool {
    switch self {
    case .resizePrep, .resizeMigrating, .resizeMigrated, .resizeFinish: true
    default: false
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
