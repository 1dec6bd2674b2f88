/// What can be asked of an instance that takes longer than the request: each is a row of `instance_operations` until it
/// has ended.
package enum OperationKind: String, CaseIterable, Sendable {
  case start
  case stop
  case rebootSoft = "reboot_soft"
  case rebootHard = "reboot_hard"
  case pause
  case unpause
  case suspend
  case resume
  case rescue
  case unrescue
  case rebuild
  case snapshot
  case attachInterface = "attach_interface"
  case detachInterface = "detach_interface"
  case resize
  case migrate
  case confirmResize = "confirm_resize"
  case revertResize = "revert_resize"
  case shelve
  case shelveOffload = "shelve_offload"
  case unshelve
  case liveMigrate = "live_migrate"
  case evacuate
}

extension OperationKind {
  /// The name of the action in `instance_actions` (`nova/compute/instance_actions.py`).
  package var actionName: String {
    switch self {
    case .rebootSoft, .rebootHard: "reboot"
    case .snapshot: "createImage"
    case .confirmResize: "confirmResize"
    case .revertResize: "revertResize"
    case .shelveOffload: "shelveOffload"
    case .liveMigrate: "live-migration"
    case .start, .stop, .pause, .unpause, .suspend, .resume, .rescue, .unrescue, .rebuild, .attachInterface,
      .detachInterface, .resize, .migrate, .shelve, .unshelve, .evacuate:
      rawValue
    }
  }

  /// The name of the action in a refusal, as upstream's API modules give it to
  /// `raise_http_conflict_for_instance_invalid_state`.
  package var refusalName: String {
    switch self {
    case .liveMigrate: "os-migrateLive"
    case .attachInterface, .detachInterface: rawValue
    default: actionName
    }
  }

  /// The task state while it is done; `nil` for those that have none (`nova/compute/api.py`).
  package var taskState: TaskState? {
    switch self {
    case .start: .poweringOn
    case .stop: .poweringOff
    case .rebootSoft: .rebooting
    case .rebootHard: .rebootingHard
    case .pause: .pausing
    case .unpause: .unpausing
    case .suspend: .suspending
    case .resume: .resuming
    case .rescue: .rescuing
    case .unrescue: .unrescuing
    case .rebuild, .evacuate: .rebuilding
    case .snapshot: .imageSnapshotPending
    case .attachInterface, .detachInterface: nil
    case .resize, .migrate: .resizePrep
    case .confirmResize: .resizeConfirming
    case .revertResize: .resizeReverting
    case .shelve: .shelving
    case .shelveOffload: .shelvingOffloading
    case .unshelve: .unshelving
    case .liveMigrate: .migrating
    }
  }

  /// How long it may take before it is given up. What moves or copies disks gets hours, all else minutes.
  package var patience: Duration {
    switch self {
    case .snapshot, .resize, .migrate, .revertResize, .shelve, .unshelve, .liveMigrate, .evacuate, .rebuild:
      .seconds(10_800)
    case .start, .stop, .rebootSoft, .rebootHard, .pause, .unpause, .suspend, .resume, .rescue, .unrescue,
      .attachInterface, .detachInterface, .confirmResize, .shelveOffload:
      .seconds(900)
    }
  }
}

extension OperationKind {
  /// The name of a leg's event in an instance action (the `wrap_instance_event` methods of
  /// `nova/compute/manager.py`).
  package func eventName(of leg: OperationLeg) -> String {
    switch (self, leg) {
    case (.rebootSoft, _), (.rebootHard, _): "compute_reboot_instance"
    case (.snapshot, _): "compute_snapshot_instance"
    case (.attachInterface, _), (.detachInterface, _): "compute_\(rawValue)"
    case (.resize, .source), (.migrate, .source): "compute_resize_instance"
    case (.resize, .destination), (.migrate, .destination): "compute_finish_resize"
    case (.resize, _), (.migrate, _): "compute_revert_resize"
    case (.revertResize, .home): "compute_finish_revert_resize"
    case (.confirmResize, _), (.revertResize, _): "compute_\(rawValue)"
    case (.liveMigrate, .destination): "compute_pre_live_migration"
    case (.liveMigrate, .arrival): "compute_post_live_migration_at_destination"
    case (.liveMigrate, _): "compute_live_migration"
    case (.evacuate, _): "compute_rebuild_instance"
    default: "compute_\(rawValue)_instance"
    }
  }
}
