import Model
import Testing

@Suite("Which action is allowed in which state of an instance")
struct ActionRuleTests {
  /// As the decorators of `nova/compute/api.py` have it, written down a second time by hand.
  static let allowed: [OperationKind: Set<VMState>] = [
    .start: [.stopped], .stop: [.active, .error], .rebootSoft: [.active],
    .rebootHard: [.active, .stopped, .paused, .suspended, .error], .pause: [.active], .unpause: [.paused],
    .suspend: [.active], .resume: [.suspended], .rescue: [.active, .stopped, .error], .unrescue: [.rescued],
    .rebuild: [.active, .stopped, .error], .snapshot: [.active, .stopped, .paused, .suspended],
    .attachInterface: [.active, .paused, .stopped], .detachInterface: [.active, .paused, .stopped],
    .resize: [.active, .stopped], .migrate: [.active, .stopped], .confirmResize: [.resized],
    .revertResize: [.resized], .shelve: [.active, .stopped, .paused, .suspended], .shelveOffload: [.shelved],
    .unshelve: [.shelved, .shelvedOffloaded], .liveMigrate: [.active, .paused],
    .evacuate: [.active, .stopped, .error],
  ]

  static let hardRebootTasks: Set<TaskState> = [
    .rebooting, .rebootPending, .rebootStarted, .rebootingHard, .rebootPendingHard, .rebootStartedHard, .resuming,
    .unpausing, .pausing, .suspending,
  ]

  static func instance(_ vm: VMState, _ task: TaskState?, host: String? = "host1", launched: Bool = true) -> Instance {
    var instance = Instance(
      id: UUID(), name: "vm", description: nil, hostname: "vm", projectID: "p", userID: "u",
      flavor: Flavor(id: "1", name: "tiny", vcpus: 1, memoryMB: 64, rootGB: 1), image: nil, request: InstanceRequest(),
      reservationID: "r-1", launchIndex: 0, createdAt: Timestamp(microseconds: 0))
    instance.state = InstanceState(vm: vm, task: task, power: .running)
    instance.host = host
    instance.launchedAt = launched ? Timestamp(microseconds: 1) : nil
    return instance
  }

  @Test("every action in every lasting and passing state", arguments: OperationKind.allCases)
  func table(kind: OperationKind) {
    for vm in VMState.allCases {
      for task in [nil] + TaskState.allCases {
        let refusal = kind.rule.refusal(of: Self.instance(vm, task), isLocked: false)
        let isTaskAllowed =
          switch kind {
          case .evacuate: true
          case .rebootHard: task.map(Self.hardRebootTasks.contains) ?? true
          default: task == nil
          }
        if Self.allowed[kind]?.contains(vm) != true {
          #expect(refusal == .vmState(vm), "\(kind) in \(vm), \(String(describing: task))")
        } else {
          #expect(refusal == (isTaskAllowed ? nil : .taskState(task)), "\(kind) in \(vm), \(String(describing: task))")
        }
      }
    }
  }

  @Test("a lock keeps users from everything but snapshots", arguments: OperationKind.allCases)
  func lock(kind: OperationKind) throws {
    let vm = try #require(Self.allowed[kind]?.first)
    let refusal = kind.rule.refusal(of: Self.instance(vm, nil), isLocked: true)
    #expect(refusal == (kind == .snapshot ? nil : .locked))
  }

  @Test("an instance that never ran, or that no host has, has nothing done to it", arguments: OperationKind.allCases)
  func notReady(kind: OperationKind) throws {
    let vm = try #require(Self.allowed[kind]?.first)
    #expect(kind.rule.refusal(of: Self.instance(vm, nil, launched: false), isLocked: false) == .notLaunched)
    let hostless = kind.rule.refusal(of: Self.instance(vm, nil, host: nil), isLocked: false)
    #expect(hostless == (kind == .unshelve ? nil : .noHost))
  }
}

@Suite("What a user is told of a state")
struct ServerStatusTests {
  @Test("a task is shown where upstream's table shows it, and nowhere else")
  func table() {
    let resizing: Set<TaskState> = [.resizePrep, .resizeMigrating, .resizeMigrated, .resizeFinish]
    let rebuilding: Set<TaskState> = [.rebuilding, .rebuildBlockDeviceMapping, .rebuildSpawning]
    for vm in VMState.allCases {
      #expect(InstanceState(vm: vm, task: nil, power: .none).status == vm.status)
      for task in TaskState.allCases {
        let expected: ServerStatus =
          switch (vm, task) {
          case (.active, .rebooting), (.active, .rebootPending), (.active, .rebootStarted): .reboot
          case (.active, .rebootingHard), (.active, .rebootPendingHard), (.active, .rebootStartedHard): .hardReboot
          case (.active, .updatingPassword): .password
          case (.active, .migrating), (.paused, .migrating): .migrating
          case (.active, _) where resizing.contains(task), (.stopped, _) where resizing.contains(task): .resize
          case (.active, _) where rebuilding.contains(task), (.stopped, _) where rebuilding.contains(task): .rebuild
          case (.error, _) where rebuilding.contains(task): .rebuild
          case (.resized, .resizeReverting): .revertResize
          default: vm.status
          }
        #expect(InstanceState(vm: vm, task: task, power: .none).status == expected, "\(vm) \(task)")
      }
    }
  }

  @Test("every status can be found by the lasting states that it stands for")
  func backwards() {
    for status in ServerStatus.allCases { #expect(!status.vmStates.isEmpty, "\(status)") }
    #expect(Set(ServerStatus.rebuild.vmStates) == [.active, .stopped, .error])
  }
}
