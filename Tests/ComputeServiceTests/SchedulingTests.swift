import Model
import Testing

@Suite struct SchedulingTests {
  static let now = Timestamp(microseconds: 1_800_000_000_000_000)

  static func node(
    _ host: String, memory: Int = 1024, used: Int = 0, vcpus: Int = 2, usedVCPUs: Int = 0, silentFor: Duration = .zero,
    isEnabled: Bool = true
  ) -> ComputeNode {
    ComputeNode(
      id: UUID(), host: host, hypervisorType: "QEMU", vcpus: vcpus, memoryMB: memory, diskGB: 10, isEnabled: isEnabled,
      heartbeatAt: now - silentFor, used: HostUsage(instances: 0, vcpus: usedVCPUs, memoryMB: used))
  }

  struct Example: Sendable {
    var nodes: [ComputeNode]
    var requested: String?
    var choice: SchedulingChoice
  }

  static let examples = [
    Example(nodes: [], choice: .noValidHost(reason: "no compute host has ever reported")),
    Example(nodes: [node("a")], choice: .host("a")),
    Example(nodes: [node("b"), node("a")], choice: .host("a")),
    Example(nodes: [node("a", used: 512), node("b")], choice: .host("b")),
    Example(nodes: [node("a", silentFor: .seconds(60))], choice: .host("a")),
    Example(
      nodes: [node("a", silentFor: .seconds(61))],
      choice: .noValidHost(reason: "a: silent since \(now - .seconds(61))")),
    Example(nodes: [node("a", isEnabled: false), node("b", used: 512)], choice: .host("b")),
    Example(
      nodes: [node("a", used: 1000), node("b", isEnabled: false)],
      choice: .noValidHost(reason: "a: 24 MB of memory free of 128 wanted; b: disabled")),
    Example(
      nodes: [node("a", vcpus: 1, usedVCPUs: 16)],
      choice: .noValidHost(reason: "a: 0 vCPUs free of 1 wanted")),
    Example(nodes: [node("a"), node("b", used: 512)], requested: "b", choice: .host("b")),
    Example(nodes: [node("a")], requested: "c", choice: .noValidHost(reason: "no compute host is named c")),
  ]

  @Test(
    "a server goes to the live host with the most free memory, or the reason names what each host lacks",
    arguments: examples)
  func choice(_ example: Example) {
    let flavor = Flavor(id: "0", name: "nano", vcpus: 1, memoryMB: 128, rootGB: 0)
    #expect(
      SchedulingPolicy().choose(for: flavor, among: example.nodes, requested: example.requested, at: Self.now)
        == example.choice)
  }
}

@Suite struct ServerStatusTests {
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
    #expect(InstanceState(vm: .stopped, task: .rebootingHard, power: .none).status == .hardReboot)
    #expect(InstanceState(vm: .paused, task: .migrating, power: .paused).status == .migrating)
    #expect(ServerStatus.reboot.vmStates == [.active])
    #expect(Set(ServerStatus.rebuild.vmStates) == [.active, .stopped, .error])
  }

  @Test("a host's report does not undo a deletion that was asked for meanwhile")
  func deleting() {
    var instance = Instance(
      id: UUID(), name: "s", description: nil, hostname: "s", projectID: "p", userID: "u",
      flavor: Flavor(id: "0", name: "nano", vcpus: 1, memoryMB: 1, rootGB: 0), image: nil, request: InstanceRequest(),
      reservationID: "r", launchIndex: 0, createdAt: SchedulingTests.now)
    instance.state.task = .deleting
    let changed = instance.applying(
      InstanceChange(vm: .active, task: .changed(nil), power: .running), at: SchedulingTests.now)
    #expect(changed.state == InstanceState(vm: .active, task: .deleting, power: .running))
    #expect(changed.launchedAt == SchedulingTests.now)
  }
}
