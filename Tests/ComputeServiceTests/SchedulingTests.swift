import Model
import Testing

@Suite struct ServerStatusTests {
  static let now = Timestamp(microseconds: 1_800_000_000_000_000)

  @Test("every pair of states has upstream's status", arguments: VMState.allCases)
  func settled(_ vm: VMState) {
    let expected: [VMState: String] = [
      .active: "ACTIVE", .building: "BUILD", .paused: "PAUSED", .suspended: "SUSPENDED", .stopped: "SHUTOFF",
      .rescued: "RESCUE", .resized: "VERIFY_RESIZE", .softDeleted: "SOFT_DELETED", .deleted: "DELETED", .error: "ERROR",
      .shelved: "SHELVED", .shelvedOffloaded: "SHELVED_OFFLOADED",
    ]
    for task in [nil, TaskState.deleting, .spawning] {
      #expect(InstanceState(vm: vm, task: task, power: .none).status.rawValue == expected[vm])
    }
  }

  @Test("what is being done shows in the status of some")
  func passing() {
    #expect(InstanceState(vm: .active, task: .rebooting, power: .running).status == .reboot)
    #expect(InstanceState(vm: .active, task: .rebootingHard, power: .running).status == .hardReboot)
    #expect(InstanceState(vm: .paused, task: .migrating, power: .paused).status == .migrating)
  }

  @Test("a host's report does not undo a deletion that was asked for meanwhile")
  func deleting() {
    var instance = Instance(
      id: UUID(), name: "s", description: nil, hostname: "s", projectID: "p", userID: "u",
      flavor: Flavor(id: "0", name: "nano", vcpus: 1, memoryMB: 1, rootGB: 0), image: nil, request: InstanceRequest(),
      reservationID: "r", launchIndex: 0, createdAt: Self.now)
    instance.state.task = .deleting
    let changed = instance.applying(
      InstanceChange(vm: .active, task: .changed(nil), power: .running), at: Self.now)
    #expect(changed.state == InstanceState(vm: .active, task: .deleting, power: .running))
    #expect(changed.launchedAt == Self.now)
  }
}
