import Model
import Testing

@Suite("What a stuck boot waits for")
struct OutlookTests {
  private static let now = Timestamp(microseconds: 1_795_396_525_000_000)
  private static let longAgo = now - .seconds(76)

  /// Each line is one state of a boot, in the order in which a boot passes through them.
  private static let table: [(facts: @Sendable (inout BootProgress) -> Void, sentence: String)] = [
    ({ $0.host = nil }, "The scheduler has not found a host yet (scheduled)."),
    ({ $0.hostHeartbeat = nil }, "plugboard-compute on compute1 has to come back: it has never reported."),
    (
      { $0.hostHeartbeat = longAgo },
      "plugboard-compute on compute1 has to come back: its last heartbeat was at 2026-11-23 01:14:09 UTC."
    ),
    (
      {
        $0.keep(upTo: "build_sent")
        $0.ports = []
      }, "The host compute1 has not taken the request to build yet (build_received)."
    ),
    (
      {
        $0.keep(upTo: "build_received")
        $0.ports = []
      },
      "The host compute1 has to get its ports from the Networking service (ports_allocated)."
    ),
    (
      {
        $0.keep(upTo: "vif_wait_registered")
        $0.ports[0].status = .down
      },
      "The host compute1 has to prepare the image and the guest (guest_create_started)."
    ),
    (
      { $0.ports[1].vifType = "binding_failed" },
      "tap00000000-00 cannot be plugged: there was no live agent on compute1 to bind the port to."
    ),
    (
      { $0.ports[1].agentHeartbeat = longAgo },
      "plugboard-agent on compute1 has to wire tap00000000-00, but its last heartbeat was at 2026-11-23 01:14:09 UTC."
    ),
    ({ $0.keep(upTo: "build_sent") }, "The agent on compute1 has not seen tap00000000-00 yet (port DOWN -> BUILD)."),
    ({ _ in }, "The agent on compute1 has not seen tap00000000-00 yet (port DOWN -> BUILD)."),
    ({ $0.ports[1].status = .build }, "The agent on compute1 is wiring tap00000000-00 (port BUILD -> ACTIVE)."),
    (
      {
        $0.ports[1].status = .build
        $0.ports[1].blocks = ["L2", "DHCP"]
      }, "tap00000000-00 is wired, and waits for DHCP."
    ),
    ({ $0.ports[1].status = .error }, "The agent on compute1 could not wire tap00000000-00; its log tells why."),
    (
      {
        $0.plugged()
        $0.waitingEvents = [.init(name: "network-vif-plugged", attempts: 3, lastError: "connection refused")]
      },
      "network-vif-plugged has to reach the Compute service; 3 attempts so far, the last error: connection refused."
    ),
    (
      {
        $0.plugged()
        $0.waitingMessages = ["build_and_run_instance", "external_instance_event"]
      }, "The host has not acknowledged external_instance_event yet."
    ),
    ({ $0.plugged() }, "The hypervisor on compute1 has to create the guest (guest_created_paused)."),
    (
      {
        $0.plugged()
        $0.reach("guest_created_paused")
      }, "All ports are ACTIVE; the host compute1 has to resume the guest (guest_resumed)."
    ),
    (
      {
        $0.plugged()
        $0.reach("guest_created_paused")
        $0.reach("guest_resumed")
      }, "The guest runs; the host compute1 has to report it (active)."
    ),
  ]

  @Test("every step a boot can stand at is named, in the order of the steps", arguments: table.indices)
  func waits(line: Int) {
    let (facts, sentence) = Self.table[line]
    var progress = Self.waitingForTheTap
    facts(&progress)
    #expect(progress.outlook(now: Self.now) == .waits(sentence))
  }

  @Test("a boot that has ended waits for nothing")
  func ended() {
    var progress = Self.waitingForTheTap
    progress.vmState = "active"
    #expect(progress.outlook(now: Self.now) == .complete)
    progress.vmState = "error"
    progress.fault = "Virtual Interface creation failed"
    #expect(progress.outlook(now: Self.now) == .failed("Virtual Interface creation failed"))
    progress.fault = nil
    #expect("\(progress.outlook(now: Self.now))".hasPrefix("The boot has failed: "))
  }

  /// The guest is being created, one port is wired already, the other's tap has not been seen.
  private static let waitingForTheTap: BootProgress = {
    var progress = BootProgress(
      instanceID: UUID(), name: "c1", vmState: "building", taskState: "spawning", host: "compute1", hostHeartbeat: now)
    for step in [
      "api_accepted", "scheduled", "build_sent", "build_received", "ports_allocated", "vif_wait_registered",
      "guest_create_started",
    ] {
      progress.reach(step)
    }
    progress.ports = (0...1).map { index in
      let id = UUID(index == 0 ? "11111111-1111-4111-8111-111111111111" : "00000000-0000-4000-8000-000000000000")
      return BootProgress.Port(
        id: id ?? UUID(), status: index == 0 ? .active : .down, vifType: "bridge", host: "compute1",
        agentHeartbeat: now)
    }
    return progress
  }()
}

extension BootProgress {
  fileprivate mutating func reach(_ step: String) {
    steps.append(Step(name: step, milliseconds: 0, sinceLast: 0))
  }

  fileprivate mutating func keep(upTo step: String) {
    guard let index = steps.firstIndex(where: { $0.name == step }) else { return }
    steps.removeSubrange((index + 1)...)
  }

  fileprivate mutating func plugged() {
    for index in ports.indices { ports[index].status = .active }
  }
}
