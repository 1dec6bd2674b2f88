import Model
import Testing

@Suite("What becomes of an instance after an operation")
struct OperationRuleTests {
  @Test("what is done leads to the state that it was asked for", arguments: OperationKind.allCases)
  func done(kind: OperationKind) {
    for before in VMState.allCases {
      for power in [nil] + PowerState.allCases.map(Optional.some) {
        let expected: VMState =
          switch kind {
          case .start, .rebootSoft, .rebootHard, .unpause, .resume, .unrescue, .unshelve: .active
          case .stop: .stopped
          case .pause: .paused
          case .suspend: .suspended
          case .rescue: .rescued
          case .resize, .migrate: .resized
          case .shelve: .shelved
          case .shelveOffload: .shelvedOffloaded
          case .rebuild, .evacuate: before == .stopped ? .stopped : .active
          case .confirmResize, .revertResize: power == .running ? .active : .stopped
          case .snapshot, .attachInterface, .detachInterface, .liveMigrate: before
          }
        #expect(kind.vmState(after: .done, before: before, power: power) == expected)
      }
    }
  }

  @Test("what was rolled back leaves no trace", arguments: OperationKind.allCases, VMState.allCases)
  func rolledBack(kind: OperationKind, before: VMState) {
    #expect(kind.vmState(after: .rolledBack, before: before, power: nil) == before)
  }

  @Test("what failed is an ERROR where the guest may be broken, and only there", arguments: OperationKind.allCases)
  func failed(kind: OperationKind) {
    let breaking: Set<OperationKind> = [
      .rebootHard, .rescue, .unrescue, .rebuild, .resize, .migrate, .revertResize, .liveMigrate, .evacuate,
    ]
    let state = kind.vmState(after: .failed, before: .active, power: nil)
    #expect(state == (breaking.contains(kind) ? .error : .active))
  }

  @Test("legs follow each other and end, and each has a host", arguments: OperationKind.allCases)
  func legs(kind: OperationKind) {
    var leg: OperationLeg? = kind.legs.first
    var seen: [OperationLeg] = []
    while let current = leg {
      seen.append(current)
      leg = kind.leg(after: current)
    }
    #expect(seen == kind.legs)
    for leg in kind.legs {
      // What undoes a leg is no leg that could fail and be undone itself.
      if let undo = kind.leg(afterFailureOf: leg) {
        #expect(!kind.legs.contains(undo))
        #expect(kind.leg(afterFailureOf: undo) == nil)
        #expect(kind.leg(after: undo) == nil)
      }
    }
  }

  @Test("an operation is given up at its deadline and not before, and says what was waited for")
  func watch() {
    let start = Timestamp(microseconds: 1_000_000)
    let operation = InstanceOperation(
      instanceID: UUID(), kind: .rebootHard, leg: .only, step: "reboot_started_hard", owner: "host1", arguments: "{}",
      before: InstanceState(vm: .active, task: nil, power: .running), sourceHost: "host1", requestID: "r", userID: "u",
      projectID: "p", startedAt: start, leaseUntil: start, deadline: start + .seconds(900))
    #expect(OperationWatch(operation, silentSince: start, at: start + .seconds(899)) == .wait)
    guard case .giveUp(.error, let reason) = OperationWatch(operation, silentSince: start, at: start + .seconds(900))
    else {
      Issue.record("it was not given up")
      return
    }
    #expect(reason.contains("host1") && reason.contains("reboot_started_hard") && reason.contains("not reported"))
  }

  @Test("a guest that has ended by itself stops its instance, unless something is being done to it")
  func synchronized() {
    for vm in VMState.allCases {
      for task in [nil] + TaskState.allCases.map(Optional.some) {
        for power in PowerState.allCases {
          let state = InstanceState(vm: vm, task: task, power: .running).synchronized(with: power)
          let hasEnded = power == .shutDown || power == .crashed
          let stops = task == nil && hasEnded && [.active, .paused, .rescued].contains(vm)
          #expect(state == InstanceState(vm: stops ? .stopped : vm, task: task, power: power))
        }
      }
    }
  }
}
